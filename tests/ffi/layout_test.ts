/**
 * Compares every number that the library assumes about the running system
 * with what the headers of this system say, by `tools/probe_layout.c`.
 *
 * @module
 */

import { assert, assertEquals } from "../../deps.ts";
import * as constants from "../../ffi/platforms/constants.ts";
import type { Layout } from "../../ffi/libc/layout.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import { projectPath, run } from "../helpers/deno.ts";
import { type Need, needing } from "../helpers/needs.ts";

/** What the headers say about a field. */
interface FieldFact {
  readonly offset: number;
  readonly size: number;
  /** "signed", "unsigned" or "array". */
  readonly kind: string;
}

/** What the probe printed. */
class Facts {
  readonly structs = new Map<string, number>();
  readonly fields = new Map<string, FieldFact>();
  readonly constants = new Map<string, number>();
  readonly advice = new Map<string, number>();
  readonly errno = new Map<string, number>();
  /** What these headers do not have. */
  readonly absent = new Set<string>();

  constructor(output: string) {
    for (const line of output.trim().split("\n")) {
      const [kind, name = "", first, second, third = ""] = line.split(" ");
      switch (kind) {
        case "struct":
          this.structs.set(name, Number(first));
          break;
        case "field":
          this.fields.set(name, {
            offset: Number(first),
            size: Number(second),
            kind: third,
          });
          break;
        case "constant":
          this.constants.set(name, Number(first));
          break;
        case "advice":
          this.advice.set(name, Number(first));
          break;
        case "errno":
          this.errno.set(name, Number(first));
          break;
        case "absent":
          this.absent.add(name);
          break;
        default:
          throw new Error(`the probe printed ${JSON.stringify(line)}`);
      }
    }
  }
}

const emulator = Deno.env.get("SHMEM_TEST_EMULATOR");

// The emulated Deno has another processor than the one `cc` compiles for.
const CROSS_COMPILER = "aarch64-linux-gnu-gcc";
const COMPILER = emulator === undefined ? "cc" : CROSS_COMPILER;

let probed: Promise<Facts> | undefined;

/** What the headers say, found out once. */
function headers(): Promise<Facts> {
  return probed ??= probe();
}

async function probe(): Promise<Facts> {
  const folder = await Deno.makeTempDir({ prefix: "shmem-probe-" });
  try {
    const program = `${folder}/probe_layout`;
    const source = projectPath("tools/probe_layout.c");
    const compiled = await run([COMPILER, "-o", program, source]);
    assertEquals(compiled.stderr, "");
    assertEquals(compiled.code, 0);
    const { code, stdout } = await run([
      ...(emulator === undefined ? [] : emulator.split(" ")),
      program,
    ]);
    assertEquals(code, 0);
    return new Facts(stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function crossCompilerIsThere(): boolean {
  try {
    return new Deno.Command(CROSS_COMPILER, {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch {
    return false;
  }
}

const NEEDS: readonly Need[] = emulator === undefined
  ? ["cc"]
  : crossCompilerIsThere()
  ? []
  : ["native"];

/** The C name of each struct. */
const C_NAMES = {
  shmidDs: "shmid_ds",
  shminfo: "shminfo",
  shmInfo: "shm_info",
  stat: "stat",
  statvfs: "statvfs",
  statfs: "statfs",
  dirent: "dirent",
  flock: "flock",
  semidDs: "semid_ds",
  seminfo: "seminfo",
  msqidDs: "msqid_ds",
  msginfo: "msginfo",
  mqAttr: "mq_attr",
  pollfd: "pollfd",
} as const;

Deno.test(
  needing(NEEDS, "struct layouts are those of the headers", async (context) => {
    const facts = await headers();
    const layouts = new Map<string, Layout | null>(
      Object.entries(platform().layouts),
    );
    assertEquals([...layouts.keys()].sort(), Object.keys(C_NAMES).sort());

    for (const [name, cName] of Object.entries(C_NAMES)) {
      await context.step(`struct ${cName}`, () => {
        const layout = layouts.get(name) ?? null;
        if (layout === null) {
          assert(
            !facts.structs.has(cName),
            `${cName} exists, and has no layout`,
          );
          return;
        }
        assertEquals(layout.size, facts.structs.get(cName), "sizeof");
        const described = Object.entries(layout.fields);
        for (const [fieldName, { offset, type }] of described) {
          const where = `${cName}.${fieldName}`;
          const fact = facts.fields.get(where);
          assert(fact !== undefined, `the headers have no ${where}`);
          assertEquals(offset, fact.offset, `offset of ${where}`);
          // Of an array only the start is used.
          if (fact.kind === "array") continue;
          const prefix = fact.kind === "signed" ? "i" : "u";
          assertEquals(type, `${prefix}${fact.size * 8}`, `type of ${where}`);
        }
        // No field is probed in vain.
        const probed = [...facts.fields.keys()]
          .filter((where) => where.startsWith(`${cName}.`));
        assertEquals(described.length, probed.length);
      });
    }
  }),
);

Deno.test(
  needing(NEEDS, "the size of a mutex is that of the headers", async () => {
    const { structs } = await headers();
    assertEquals(platform().mutexSize, structs.get("pthread_mutex_t"));
  }),
);

Deno.test(needing(NEEDS, "constants are those of the headers", async () => {
  const facts = await headers();
  const { constants: own, optionalFlags, semctl, syscalls } = platform();
  // 0 says that this system has no such flag.
  const flags = Object.entries(optionalFlags).filter(([, value]) => value);
  const numbers: [string, number][] = syscalls === null ? [] : [
    ["__NR_futex", syscalls.futex],
    ["__NR_futex_waitv", syscalls.futexWaitv],
    ["__NR_get_robust_list", syscalls.getRobustList],
  ];
  const used: [string, number][] = [
    ...Object.entries(constants),
    ...Object.entries(own),
    ...Object.entries(semctl),
    ...flags,
    ...numbers,
    ["CLOCK_MONOTONIC", platform().CLOCK_MONOTONIC],
    ["PTHREAD_MUTEX_RECURSIVE", platform().PTHREAD_MUTEX_RECURSIVE],
    ["PTHREAD_MUTEX_ERRORCHECK", platform().PTHREAD_MUTEX_ERRORCHECK],
  ];
  for (const [name, value] of used) {
    if (facts.absent.has(name)) continue;
    assertEquals(value, facts.constants.get(name), name);
  }
  const names = new Set(used.map(([name]) => name));
  for (const name of facts.constants.keys()) {
    assert(names.has(name), `${name} is in the headers, and not used here`);
  }
}));

Deno.test(
  needing(NEEDS, "advice numbers are those of the headers", async () => {
    const facts = await headers();
    const { advice } = platform();
    for (const [word, value] of Object.entries(advice)) {
      if (facts.absent.has(word)) continue;
      assertEquals(value, facts.advice.get(word), word);
    }
    for (const word of facts.advice.keys()) {
      assert(word in advice, `this system has the advice ${word}`);
    }
  }),
);

Deno.test(needing(NEEDS, "errno numbers are those of the headers", async () => {
  const facts = await headers();
  const { errnoNames } = platform();
  for (const [number, name] of Object.entries(errnoNames)) {
    if (facts.absent.has(name)) continue;
    assertEquals(Number(number), facts.errno.get(name), name);
  }
  // Two names may share a number, so only the numbers are compared here.
  for (const [name, number] of facts.errno) {
    assert(number in errnoNames, `${name} (${number}) has no name`);
  }
}));

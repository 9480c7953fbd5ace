// What another process may do between two calls of this library, made to happen there by a
// library in place of libc.

import { assertEquals } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { compile } from "../../helpers/cc.ts";
import { denoRun, run } from "../../helpers/deno.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import { survive } from "../../helpers/memory/child_report.ts";

async function between(
  what: string,
  object: string,
  body: string,
): Promise<Record<string, string>> {
  const library = await compile("tests/peers/c/libc/between_calls.c", [
    "-shared",
    "-fPIC",
    "-ldl",
  ]);
  return await survive(body, {
    flags: ["--allow-ffi", "--allow-read", "--allow-write", "--allow-env"],
    env: {
      SHMEM_LIBRARY: library.path,
      SHMEM_BETWEEN: what,
      SHMEM_OBJECT: object,
    },
  });
}

Deno.test(needing(
  ["cc", "native"],
  "an object that was removed while it was created is no success",
  async () => {
    const name = randomName();
    const seen = await between(
      "removed",
      name,
      `see("create", () => shmem.SharedMemory.create("${name}", { size: 5003 }));
     see("again", () => { using memory = shmem.SharedMemory.create("${name}", { size: 5003 }); memory.unlink(); return memory.size; });`,
    );
    assertEquals(seen, { "create": "AlreadyExists EEXIST", "again": "5003" });
  },
));

Deno.test(needing(
  ["cc", "native"],
  "an empty object that its creator has not locked yet is not taken for stale",
  async () => {
    const name = randomName();
    const { code } = await run(["sh", "-c", `: > "/dev/shm${name}"`]);
    assertEquals(code, 0);
    try {
      const seen = await between(
        "fresh",
        name,
        `see("create", () => shmem.SharedMemory.create("${name}", { size: 5003, ifStale: "replace" }));`,
      );
      assertEquals(seen, { "create": "AlreadyExists EEXIST" });
      using memory = SharedMemory.open(name, { access: "read" });
      assertEquals(memory.size, 77);
    } finally {
      SharedMemory.unlinkName(name);
    }
  },
));

Deno.test(needing(
  ["cc", "native"],
  "a file that got its size from another process is not cut again",
  async () => {
    const path = Deno.makeTempFileSync();
    try {
      const seen = await between(
        "sized",
        "",
        `see("create", () => shmem.MappedFile.open("${path}", { create: "if-missing", size: 100 }));`,
      );
      assertEquals(seen, { "create": "RangeError" });
      assertEquals(Deno.statSync(path).size, 200);
    } finally {
      Deno.removeSync(path);
    }
  },
));

Deno.test(needing(
  ["native"],
  "programs that this process starts inherit none of its files",
  async () => {
    const path = Deno.makeTempFileSync();
    const name = randomName();
    try {
      const seen = await survive(
        `
using memory = shmem.SharedMemory.create("${name}", { size: 5003 });
using opened = shmem.SharedMemory.open("${name}");
memory.unlink();
using nameless = shmem.SharedMemory.anonymous({ size: 5003 });
using same = shmem.SharedMemory.openPath(nameless.path);
using file = shmem.MappedFile.open("${path}", { create: "if-missing", size: 5003 });
using lock = shmem.FileLock.tryLock(file);
const child = new Deno.Command("ls", { args: ["-l", "/proc/self/fd"] }).outputSync();
const listed = new TextDecoder().decode(child.stdout);
see("its own", () => listed.includes("/proc/"));
see("of ours", () => ["${name}", "memfd:", "${path}"].filter((part) => listed.includes(part)).join());
`,
        {
          flags: [
            "--allow-ffi",
            "--allow-read",
            "--allow-write",
            "--allow-run",
          ],
        },
      );
      assertEquals(seen, { "its own": "true", "of ours": "" });
    } finally {
      Deno.removeSync(path);
    }
  },
));

Deno.test(needing(
  ["native"],
  "another runtime imports the library without harm, and is told at the first call",
  async () => {
    const file = Deno.makeTempFileSync({ suffix: ".ts" });
    try {
      const url = import.meta.resolve("../../../mod.ts");
      Deno.writeTextFileSync(
        file,
        `
const { log } = console;
const { exit } = Deno;
delete globalThis.Deno;
const shmem = await import("${url}");
const calls = {
  create: () => shmem.SharedMemory.create("/x", { size: 5 }),
  anonymous: () => shmem.SharedMemory.anonymous({ size: 5 }),
  file: () => shmem.MappedFile.open("/etc/hostname"),
  segment: () => shmem.Segment.create({ size: 5 }),
  mmap: () => shmem.mmap(null, { length: 5 }),
  shmget: () => shmem.shmget(1, 5),
  list: () => shmem.SharedMemory.list(),
  ftok: () => shmem.ftok("/etc/hostname", 1),
};
for (const [label, call] of Object.entries(calls)) {
  try { call(); } catch (error) { log(label + ": " + error.message); }
}
`,
      );
      const { stdout, code, stderr } = await run(
        denoRun(file, { permissions: ["--allow-all"] }),
      );
      assertEquals(code, 0, stderr);
      const sentence =
        `Cannot use shared memory here: this library calls libc through ${"Deno"}.dlopen, which Node and Bun do not have; run the program with Deno`;
      assertEquals(
        stdout.trim().split("\n"),
        [
          "create",
          "anonymous",
          "file",
          "segment",
          "mmap",
          "shmget",
          "list",
          "ftok",
        ]
          .map((label) => `${label}: ${sentence}`),
      );
    } finally {
      Deno.removeSync(file);
    }
  },
));

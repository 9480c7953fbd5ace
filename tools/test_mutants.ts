// deno task test:mutants [NAME...]

/**
 * Breaks one line at a time in a copy of the project, and fails if the tests do
 * not notice. Each line is one that tests once missed. Mutants of the orders of
 * stores, fences and wake-ups are in `tests/interleavings/mutants.ts`.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- a tool talks to its terminal

import { dirname, fromFileUrl, join } from "../deps.ts";

/** A line that is broken. */
interface Mutant {
  /** What it is, for the command line and the report. */
  readonly name: string;
  readonly file: string;
  /** What stands there; each occurrence is replaced. */
  readonly from: string;
  readonly to: string;
  /** The tests that must notice. */
  readonly test: string;
}

const BETWEEN = "tests/memory/hazards/between_calls_test.ts";
const DEATHS = "tests/stress/channel/ends/channel_deaths_test.ts";
const FAILURES = "tests/channel/object/channel_failures_test.ts";

const MUTANTS: readonly Mutant[] = [
  {
    name: "children inherit files",
    file: "ffi/files/open.ts",
    from: "(writable ? O_RDWR : O_RDONLY) | O_CLOEXEC",
    to: "(writable ? O_RDWR : O_RDONLY)",
    test: BETWEEN,
  },
  {
    name: "a name removed while it was created counts as created",
    file: "memory/posix/named_object.ts",
    from: "if (isUnlinked(fd, operation)) throw inUse(operation);",
    to: "",
    test: BETWEEN,
  },
  {
    name: "a fresh object is stale at once",
    file: "memory/posix/stale_object.ts",
    from: "const CREATION_GRACE_MS = 200;",
    to: "const CREATION_GRACE_MS = -1;",
    test: BETWEEN,
  },
  {
    name: "no second look before a file gets its size",
    file: "memory/file/creation.ts",
    from:
      "  if (descriptor.status().size > 0) return;\n  descriptor.grow(size, operation);",
    to: "  descriptor.grow(size, operation);",
    test: BETWEEN,
  },
  {
    name: "a successor leaves the claim of the dead one",
    file: "channel/membership/sender_place.ts",
    from: "repair?.();",
    to: "",
    test: DEATHS,
  },
  {
    name: "a failed creation leaves its object",
    file: "channel/object/channel_object.ts",
    from: "if (this.created) this.unlink();",
    to: "",
    test: FAILURES,
  },
  {
    name: "a wait that a signal interrupts fails",
    file: "ffi/sync/futex.ts",
    from: 'case "EINTR":\n        continue;\n',
    to: "",
    test: "tests/ffi/sync/wait_signals_test.ts",
  },
  {
    name: "locks may overlap",
    file: "sync/locks/neighbourhood.ts",
    from: "if (other === undefined || other.end <= start) continue;",
    to: "if (other === undefined || other.end !== end) continue;",
    test: "tests/sync/locks/blocks_test.ts",
  },
  {
    name: "a thread holds more locks than the kernel frees",
    file: "ffi/sync/thread_list.ts",
    from: "const MOST_HELD = 2000;",
    to: "const MOST_HELD = 20_000;",
    test: "tests/ffi/sync/thread_list_test.ts",
  },
  {
    name: "an object that is called [stack] passes for the stack",
    file: "ffi/memory/stack.ts",
    from: "\\S+ 0+ 00:00 0 +\\[stack",
    to: ".*\\[stack",
    test: "tests/memory/posix/stack_name_test.ts",
  },
  {
    name: "text is decoded where others write",
    file: "memory/views/readonly_bytes.ts",
    from: "this.length === 0 ? new Uint8Array() : this.slice()",
    to: "this.#bytes",
    test: "tests/stress/memory/changing_bytes_test.ts",
  },
  {
    name: "huge pages need not be reserved",
    file: "memory/checks/huge_pages.ts",
    from: "if (noReserve) refuseUnreserved();",
    to: "",
    test: "tests/memory/hazards/hazards_pages_test.ts",
  },
  {
    name: "mappings are made up to the kernel's limit",
    file: "ffi/memory/map_limit.ts",
    from: "const RESERVE = 1000;",
    to: "const RESERVE = 20;",
    test: "tests/stress/memory/map_limit_test.ts",
  },
];

const root = fromFileUrl(new URL("../", import.meta.url));
const chosen = MUTANTS.filter(({ name }) =>
  Deno.args.length === 0 || Deno.args.some((word) => name.includes(word))
);
const copy = await Deno.makeTempDir({ prefix: "shmem-mutants-" });
let missed = 0;
try {
  await copyProject();
  for (const test of new Set(chosen.map((mutant) => mutant.test))) {
    // Or all would seem to be noticed.
    if (!await passes(test)) throw new Error(`${test} fails without a mutant`);
  }
  for (const { name, file, from, to, test } of chosen) {
    const path = join(copy, file);
    const source = await Deno.readTextFile(path);
    const mutated = source.replaceAll(from, to);
    if (mutated === source) throw new Error(`${file} has no line "${from}"`);
    await Deno.writeTextFile(path, mutated);
    const noticed = !await passes(test);
    await Deno.writeTextFile(path, source);
    if (!noticed) missed++;
    console.log(`${noticed ? "noticed" : "MISSED "}  ${name} (${file})`);
  }
} finally {
  await Deno.remove(copy, { recursive: true });
  // What was broken may have left something: a name that nobody removed.
  await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--allow-run", "tools/sweep.ts"],
    cwd: root,
  }).output();
}
console.log(`${chosen.length - missed} noticed, ${missed} missed`);
if (missed > 0) Deno.exit(1);

/** Copies what git knows, and what is new. */
async function copyProject(): Promise<void> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "--cached", "--others", "--exclude-standard"],
    cwd: root,
  }).output();
  const files = new TextDecoder().decode(stdout).split("\n").filter(Boolean);
  for (const file of files) {
    await Deno.mkdir(join(copy, dirname(file)), { recursive: true });
    await Deno.copyFile(join(root, file), join(copy, file));
  }
}

/** Whether a test passes in the copy. */
async function passes(test: string): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", "--no-check", "--quiet", "--fail-fast", test],
    cwd: copy,
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

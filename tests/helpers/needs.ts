/**
 * Tests that need something which not every machine has. Where it is missing
 * they are skipped with one line; with `SHMEM_REQUIRE_TOOLS=1`, as `.ci/run`
 * sets it, they fail instead.
 *
 * @module
 */

import { projectPath } from "./deno.ts";
import { PYTHON } from "./peers/python.ts";

/** The command that imports a module of Python. */
const importing = (module: string) =>
  [...PYTHON, "-c", `import ${module}`] as const;

/** Things that a machine may lack, and how to find out. */
const PROBES = {
  "cc": ["cc", "--version"],
  "c++": ["c++", "--version"],
  "cargo": ["cargo", "--version"],
  "chromium": ["chromium", "--version"],
  "go": ["go", "version"],
  "python3": ["python3", "--version"],
  "rustc": ["rustc", "--version"],
  "mcap": importing("mcap"),
  "numpy": importing("numpy"),
  "posix_ipc": importing("posix_ipc"),
  "sysv_ipc": importing("sysv_ipc"),
  "prlimit": ["prlimit", "--version"],
  "setpriv": ["setpriv", "--version"],
  // Gives a program a terminal.
  "script": ["script", "--version"],
  "strace": ["strace", "--version"],
  // Both: Maven gives what the programs are compiled against.
  "java": ["sh", "-c", "javac -version && mvn --version"],
  // The programs of tests are compiled, too. Maven gives the jar.
  "aeron driver": [
    "sh",
    "-c",
    `java -version 2>&1 | grep -qE 'version "(1[7-9]|[2-9][0-9])' && javac -version && { test -f "$1" || mvn --version; }`,
    "-",
    projectPath(".cache/aeron/aeron-all-1.51.0.jar"),
  ],
  "root": ["test", "0", "-eq", String(Deno.uid())],
  // Two hosts in one: names that go at once.
  "network namespaces": [
    "sh",
    "-c",
    "n=shmem-probe-$$; ip netns add $n && ip -n $n link add cable type veth peer name other; s=$?; ip netns del $n; exit $s",
  ],
  "unshare": ["unshare", "-m", "true"],
  // A file system in a file, mounted.
  "loop": [
    "unshare",
    "-m",
    "sh",
    "-c",
    'f=$(mktemp) && truncate -s 4M "$f" && mkfs.ext2 -q "$f" && mount -o loop "$f" /mnt; s=$?; rm -f "$f"; exit $s',
  ],
  // A control group of version 1 for memory that can be made and entered.
  "memory cgroup v1": [
    "sh",
    "-c",
    'd=/sys/fs/cgroup/memory/shmem-probe-$$; mkdir "$d" && (echo 0 > "$d/cgroup.procs"); s=$?; rmdir "$d"; exit $s',
  ],
} as const satisfies Record<string, readonly string[]>;

/** Something that a machine may lack. */
export type Need = keyof typeof PROBES | "native";

const found = new Map<Need, boolean>();

/** Whether this machine has it. */
export function has(need: Need): boolean {
  let known = found.get(need);
  if (known === undefined) {
    known = need === "native"
      ? Deno.env.get("SHMEM_TEST_EMULATOR") === undefined
      : works(PROBES[need]);
    found.set(need, known);
  }
  return known;
}

function works([command, ...args]: readonly [string, ...string[]]): boolean {
  try {
    return new Deno.Command(command, {
      args,
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch {
    return false;
  }
}

/**
 * A test that needs things, to be declared in its own file, so that reports name
 * that file: `Deno.test(needing(["cc"], "name", () => {}))`.
 *
 * @param needs What it needs; `"native"` for what emulation cannot do.
 * @param name What it shows.
 * @param fn The test.
 */
export function needing(
  needs: readonly Need[],
  name: string,
  fn: (context: Deno.TestContext) => void | Promise<void>,
): Deno.TestDefinition {
  const missing = needs.filter((need) => !has(need));
  const required = Deno.env.get("SHMEM_REQUIRE_TOOLS") === "1";
  if (missing.length === 0) return { name, fn };
  if (required && !missing.includes("native")) {
    const reason = `it needs ${missing.join(", ")}, which is missing`;
    return { name, fn: () => Promise.reject(new Error(reason)) };
  }
  const reasons = missing.map((need) =>
    need === "native" ? "emulation cannot do it" : `${need} is missing`
  );
  const skipped = `${name} [skipped: ${reasons.join(", ")}]`;
  return { name: skipped, ignore: true, fn };
}

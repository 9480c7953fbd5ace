/**
 * Python with the modules for semaphores, `posix_ipc` and `sysv_ipc`. They are
 * looked for where Python finds its modules, and in `.cache/python`, where
 *
 * ```sh
 * python3 -m pip install --target .cache/python posix_ipc sysv_ipc
 * ```
 *
 * puts them.
 *
 * @module
 */

import { projectPath } from "../helpers/deno.ts";
import { testWith } from "../helpers/needs.ts";
import { Peer } from "../peers/peer.ts";

const PYTHON = [
  "env",
  `PYTHONPATH=${projectPath(".cache/python")}`,
  "python3",
];

/** A module for semaphores. */
export type PythonModule = "posix_ipc" | "sysv_ipc";

/** Starts a program in Python, by default the one that has one semaphore. */
export function pythonPeer(name = "semaphore_peer"): Peer {
  const script = projectPath(`tests/peers/python/${name}.py`);
  return Peer.start([...PYTHON, script]);
}

/** Declares a test that needs a module of Python. */
export function testWithPython(
  module: PythonModule,
  name: string,
  test: () => Promise<void>,
): void {
  if (canImport(module)) {
    testWith(["python3"], name, test);
  } else if (Deno.env.get("SHMEM_REQUIRE_TOOLS") === "1") {
    Deno.test(name, () => {
      throw new Error(`it needs ${module} of Python, which is missing`);
    });
  } else {
    Deno.test({
      name: `${name} [skipped: ${module} of Python is missing]`,
      ignore: true,
      fn: test,
    });
  }
}

function canImport(module: PythonModule): boolean {
  const [command = "", ...args] = [...PYTHON, "-c", `import ${module}`];
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

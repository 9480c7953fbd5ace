/**
 * Python with the modules for semaphores, `posix_ipc` and `sysv_ipc`, and for
 * recordings, `mcap`. They are
 * looked for where Python finds its modules, and in `.cache/python`, where
 *
 * ```sh
 * python3 -m pip install --target .cache/python posix_ipc sysv_ipc mcap
 * ```
 *
 * puts them.
 *
 * @module
 */

import { projectPath } from "../deno.ts";
import { needing } from "../needs.ts";
import { Peer } from "../peers/peer.ts";

const PYTHON = [
  "env",
  `PYTHONPATH=${projectPath(".cache/python")}`,
  "python3",
];

/** One of these modules. */
export type PythonModule = "mcap" | "posix_ipc" | "sysv_ipc";

/** Starts a program in Python, by default the one that has one semaphore. */
export function pythonPeer(name = "semaphore_peer"): Peer {
  const script = projectPath(`tests/peers/python/${name}.py`);
  return Peer.start([...PYTHON, script]);
}

/** A test that needs a module of Python; see {@linkcode needing}. */
export function needingPython(
  module: PythonModule,
  name: string,
  fn: () => Promise<void>,
): Deno.TestDefinition {
  if (canImport(module)) return needing(["python3"], name, fn);
  const reason = `${module} of Python is missing`;
  if (Deno.env.get("SHMEM_REQUIRE_TOOLS") === "1") {
    return { name, fn: () => Promise.reject(new Error(reason)) };
  }
  return { name: `${name} [skipped: ${reason}]`, ignore: true, fn };
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

/**
 * Python, with modules from where it finds them itself and from `.cache/python`,
 * where
 *
 * ```sh
 * python3 -m pip install --target .cache/python posix_ipc sysv_ipc numpy mcap
 * ```
 *
 * puts them.
 *
 * @module
 */

import { projectPath } from "../deno.ts";
import { Peer } from "./peer.ts";

/** The command. */
export const PYTHON = [
  "env",
  `PYTHONPATH=${projectPath(".cache/python")}`,
  "python3",
] as const;

/** Starts a program in Python, by default the one that has one semaphore. */
export function pythonPeer(name = "semaphore_peer"): Peer {
  const script = projectPath(`tests/peers/python/${name}.py`);
  return Peer.start([...PYTHON, script]);
}

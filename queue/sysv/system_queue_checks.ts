/**
 * Arguments of System V message queues that several calls take.
 *
 * @module
 */

import { checkInteger } from "../../ffi/libc/integers.ts";
import { IPC_PRIVATE } from "../../ffi/platforms/constants.ts";
import type { SystemQueueChanges } from "../../ffi/sysv/sysv_msg_control.ts";
import { checkChanges } from "../../memory/sysv/segment.ts";
import { checkOptionNames } from "../checks/options.ts";

/** Reads each change once, and checks it. */
export function checkQueueChanges(
  changes: SystemQueueChanges,
  operation: string,
): SystemQueueChanges {
  checkOptionNames(changes, ["uid", "gid", "mode", "maxBytes"], operation);
  const { maxBytes, ...others } = changes;
  checkChanges(others);
  if (maxBytes === undefined) return others;
  checkInteger(maxBytes, "maxBytes", 1, Number.MAX_SAFE_INTEGER);
  return { ...others, maxBytes };
}

/** How messages call a queue with a key. */
export function shown(key: number): string {
  return key === IPC_PRIVATE
    ? "without a key"
    : `with key 0x${(key >>> 0).toString(16)}`;
}

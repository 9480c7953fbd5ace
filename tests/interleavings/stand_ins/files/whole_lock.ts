/** Locks on whole files of the machine. */

import type { Files, LockKind, Opening } from "../../machine/kernel/files.ts";
import { call } from "./call.ts";

/**
 * `flock(2)`, without waiting. Another kind of lock than it has is taken after
 * that one was released, not at once.
 */
export function tryLockFile(
  fd: number,
  kind: LockKind,
  _operation: string,
): boolean {
  const lock = (files: Files, opening: Opening) =>
    files.tryLock(opening, kind) ? 1 : 0;
  const first = call(`flock ${fd} ${kind}`, (files, who) => {
    const opening = files.opening(who, fd);
    if (opening.lock === undefined) return lock(files, opening);
    opening.lock = undefined;
    return 2;
  }, isTaken);
  if (first < 2) return first === 1;
  return call(
    `flock ${fd} ${kind}, now that it has none`,
    (files, who) => lock(files, files.opening(who, fd)),
    isTaken,
  ) === 1;
}

/** Whether a lock was taken or released: one that is refused changes nothing. */
function isTaken(result: number): boolean {
  return result > 0;
}

/** Releases it. */
export function unlockFile(fd: number, _operation: string): void {
  call(`unlock ${fd}`, (files, who) => {
    files.opening(who, fd).lock = undefined;
    return 0;
  });
}

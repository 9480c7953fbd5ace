/**
 * Locks on a whole file (`flock(2)`), which last until every descriptor of its
 * opening is closed, in whatever way its process ends.
 *
 * @module
 */

import { errnoName } from "../errors/errno.ts";
import { systemError } from "../errors/system_error.ts";
import { libc } from "../libc/library.ts";
import { attempt, retry } from "../libc/retry.ts";
import { LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN } from "../platforms/constants.ts";

/**
 * Tries to lock an open file, without waiting.
 *
 * @returns Whether it is locked now.
 */
export function tryLockFile(
  fd: number,
  kind: "shared" | "exclusive",
  operation: string,
): boolean {
  const request = (kind === "shared" ? LOCK_SH : LOCK_EX) | LOCK_NB;
  const { flock } = libc();
  const result = attempt(() => flock(fd, request));
  if (result >= 0) return true;
  if (errnoName(-result) === "EAGAIN") return false;
  throw systemError("flock", -result, operation);
}

/** Releases the lock of {@linkcode tryLockFile}. */
export function unlockFile(fd: number, operation: string): void {
  const { flock } = libc();
  retry(() => flock(fd, LOCK_UN), "flock", operation);
}

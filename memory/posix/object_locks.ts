/**
 * The locks by which processes tell whether an object is in use. Every handle holds a
 * shared `flock` on its object: an exclusive one can be had only when nobody has it
 * open.
 *
 * @module
 */

import { errnoNumber } from "../../ffi/errors/errno.ts";
import { systemError } from "../../ffi/errors/system_error.ts";
import { tryLockRange, unlockRange } from "../../ffi/files/range_lock.ts";
import { linksOf } from "../../ffi/files/status.ts";
import { tryLockFile } from "../../ffi/files/whole_lock.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import { PATIENCE_MS, retryFor } from "../checks/retry.ts";

/** How long someone who lists objects may hold a lock, generously. */
const LISTING_MS = 20;

/** How messages call an object. */
export function objectLabel(name: string): string {
  return `shared memory ${JSON.stringify(name)}`;
}

/**
 * Tries to take the lock that nobody else may hold. Not only once: a process that lists
 * objects holds it for a moment, too.
 */
export function tryLockExclusive(fd: number, operation: string): boolean {
  return retryFor(
    LISTING_MS,
    () => tryLockFile(fd, "exclusive", operation) || undefined,
  ) ?? false;
}

/** Takes the lock that says "in use", waiting while someone looks at it. */
export function lockShared(
  fd: number,
  operation: string,
  timeoutMs = PATIENCE_MS,
): void {
  if (!platform().capabilities.locksObjects) return;
  const locked = retryFor(
    Math.max(timeoutMs, LISTING_MS),
    () => tryLockFile(fd, "shared", operation) || undefined,
  );
  if (locked === undefined) {
    throw systemError("flock", errnoNumber("EAGAIN"), operation);
  }
}

/** Whether an object has lost its name; false where nobody can tell. */
export function isUnlinked(fd: number, operation: string): boolean {
  return platform().capabilities.countsObjectLinks &&
    linksOf(fd, operation) === 0;
}

/** A byte far behind the end of any object, and of any `FileLock` with an end. */
const CHANGE = { start: 2 ** 60, length: 1 };

/**
 * Keeps others from removing a name, or from changing the size, while this process
 * does so: `flock` releases the shared lock before it takes the exclusive one, and
 * in between an object in use looks as if it were not.
 *
 * @param kind `"shared"` to remove a name, for which a descriptor for reading will
 * do; `"exclusive"` to change the size.
 * @returns A function that ends it, or undefined when another process does so.
 */
export function beginChange(
  fd: number,
  kind: "shared" | "exclusive",
  operation: string,
): (() => void) | undefined {
  try {
    if (!tryLockRange(fd, kind, CHANGE, operation)) return undefined;
  } catch (error) {
    // A kernel without such locks: it goes without, as before.
    if (error instanceof Deno.errors.NotSupported) return () => {};
    throw error;
  }
  return () => unlockRange(fd, CHANGE, operation);
}

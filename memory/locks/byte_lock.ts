/**
 * Locks on single bytes of an object or file, by which processes tell one
 * another that they are there: the kernel releases a lock when its process ends,
 * in whatever way. For the layers above; users have `FileLock`.
 *
 * @module
 */

import {
  findLock,
  tryLockRange,
  unlockRange,
} from "../../ffi/files/range_lock.ts";
import { statusAt } from "../../ffi/files/status.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import { type Lockable, lockableDescriptor } from "./lockable.ts";

/**
 * Whether this system has such locks on POSIX objects. A Linux kernel that does
 * not know them is told by the first call, with `NotSupported`.
 */
export function hasByteLocks(): boolean {
  return platform().capabilities.locksObjects;
}

/**
 * Tries to lock one byte exclusively, without waiting.
 *
 * @param handle Open for writing.
 * @param byteOffset Which byte; it may lie behind the end.
 * @param operation What it is for, for the message of an error.
 * @returns Whether this handle has it now; false when another handle has it.
 * @throws {Deno.errors.NotSupported} When this system has no such locks.
 */
export function tryLockByte(
  handle: Lockable,
  byteOffset: number,
  operation: string,
): boolean {
  const descriptor = lockableDescriptor(handle, operation);
  const range = { start: byteOffset, length: 1 };
  const fd = descriptor.fd(operation);
  if (!tryLockRange(fd, "exclusive", range, operation)) return false;
  descriptor.noteLocks();
  return true;
}

/** Releases the lock of {@linkcode tryLockByte}. */
export function unlockByte(
  handle: Lockable,
  byteOffset: number,
  operation: string,
): void {
  const fd = lockableDescriptor(handle, operation).fd(operation);
  unlockRange(fd, { start: byteOffset, length: 1 }, operation);
}

/** Whether what a handle has open still has a name, which `unlink(2)` takes. */
export function isLinked(handle: Lockable, operation: string): boolean {
  return lockableDescriptor(handle, operation).status().links > 0;
}

/** Whether another handle has a byte locked. */
export function isByteLocked(
  handle: Lockable,
  byteOffset: number,
  operation: string,
): boolean {
  const fd = lockableDescriptor(handle, operation).fd(operation);
  const range = { start: byteOffset, length: 1 };
  return findLock(fd, "exclusive", range, operation) !== undefined;
}

/**
 * Refuses to remove an object that was removed before while another one has its place.
 *
 * @throws {Deno.errors.NotFound} When that is so.
 */
export function refuseSuccessor(
  handle: Lockable,
  { kind, name }: { readonly kind: "name" | "path"; readonly name: string },
  what: string,
): void {
  const operation = `unlink ${what}`;
  if (isLinked(handle, operation)) return;
  const { shmDirectory } = platform().capabilities;
  const path = kind === "path" ? name : `${shmDirectory}${name}`;
  // What else may be there, the kernel tells.
  if (statusAt(path, operation)?.regular !== true) return;
  throw new Deno.errors.NotFound(
    `Cannot ${operation}: it was removed before, and another one has its place since`,
  );
}

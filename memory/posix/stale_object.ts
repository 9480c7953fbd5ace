/**
 * Removing a name that a process has left.
 *
 * @module
 */

import { hasCode } from "../../ffi/errors/system_error.ts";
import {
  closeDescriptor,
  openObject,
  unlinkObject,
} from "../../ffi/files/open.ts";
import { readAt } from "../../ffi/files/read_at.ts";
import { status, statusAt } from "../../ffi/files/status.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import { PATIENCE_MS, retryFor } from "../checks/retry.ts";
import { beginChange, objectLabel, tryLockExclusive } from "./object_locks.ts";

/** How long an empty object may be one that is just being created. */
const CREATION_GRACE_MS = 200;

/** Reads bytes of an object from a place on. */
export type ReadBytes = (
  target: Uint8Array<ArrayBuffer>,
  byteOffset: number,
) => void;

/**
 * Removes a name that nobody uses.
 *
 * @param mayGo Asked of an object that nobody has open, unless it is empty, by its
 * size and its bytes. Default: any may go.
 * @returns Whether the name is free now.
 */
export function removeStale(
  name: string,
  mayGo: (size: number, read: ReadBytes) => boolean = () => true,
): boolean {
  const operation = `replace ${objectLabel(name)}`;
  if (!platform().capabilities.locksObjects) {
    throw new Deno.errors.NotSupported(
      `Cannot ${operation}: ${platform().name} has no locks on shared memory, so nobody can tell whether it is in use; remove it with SharedMemory.unlink()`,
    );
  }
  const graceEnd = performance.now() + CREATION_GRACE_MS;
  return retryFor(PATIENCE_MS, () => {
    let fd;
    try {
      fd = openObject(
        name,
        { writable: false, create: "never", mode: 0 },
        operation,
      );
    } catch (error) {
      if (hasCode(error, "ENOENT")) return true;
      throw error;
    }
    let endChange;
    try {
      const { regular, kind } = status(fd, operation);
      if (!regular) {
        throw new TypeError(
          `Cannot ${operation}: it is not shared memory but ${kind}; choose another name`,
        );
      }
      endChange = beginChange(fd, "shared", operation);
      if (endChange === undefined) return false;
      if (!tryLockExclusive(fd, operation)) return false;
      const { size, links, inode } = status(fd, operation);
      if (links === 0) return undefined;
      // Empty: its creator may be between creating and locking it.
      if (size === 0 && performance.now() < graceEnd) return undefined;
      const read: ReadBytes = (target, byteOffset) => {
        readAt(fd, target, byteOffset, operation);
      };
      if (size > 0 && !mayGo(size, read)) return false;
      // The name may lead to a newer object by now, which someone made.
      if (!leadsTo(name, inode, operation)) return undefined;
      unlinkObject(name, operation);
      return true;
    } finally {
      endChange?.();
      closeDescriptor(fd);
    }
  }) ?? false;
}

function leadsTo(name: string, inode: number, operation: string): boolean {
  const { shmDirectory } = platform().capabilities;
  return shmDirectory === null ||
    statusAt(`${shmDirectory}${name}`, operation)?.inode === inode;
}

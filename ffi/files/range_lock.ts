/**
 * Locks on ranges of an open file (`fcntl(2)`, open file description locks): one
 * byte each, at any offset, there or not. Such a lock belongs to one opening of
 * the file and goes with its last descriptor, by whatever way its process ends.
 *
 * @module
 */

import { errnoName } from "../errors/errno.ts";
import { Struct } from "../libc/layout.ts";
import { errnoCell, libc } from "../libc/library.ts";
import { type FlockField, platform } from "../platforms/platform.ts";
import { systemError } from "../errors/system_error.ts";

let struct: Struct<FlockField> | undefined;
let address = 0n;

/**
 * Tries to lock one byte, without waiting.
 *
 * @param fd A descriptor that is open for writing.
 * @param offset Which byte.
 * @returns Whether it is locked now; false when another opening has it.
 */
export function tryLockByte(fd: number, offset: number, act: string): boolean {
  const { F_OFD_SETLK, F_WRLCK } = platform().constants;
  const { fcntl } = libc();
  const range = rangeOf(F_WRLCK, offset);
  if (fcntl(fd, F_OFD_SETLK, range, 0n, 0n, 0n, 0n, 0n, range) !== -1) {
    return true;
  }
  const errno = errnoCell[0] ?? 0;
  if (["EAGAIN", "EACCES"].includes(errnoName(errno))) return false;
  throw systemError("fcntl", errno, act);
}

/** Gives up the lock of {@linkcode tryLockByte}. */
export function unlockByte(fd: number, offset: number, act: string): void {
  const { F_OFD_SETLK, F_UNLCK } = platform().constants;
  const { fcntl } = libc();
  const range = rangeOf(F_UNLCK, offset);
  if (fcntl(fd, F_OFD_SETLK, range, 0n, 0n, 0n, 0n, 0n, range) !== -1) return;
  throw systemError("fcntl", errnoCell[0] ?? 0, act);
}

/** Whether another opening of the file has a byte locked. */
export function isByteLocked(fd: number, offset: number, act: string): boolean {
  const { F_OFD_GETLK, F_WRLCK, F_UNLCK } = platform().constants;
  const { fcntl } = libc();
  const range = rangeOf(F_WRLCK, offset);
  if (fcntl(fd, F_OFD_GETLK, range, 0n, 0n, 0n, 0n, 0n, range) === -1) {
    throw systemError("fcntl", errnoCell[0] ?? 0, act);
  }
  return struct?.get("l_type") !== F_UNLCK;
}

/** Fills the one struct, and gives its address. */
function rangeOf(type: number, offset: number): bigint {
  if (struct === undefined) {
    struct = new Struct(platform().layouts.flock);
    address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(struct.bytes));
  }
  struct.set("l_type", type);
  // From the start of the file.
  struct.set("l_whence", 0);
  struct.set("l_start", offset);
  struct.set("l_len", 1);
  struct.set("l_pid", 0);
  return address;
}

/**
 * Locks on ranges of an open file (`fcntl(2)`, open file description locks): at
 * any offset, whether the file reaches there or not. Such a lock belongs to one
 * opening of the file and goes with its last descriptor, in whatever way its
 * process ends. Two openings exclude each other, in one process too; one opening
 * never excludes itself.
 *
 * @module
 */

import { errnoName } from "../errors/errno.ts";
import { systemError } from "../errors/system_error.ts";
import { Struct } from "../libc/layout.ts";
import { libc } from "../libc/library.ts";
import { attempt, retry } from "../libc/retry.ts";
import { type FlockField, platform } from "../platforms/platform.ts";

/** Whether others may lock the same bytes, too. */
export type LockKind = "shared" | "exclusive";

/** A range of a file. */
export interface LockRange {
  /** Where it starts, in bytes. */
  readonly start: number;
  /** How long it is in bytes; 0 for everything behind `start`, however long the file gets. */
  readonly length: number;
}

/** A lock that is in the way. */
export interface FoundLock extends LockRange {
  readonly kind: LockKind;
  /** The process that has it; -1 for a lock of an open file description. */
  readonly pid: number;
}

/** How explanations call these calls; `fcntl` alone does many things. */
const LOCKING = "fcntl:lock";

let struct: Struct<FlockField> | undefined;
let address = 0n;

/**
 * Tries to lock a range, without waiting.
 *
 * @param fd A descriptor that is open for reading, or for writing when the lock
 * is exclusive.
 * @returns Whether it is locked now; false when another opening has a part of it.
 */
export function tryLockRange(
  fd: number,
  kind: LockKind,
  range: LockRange,
  operation: string,
): boolean {
  const { F_OFD_SETLK, F_RDLCK, F_WRLCK } = platform().constants;
  const { fcntl } = libc();
  const pointer = fill(kind === "shared" ? F_RDLCK : F_WRLCK, range);
  const result = attempt(() =>
    fcntl(fd, F_OFD_SETLK, pointer, 0n, 0n, 0n, 0n, 0n, pointer)
  );
  if (result >= 0) return true;
  if (["EAGAIN", "EACCES"].includes(errnoName(-result))) return false;
  throw systemError(LOCKING, -result, operation);
}

/** Releases what is locked of a range. */
export function unlockRange(
  fd: number,
  range: LockRange,
  operation: string,
): void {
  const { F_OFD_SETLK, F_UNLCK } = platform().constants;
  const { fcntl } = libc();
  const pointer = fill(F_UNLCK, range);
  retry(
    () => fcntl(fd, F_OFD_SETLK, pointer, 0n, 0n, 0n, 0n, 0n, pointer),
    LOCKING,
    operation,
  );
}

/** Releases all that is locked through an opening that is about to be closed. */
export function unlockAll(fd: number): void {
  const { F_OFD_SETLK, F_UNLCK } = platform().constants;
  const { fcntl } = libc();
  const pointer = fill(F_UNLCK, { start: 0, length: 0 });
  // A failure changes nothing: the last descriptor takes them with it.
  fcntl(fd, F_OFD_SETLK, pointer, 0n, 0n, 0n, 0n, 0n, pointer);
}

/**
 * Finds a lock that keeps this opening from locking a range (`F_OFD_GETLK`).
 *
 * @returns One that is in the way, or undefined when there is none.
 */
export function findLock(
  fd: number,
  kind: LockKind,
  range: LockRange,
  operation: string,
): FoundLock | undefined {
  const { F_OFD_GETLK, F_RDLCK, F_WRLCK, F_UNLCK } = platform().constants;
  const { fcntl } = libc();
  const pointer = fill(kind === "shared" ? F_RDLCK : F_WRLCK, range);
  retry(
    () => fcntl(fd, F_OFD_GETLK, pointer, 0n, 0n, 0n, 0n, 0n, pointer),
    LOCKING,
    operation,
  );
  if (struct === undefined) return undefined;
  const type = struct.get("l_type");
  if (type === F_UNLCK) return undefined;
  return {
    kind: type === F_RDLCK ? "shared" : "exclusive",
    pid: struct.get("l_pid"),
    start: struct.get("l_start"),
    length: struct.get("l_len"),
  };
}

/** Fills the one struct, and returns its address. */
function fill(type: number, { start, length }: LockRange): bigint {
  if (struct === undefined) {
    struct = new Struct(platform().layouts.flock);
    address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(struct.bytes));
  }
  struct.set("l_type", type);
  // SEEK_SET: from the start of the file.
  struct.set("l_whence", 0);
  struct.set("l_start", start);
  struct.set("l_len", length);
  struct.set("l_pid", 0);
  return address;
}

/** Tries to lock one byte exclusively. */
export function tryLockByte(
  fd: number,
  start: number,
  operation: string,
): boolean {
  return tryLockRange(fd, "exclusive", { start, length: 1 }, operation);
}

/** Releases the lock of {@linkcode tryLockByte}. */
export function unlockByte(fd: number, start: number, operation: string): void {
  unlockRange(fd, { start, length: 1 }, operation);
}

/** Whether another opening of the file has a byte locked. */
export function isByteLocked(
  fd: number,
  start: number,
  operation: string,
): boolean {
  return findLock(fd, "exclusive", { start, length: 1 }, operation) !==
    undefined;
}

/**
 * Size, room and pages of an open file: `unistd.h`, `fcntl.h`, `sys/statvfs.h`.
 *
 * @module
 */

import { errnoName, errnoNumber } from "../errors/errno.ts";
import { systemError } from "../errors/system_error.ts";
import { Struct } from "../libc/layout.ts";
import { libc } from "../libc/library.ts";
import { attempt, retry } from "../libc/retry.ts";
import { platform } from "../platforms/platform.ts";
import type { Room } from "./directory.ts";

/** Sets the size in bytes (`ftruncate(2)`). */
export function truncate(fd: number, size: number, operation: string): void {
  checkFileLimit(size, operation);
  const { ftruncate } = libc();
  retry(() => ftruncate(fd, BigInt(size)), "ftruncate", operation);
}

/** Writes everything of a file to its disk (`fsync(2)`). */
export function flushFile(fd: number, operation: string): void {
  const { fsync } = libc();
  retry(() => fsync(fd), "fsync", operation);
}

/** Sets the permission bits exactly, whatever the umask says (`fchmod(2)`). */
export function changeMode(fd: number, mode: number, operation: string): void {
  const { fchmod } = libc();
  retry(() => fchmod(fd, mode | 0), "fchmod", operation);
}

/**
 * Reserves the pages of new memory, so that no write to them can fail
 * (`posix_fallocate(3)`).
 *
 * @param hint What to do when there is no room.
 * @returns Whether they are reserved now; false where there is no such call, or a
 * sandbox forbids it.
 */
export function reserveNew(
  fd: number,
  byteLength: number,
  operation: string,
  hint?: () => string | undefined,
): boolean {
  const { posix_fallocate } = libc();
  if (posix_fallocate === null) return false;
  let errno;
  // It returns its error, so EINTR does not show in errno, as retry() expects.
  do errno = posix_fallocate(fd, 0n, BigInt(byteLength)); while (
    errno !== 0 && errnoName(errno) === "EINTR"
  );
  if (errno === 0) return true;
  const code = errnoName(errno);
  if (CANNOT_RESERVE.includes(code)) return false;
  const remedy = code === "ENOSPC" ? hint?.() : undefined;
  throw systemError("posix_fallocate", errno, operation, remedy);
}

/** The file system cannot do it, the kernel does not know it, or a sandbox forbids it. */
const CANNOT_RESERVE: readonly string[] = ["EOPNOTSUPP", "ENOSYS", "EPERM"];

/** Leave the size as it is. */
const FALLOC_FL_KEEP_SIZE = 1;

/**
 * Reserves pages for a range of a file, of which holes are all that changes, and
 * the size does not (`fallocate(2)`). Unlike `posix_fallocate(3)` it never writes
 * bytes to do so, which could overwrite those of others.
 *
 * @param hint What to do when there is no room.
 * @returns Whether the range is reserved now; false where the file system cannot
 * reserve, or a seal forbids it.
 */
export function reserveRange(
  fd: number,
  offset: number,
  byteLength: number,
  operation: string,
  hint?: () => string | undefined,
): boolean {
  const { fallocate } = libc();
  if (fallocate === null) return false;
  const from = BigInt(offset);
  const length = BigInt(byteLength);
  const result = attempt(() =>
    fallocate(fd, FALLOC_FL_KEEP_SIZE, from, length)
  );
  if (result >= 0) return true;
  const code = errnoName(-result);
  if (CANNOT_RESERVE.includes(code)) return false;
  const remedy = code === "ENOSPC" ? hint?.() : undefined;
  throw systemError("fallocate", -result, operation, remedy);
}

/** How much room the file system of an open file has (`fstatvfs(3)`); nothing where nobody knows. */
export function roomOf(fd: number): Room | undefined {
  const statvfs = new Struct(platform().layouts.statvfs);
  const { fstatvfs } = libc();
  if (attempt(() => fstatvfs(fd, statvfs.bytes)) < 0) return undefined;
  const blockSize = statvfs.get("f_frsize");
  const total = statvfs.get("f_blocks") * blockSize;
  // ramfs and a tmpfs without a limit have none to tell.
  if (total === 0) return undefined;
  return { total, free: statvfs.get("f_bavail") * blockSize };
}

/** From where on there are bytes, or a hole, as `lseek(2)` counts on Linux. */
const SEEK_DATA = 3;
const SEEK_HOLE = 4;

/**
 * How many bytes of a range have no room on the disk yet, at most (`lseek(2)`).
 */
export function holesIn(
  fd: number,
  offset: number,
  byteLength: number,
): number {
  const { lseek } = libc();
  const end = offset + byteLength;
  let holes = 0;
  let position = offset;
  while (position < end) {
    const hole = Number(lseek(fd, BigInt(position), SEEK_HOLE));
    // It cannot tell: then all may be holes.
    if (hole < 0) return byteLength;
    if (hole >= end) break;
    const data = Number(lseek(fd, BigInt(hole), SEEK_DATA));
    // No data behind it.
    const holeEnd = data < 0 ? end : Math.min(data, end);
    holes += holeEnd - hole;
    position = holeEnd;
  }
  return holes;
}

/** The same number on Linux and macOS, and so is the layout of `struct rlimit`. */
const RLIMIT_FSIZE = 1;

/** Growing beyond `ulimit -f` does not only fail: it kills, with SIGXFSZ. */
export function checkFileLimit(size: number, operation: string): void {
  const limits = new BigUint64Array(2);
  if (libc().getrlimit(RLIMIT_FSIZE, limits) === -1) return;
  const [current = 0n] = limits;
  if (BigInt(size) <= current) return;
  throw systemError(
    "ftruncate",
    errnoNumber("EFBIG"),
    operation,
    `\`ulimit -f\` allows ${current} bytes: raise it, or ask for less`,
  );
}

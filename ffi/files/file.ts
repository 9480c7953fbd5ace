/**
 * File descriptors: `fcntl.h`, `unistd.h`, `sys/stat.h`, `sys/file.h`. What is
 * opened here is never inherited by a program that this process starts.
 *
 * @module
 */

import { checkNotMinusOne, present } from "../libc/check.ts";
import {
  F_ADD_SEALS,
  F_GET_SEALS,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
  MFD_ALLOW_SEALING,
  MFD_CLOEXEC,
  MFD_HUGETLB,
  O_RDONLY,
  O_RDWR,
  S_IFIFO,
  S_IFMT,
  S_IFREG,
} from "../platforms/constants.ts";
import { cString } from "../libc/cstring.ts";
import { errnoName, errnoNumber } from "../errors/errno.ts";
import { Struct } from "../libc/layout.ts";
import { errnoCell, libc } from "../libc/library.ts";
import { hugePageBits } from "../memory/mman.ts";
import { platform, type StatField } from "../platforms/platform.ts";
import { systemError } from "../errors/system_error.ts";

/** Whether a file must, may or must not be made by opening it. */
export type Creation = "never" | "if-missing" | "exclusive";

/** How something is opened. */
export interface OpenRequest {
  /** For reading only, or also for writing. */
  readonly writable: boolean;
  /** Whether to create it. */
  readonly create: Creation;
  /** Permission bits of what is created. */
  readonly mode: number;
}

/** What `fstat(2)` tells. */
export interface FileStatus {
  /** Number of the device, and of the file on it: together its identity. */
  readonly device: number;
  readonly inode: number;
  /** Whether it is a regular file, memory objects included. */
  readonly regular: boolean;
  /** Whether it is a pipe, with a name or without. */
  readonly fifo: boolean;
  /** Permission bits. */
  readonly mode: number;
  /** How many names it has; 0 for what was removed. */
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  /** Size in bytes. */
  readonly size: number;
  /** Bytes that are really there, not holes. */
  readonly allocated: number;
  /** Times in seconds since 1970. */
  readonly accessed: number;
  readonly modified: number;
  readonly changed: number;
}

/** `st_blocks` counts these, whatever the file system's own blocks are. */
const BLOCK_SIZE = 512;

/** A time of {@linkcode FileStatus}, as users see it. */
export function toDate(seconds: number): Date {
  return new Date(seconds * 1000);
}

/** Opens a file (`open(2)`). */
export function openFile(
  path: string,
  request: OpenRequest,
  act: string,
): number {
  const { O_NONBLOCK, O_NOCTTY } = platform().constants;
  const mode = BigInt(request.mode);
  // O_NONBLOCK: opening a pipe must fail later, not hang now.
  const flags = openFlags(request) | O_NONBLOCK | O_NOCTTY;
  const name = cString(path);
  const result = libc().open(name, flags, mode, 0n, 0n, 0n, 0n, 0n, mode);
  return checkNotMinusOne(result, errnoCell[0], "open", act);
}

/** Opens a POSIX shared memory object (`shm_open(3)`). */
export function openObject(
  name: string,
  request: OpenRequest,
  act: string,
): number {
  const shmOpen = present(libc().shm_open, "shm_open");
  const flags = openFlags(request);
  const mode = BigInt(request.mode);
  const result = shmOpen(cString(name), flags, mode, 0n, 0n, 0n, 0n, 0n, mode);
  return checkNotMinusOne(result, errnoCell[0], "shm_open", act);
}

/** Removes the name of a POSIX shared memory object (`shm_unlink(3)`). */
export function unlinkObject(name: string, act: string): void {
  const shmUnlink = present(libc().shm_unlink, "shm_unlink");
  checkNotMinusOne(shmUnlink(cString(name)), errnoCell[0], "shm_unlink", act);
}

/** Makes memory without a name (`memfd_create(2)`). */
export function createMemoryFile(
  name: string,
  hugePageSize: number | undefined,
  act: string,
): number {
  const memfdCreate = present(libc().memfd_create, "memfd_create");
  let flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  if (hugePageSize !== undefined) {
    flags |= MFD_HUGETLB | hugePageBits(hugePageSize);
  }
  const result = memfdCreate(cString(name), flags);
  return checkNotMinusOne(result, errnoCell[0], "memfd_create", act);
}

/**
 * Closes a descriptor (`close(2)`). A failure is not reported: whatever it
 * says, the descriptor is gone.
 */
export function closeDescriptor(fd: number): void {
  libc().close(fd);
}

/** How many names an open file has (`fstat(2)`); 0 for what was removed. */
export function linksOf(fd: number, act: string): number {
  const stat = statBuffer ??= new Struct(platform().layouts.stat);
  const result = present(libc().fstat, "fstat")(fd, stat.bytes);
  checkNotMinusOne(result, errnoCell[0], "fstat", act);
  return stat.get("st_nlink");
}

let statBuffer: Struct<StatField> | undefined;

/** Reads size, owner and times (`fstat(2)`). */
export function status(fd: number, act: string): FileStatus {
  const stat = statBuffer ??= new Struct(platform().layouts.stat);
  const result = present(libc().fstat, "fstat")(fd, stat.bytes);
  checkNotMinusOne(result, errnoCell[0], "fstat", act);
  const mode = stat.get("st_mode");
  return {
    device: stat.get("st_dev"),
    inode: stat.get("st_ino"),
    regular: (mode & S_IFMT) === S_IFREG,
    fifo: (mode & S_IFMT) === S_IFIFO,
    mode: mode & 0o777,
    links: stat.get("st_nlink"),
    uid: stat.get("st_uid"),
    gid: stat.get("st_gid"),
    size: stat.get("st_size"),
    allocated: stat.get("st_blocks") * BLOCK_SIZE,
    accessed: stat.get("st_atime"),
    modified: stat.get("st_mtime"),
    changed: stat.get("st_ctime"),
  };
}

/** Reads the same by path, or nothing when the path is gone (`stat(2)`). */
export function statusAt(path: string, act: string): FileStatus | undefined {
  const { O_PATH } = platform().optionalFlags;
  let fd;
  try {
    const flags = O_PATH | platform().constants.O_CLOEXEC;
    const result = libc().open(
      cString(path),
      flags,
      0n,
      0n,
      0n,
      0n,
      0n,
      0n,
      0n,
    );
    fd = checkNotMinusOne(result, errnoCell[0], "open", act);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    return status(fd, act);
  } finally {
    closeDescriptor(fd);
  }
}

/** Sets the size in bytes (`ftruncate(2)`). */
export function truncate(fd: number, size: number, act: string): void {
  checkFileLimit(size, act);
  retry(() => libc().ftruncate(fd, BigInt(size)), "ftruncate", act);
}

/** Writes everything of a file to its disk (`fsync(2)`). */
export function flushFile(fd: number, act: string): void {
  retry(() => libc().fsync(fd), "fsync", act);
}

/** Sets the permission bits exactly, whatever the umask says (`fchmod(2)`). */
export function changeMode(fd: number, mode: number, act: string): void {
  checkNotMinusOne(libc().fchmod(fd, mode), errnoCell[0], "fchmod", act);
}

/**
 * Reserves the pages of new memory, so that no write to them can fail
 * (`posix_fallocate(3)`). Does nothing where there is no such call.
 *
 * @param hint What to do when there is no room.
 */
export function reserve(
  fd: number,
  byteLength: number,
  act: string,
  hint?: () => string | undefined,
): void {
  const { posix_fallocate } = libc();
  if (posix_fallocate === null) return;
  let number;
  do number = posix_fallocate(fd, 0n, BigInt(byteLength)); while (
    number !== 0 && errnoName(number) === "EINTR"
  );
  if (number === 0) return;
  throw systemError("posix_fallocate", number, act, hintOnFull(number, hint));
}

/**
 * Reserves the holes in a range of memory that others may be using
 * (`fallocate(2)`). Unlike `posix_fallocate` it never writes bytes to do so,
 * which could overwrite theirs: where the file system cannot reserve, or a seal
 * forbids it, nothing happens.
 *
 * @returns Whether the range is reserved now.
 */
export function reserveHoles(
  fd: number,
  offset: number,
  byteLength: number,
  act: string,
  hint?: () => string | undefined,
): boolean {
  const { fallocate } = libc();
  if (fallocate === null) return false;
  while (fallocate(fd, 0, BigInt(offset), BigInt(byteLength)) === -1) {
    const number = errnoCell[0] ?? 0;
    const code = errnoName(number);
    if (["EOPNOTSUPP", "ENOSYS", "EPERM"].includes(code)) return false;
    if (code === "EINTR") continue;
    throw systemError("fallocate", number, act, hintOnFull(number, hint));
  }
  return true;
}

/**
 * Tries to lock an open file, without waiting (`flock(2)`). The lock lasts
 * until every descriptor of this opening is closed, by whatever way its process
 * ends.
 *
 * @returns Whether it is locked now.
 */
export function tryLockFile(
  fd: number,
  kind: "shared" | "exclusive",
  act: string,
): boolean {
  const operation = (kind === "shared" ? LOCK_SH : LOCK_EX) | LOCK_NB;
  while (libc().flock(fd, operation) === -1) {
    const number = errnoCell[0] ?? 0;
    const code = errnoName(number);
    if (code === "EAGAIN") return false;
    if (code !== "EINTR") throw systemError("flock", number, act);
  }
  return true;
}

/** Gives up the lock of {@linkcode tryLockFile}. */
export function unlockFile(fd: number, act: string): void {
  checkNotMinusOne(libc().flock(fd, LOCK_UN), errnoCell[0], "flock", act);
}

/** Adds seals to memory without a name (`F_ADD_SEALS`). */
export function addSeals(fd: number, seals: number, act: string): void {
  const result = control(fd, F_ADD_SEALS, seals);
  checkNotMinusOne(result, errnoCell[0], "fcntl:seal", act);
}

/** Reads the seals of memory (`F_GET_SEALS`). */
export function readSeals(fd: number, act: string): number {
  const result = control(fd, F_GET_SEALS, 0);
  return checkNotMinusOne(result, errnoCell[0], "fcntl:seal", act);
}

/** The same number on Linux and macOS, and so is the layout of `struct rlimit`. */
const RLIMIT_FSIZE = 1;

/** Growing beyond `ulimit -f` does not only fail: it kills, with SIGXFSZ. */
export function checkFileLimit(size: number, act: string): void {
  const limits = new BigUint64Array(2);
  if (libc().getrlimit(RLIMIT_FSIZE, limits) === -1) return;
  const [current = 0n] = limits;
  if (BigInt(size) <= current) return;
  throw systemError(
    "ftruncate",
    errnoNumber("EFBIG"),
    act,
    `\`ulimit -f\` allows ${current} bytes: raise it, or ask for less`,
  );
}

function control(fd: number, command: number, argument: number): number {
  const value = BigInt(argument);
  return libc().fcntl(fd, command, value, 0n, 0n, 0n, 0n, 0n, value);
}

function openFlags({ writable, create }: OpenRequest): number {
  const { O_CLOEXEC, O_CREAT, O_EXCL } = platform().constants;
  const access = (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC;
  switch (create) {
    case "never":
      return access;
    case "if-missing":
      return access | O_CREAT;
    case "exclusive":
      return access | O_CREAT | O_EXCL;
  }
}

function hintOnFull(
  number: number,
  hint: (() => string | undefined) | undefined,
): string | undefined {
  return errnoName(number) === "ENOSPC" ? hint?.() : undefined;
}

/** Repeats a call that a signal interrupted. */
function retry(call: () => number, syscall: string, act: string): void {
  while (call() === -1) {
    const number = errnoCell[0] ?? 0;
    if (errnoName(number) !== "EINTR") throw systemError(syscall, number, act);
  }
}

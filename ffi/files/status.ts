/**
 * What the kernel keeps of a file (`sys/stat.h`).
 *
 * @module
 */

import { checkNotMinusOne, requireSymbol } from "../libc/check.ts";
import { cString } from "../libc/cstring.ts";
import { Struct } from "../libc/layout.ts";
import { errnoCell, libc } from "../libc/library.ts";
import { retry } from "../libc/retry.ts";
import { S_IFIFO, S_IFMT, S_IFREG } from "../platforms/constants.ts";
import { platform, type StatField } from "../platforms/platform.ts";
import { closeDescriptor } from "./open.ts";

/** What `fstat(2)` tells. */
export interface FileStatus {
  /** Number of the device, and of the file on it: together its identity. */
  readonly device: number;
  readonly inode: number;
  /** Whether it is a regular file, memory objects included. */
  readonly regular: boolean;
  /** Whether it is a pipe, with a name or without. */
  readonly fifo: boolean;
  /** What it is in a word, for messages: "a FIFO". */
  readonly kind: string;
  /** Permission bits. */
  readonly mode: number;
  /** The same with the set-user-ID, set-group-ID and sticky bits. */
  readonly modeBits: number;
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

/** The kinds of files, by the upper bits of `st_mode` (`inode(7)`). */
const KINDS: Readonly<Record<number, string>> = {
  0o010000: "a FIFO",
  0o020000: "a character device",
  0o040000: "a directory",
  0o060000: "a block device",
  0o100000: "a regular file",
  0o120000: "a symbolic link",
  0o140000: "a socket",
};

/** A time of {@linkcode FileStatus}, as users see it. */
export function toDate(seconds: number): Date {
  return new Date(seconds * 1000);
}

/** How many names an open file has (`fstat(2)`); 0 for what was removed. */
export function linksOf(fd: number, operation: string): number {
  const stat = statBuffer ??= new Struct(platform().layouts.stat);
  const result = requireSymbol(libc().fstat, "fstat")(fd, stat.bytes);
  checkNotMinusOne(result, errnoCell[0], "fstat", operation);
  return stat.get("st_nlink");
}

let statBuffer: Struct<StatField> | undefined;

/** Reads size, owner and times (`fstat(2)`). */
export function status(fd: number, operation: string): FileStatus {
  const stat = statBuffer ??= new Struct(platform().layouts.stat);
  const result = requireSymbol(libc().fstat, "fstat")(fd, stat.bytes);
  checkNotMinusOne(result, errnoCell[0], "fstat", operation);
  const mode = stat.get("st_mode");
  return {
    device: stat.get("st_dev"),
    inode: stat.get("st_ino"),
    regular: (mode & S_IFMT) === S_IFREG,
    fifo: (mode & S_IFMT) === S_IFIFO,
    kind: KINDS[mode & S_IFMT] ?? "no file",
    mode: mode & 0o777,
    modeBits: mode & 0o7777,
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

/**
 * Reads the same by path, or nothing when the path is gone. A symbolic link at its
 * end is not followed.
 */
export function statusAt(
  path: string,
  operation: string,
): FileStatus | undefined {
  const { O_PATH } = platform().optionalFlags;
  const { O_CLOEXEC, O_NOFOLLOW } = platform().constants;
  const name = cString(path);
  const flags = O_PATH | O_CLOEXEC | O_NOFOLLOW;
  let fd;
  try {
    fd = retry(
      () => libc().open(name, flags, 0n, 0n, 0n, 0n, 0n, 0n, 0n),
      "open",
      operation,
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    return status(fd, operation);
  } finally {
    closeDescriptor(fd);
  }
}

/** File systems that lie in memory, by the number of `statfs(2)`. */
const MEMORY_FILE_SYSTEMS: readonly number[] = [
  0x01021994, // tmpfs
  0x958458f6, // hugetlbfs
  0x858458f6, // ramfs
];

/** Whether a file lies in memory (`fstatfs(2)`), where even reading a hole takes a page. */
export function liesInMemory(fd: number): boolean {
  const { fstatfs } = libc();
  const layout = platform().layouts.statfs;
  if (layout === null || fstatfs === null) return false;
  const statfs = new Struct(layout);
  return fstatfs(fd, statfs.bytes) === 0 &&
    MEMORY_FILE_SYSTEMS.includes(statfs.get("f_type"));
}

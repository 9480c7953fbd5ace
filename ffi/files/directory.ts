/**
 * The names and the room of the directory that holds POSIX shared memory.
 *
 * @module
 */

import { errnoName } from "../errors/errno.ts";
import { systemError } from "../errors/system_error.ts";
import { checkNotMinusOne } from "../libc/check.ts";
import { cString } from "../libc/cstring.ts";
import { Struct } from "../libc/layout.ts";
import { errnoCell, libc } from "../libc/library.ts";
import type { Hint } from "../libc/retry.ts";
import { platform } from "../platforms/platform.ts";

/** Lists the names in a directory (`opendir(3)`, `readdir(3)`). */
export function readNames(
  path: string,
  operation: string,
  hint?: Hint,
): string[] {
  const { opendir, readdir, closedir } = libc();
  const { d_name } = platform().layouts.dirent.fields;
  const directory = opendir(cString(path));
  if (directory === null) {
    const errno = errnoCell[0] ?? 0;
    throw systemError("opendir", errno, operation, hint?.(errnoName(errno)));
  }
  try {
    const names: string[] = [];
    let entry;
    while ((entry = readdir(directory)) !== null) {
      const name = nameAt(entry, d_name.offset);
      if (name !== undefined && name !== "." && name !== "..") names.push(name);
    }
    return names;
  } finally {
    closedir(directory);
  }
}

/**
 * Reads a name; returns nothing when it is not UTF-8, which is what names are passed
 * to C as: no string opens such a file.
 */
function nameAt(
  entry: Deno.PointerObject,
  offset: number,
): string | undefined {
  try {
    return Deno.UnsafePointerView.getCString(entry, offset);
  } catch {
    return undefined;
  }
}

/** How much room a file system has, in bytes. */
export interface Room {
  readonly total: number;
  readonly free: number;
}

/** The same, with how many names it may have; both 0 where there is no limit. */
export interface NamesRoom extends Room {
  readonly names: number;
  readonly freeNames: number;
}

/** Tells how much room is left where a path lies (`statvfs(3)`). */
export function roomAt(path: string, operation: string): NamesRoom {
  const statvfs = new Struct(platform().layouts.statvfs);
  const result = libc().statvfs(cString(path), statvfs.bytes);
  checkNotMinusOne(result, errnoCell[0], "statvfs", operation);
  const blockSize = statvfs.get("f_frsize");
  return {
    total: statvfs.get("f_blocks") * blockSize,
    free: statvfs.get("f_bavail") * blockSize,
    names: statvfs.get("f_files"),
    freeNames: statvfs.get("f_favail"),
  };
}

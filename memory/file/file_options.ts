/**
 * Options and results of `MappedFile`.
 *
 * @module
 */

import { type FileStatus, toDate } from "../../ffi/files/status.ts";
import type { Access } from "../../ffi/memory/mman.ts";
import {
  checkMode,
  checkSize,
  checkSizes,
  checkWord,
} from "../checks/checks.ts";
import { checkFlag, type OptionNames, readOptions } from "../checks/options.ts";
import { ACCESSES, checkAccess } from "../mapping/access.ts";
import type { WaitOptions } from "../waiting/wait_options.ts";

/** Options of `MappedFile.open`. */
export interface FileOptions {
  /**
   * What may be done with its memory. Default: `"read"`, or `"read-write"`
   * with `create`.
   */
  readonly access?: Access;
  /**
   * Create the file: when there is none (`"if-missing"`), or in any case, and
   * fail with EEXIST when there is one (`"exclusive"`). Default: never.
   */
  readonly create?: "if-missing" | "exclusive";
  /**
   * Size in bytes: of the file that is created, or that it must have. An empty
   * file gets it with `create`. Default: any, and required with `create`.
   */
  readonly size?: number;
  /** Size in bytes that the file must have at least. Default: any. */
  readonly minSize?: number;
  /** Permission bits of a file that is created, less the umask. Default: 0o600. */
  readonly mode?: number;
  /**
   * Leave holes of the file unreserved: for files of which only a part is
   * used. When there is no room on the disk for a page that is written, the
   * process dies by SIGBUS. Default: false.
   */
  readonly sparse?: boolean;
}

/** What `MappedFile.status` tells. */
export interface MappedFileStatus {
  /** Size in bytes. */
  readonly size: number;
  /** Bytes that have room on the disk; less than `size` when it has holes. */
  readonly allocated: number;
  /** Permission bits. */
  readonly mode: number;
  /** User id of its owner. */
  readonly uid: number;
  /** Group id of its owner. */
  readonly gid: number;
  /** When it was read last, to the second. */
  readonly accessedAt: Date;
  /** When it was written last, to the second. */
  readonly modifiedAt: Date;
  /** When owner, mode or links were changed last, to the second. */
  readonly changedAt: Date;
}

/** What `MappedFile.waitFor` waits for, and how long. */
export interface FileWaitOptions extends WaitOptions {
  /** What may be done with its memory. Default: `"read"`. */
  readonly access?: Access;
  /** Size in bytes that the file must have. Default: any but 0. */
  readonly size?: number;
  /** Size in bytes that is waited for, at least. Default: 1. */
  readonly minSize?: number;
  /** See {@linkcode FileOptions.sparse}. Default: false. */
  readonly sparse?: boolean;
}

const WAIT_NAMES: OptionNames<FileWaitOptions> = {
  access: true,
  size: true,
  minSize: true,
  sparse: true,
  timeoutMs: true,
  signal: true,
};

/** Options of waiting, read; they are checked where they are used. */
export function readFileWaitOptions(
  options: FileWaitOptions | undefined,
): FileWaitOptions {
  return readOptions(options, WAIT_NAMES, "wait for the file");
}

const NAMES: OptionNames<FileOptions> = {
  access: true,
  create: true,
  size: true,
  minSize: true,
  mode: true,
  sparse: true,
};

/** Options of opening, read and checked. */
export function readFileOptions(options: FileOptions | undefined) {
  const read = readOptions(options, NAMES, "open the file");
  const { create, size, minSize, mode = 0o600 } = read;
  const access = checkAccess(
    read.access ?? (create === undefined ? "read" : "read-write"),
    ACCESSES,
  );
  checkMode(mode);
  checkSizes(size, minSize);
  if (create !== undefined) checkCreation(create, access, size);
  const sparse = checkFlag(read.sparse, "sparse");
  return { access, create, size, minSize, mode, sparse };
}

function checkCreation(
  create: "if-missing" | "exclusive",
  access: Access,
  size: number | undefined,
): void {
  checkWord(create, ["if-missing", "exclusive"], "create");
  if (access !== "read-write") {
    throw new TypeError(
      `Cannot create a file with access ${
        JSON.stringify(access)
      }: it takes "read-write"`,
    );
  }
  if (size === undefined) {
    throw new TypeError(
      "Cannot create a file without a size: an empty file cannot be mapped",
    );
  }
  checkSize(size, "size");
}

/** A status as users see it. */
export function fileStatus(
  { size, allocated, mode, uid, gid, accessed, modified, changed }: FileStatus,
): MappedFileStatus {
  return {
    size,
    allocated,
    mode,
    uid,
    gid,
    accessedAt: toDate(accessed),
    modifiedAt: toDate(modified),
    changedAt: toDate(changed),
  };
}

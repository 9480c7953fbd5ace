/**
 * Options and results of `SharedMemory`.
 *
 * @module
 */

import { type Access, pageSize } from "../../ffi/memory/mman.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import {
  checkFits,
  checkMode,
  checkOffset,
  checkOptions,
  checkSize,
  checkSizes,
  checkWord,
} from "../checks/checks.ts";
import type { HugePages } from "../checks/huge_pages.ts";
import { checkLabel } from "../checks/label.ts";
import { checkFlag, type OptionNames, readOptions } from "../checks/options.ts";
import { PATIENCE_MS } from "../checks/retry.ts";
import type { Descriptor } from "../file/descriptor.ts";
import { checkAccess } from "../mapping/access.ts";
import type { WaitOptions } from "../waiting/wait_options.ts";

/** What a handle of an object may do. */
export type ObjectAccess = Exclude<Access, "copy-on-write">;

/** Options of `SharedMemory.create`. */
export interface CreateOptions {
  /** Size in bytes; macOS rounds it up to pages. */
  readonly size: number;
  /** Permission bits, exactly these: the umask is not applied. Default: 0o600. */
  readonly mode?: number;
  /** What to do when the name is taken. Default: `"fail"`, with EEXIST. */
  readonly ifExists?: "fail" | "open";
  /**
   * What to do when the name is taken by an object that no process has open,
   * such as one that a crashed process left. Only handles of this library, and
   * programs that hold a shared `flock` on the object, count as having it open.
   * Not on macOS. Default: `"fail"`, with EEXIST.
   */
  readonly ifStale?: "fail" | "replace";
  /**
   * Leave the pages unreserved: for memory of which only a part is used. When
   * there is no room for a page that is touched, the process dies by SIGBUS.
   * Default: false.
   */
  readonly sparse?: boolean;
}

/** How `SharedMemory.open` and `SharedMemory.openPath` open. */
export interface OpenOptions {
  /** What the handle may do. Default: `"read-write"`. */
  readonly access?: ObjectAccess;
  /** Size in bytes that it must have. Default: any. */
  readonly size?: number;
  /** Size in bytes that it must have at least. Default: any. */
  readonly minSize?: number;
  /**
   * How long to wait for an object that has no size yet, in milliseconds.
   * Default: 1000.
   */
  readonly timeoutMs?: number;
  /** Leave unreserved pages so; see {@linkcode CreateOptions.sparse}. Default: false. */
  readonly sparse?: boolean;
}

/** What `SharedMemory.waitFor` waits for, and how long. */
export interface WaitForOptions
  extends Omit<OpenOptions, "timeoutMs">, WaitOptions {}

/** Options of `SharedMemory.anonymous`. */
export interface AnonymousOptions {
  /** Size in bytes. */
  readonly size: number;
  /** What `/proc/PID/maps` shows, up to 249 bytes. Default: `"shmem"`. */
  readonly label?: string;
  /**
   * Allow it to shrink. Otherwise it is sealed against that, so that no other
   * process can cut it short under a mapping. Default: false.
   */
  readonly resizable?: boolean;
  /** Leave the pages unreserved; see {@linkcode CreateOptions.sparse}. Default: false. */
  readonly sparse?: boolean;
  /** Make it of huge pages. Default: ordinary pages. */
  readonly hugePages?: HugePages;
}

/** What `SharedMemory.status` tells. */
export interface ObjectStatus {
  /** Size in bytes; on macOS rounded up to pages. */
  readonly size: number;
  /** Bytes that have a page; less than `size` when it has holes. */
  readonly allocated: number;
  /** Permission bits. */
  readonly mode: number;
  /** User id of its owner. */
  readonly uid: number;
  /** Group id of its owner. */
  readonly gid: number;
  /** Whether it had a name and has lost it; always false on macOS. */
  readonly unlinked: boolean;
  /** When its size or content was changed last, to the second, by other than a mapping. */
  readonly modifiedAt: Date;
  /** When owner, mode or links were changed last, to the second. */
  readonly changedAt: Date;
}

/** One object in `SharedMemory.list`. */
export interface ObjectEntry extends Omit<ObjectStatus, "unlinked"> {
  /** Name with its slash, for `SharedMemory.open`. */
  readonly name: string;
  /**
   * Whether a process has it open through this library, or holds an `flock` on
   * it; null when this process may not open it.
   */
  readonly inUse: boolean | null;
}

const OPEN_NAMES: OptionNames<OpenOptions> = {
  access: true,
  size: true,
  minSize: true,
  timeoutMs: true,
  sparse: true,
};

/** Options of opening, read and checked. */
export function readOpenOptions(
  options: OpenOptions | undefined,
  operation: string,
) {
  const read = readOptions(options, OPEN_NAMES, operation);
  const { access = "read-write", size, minSize, timeoutMs = PATIENCE_MS } =
    read;
  checkAccess(access, ["read", "read-write"]);
  checkSizes(size, minSize);
  checkOffset(timeoutMs, "timeoutMs");
  const sparse = checkFlag(read.sparse, "sparse");
  const writable = access === "read-write";
  return { access, writable, size, minSize, timeoutMs, sparse };
}

const WAIT_NAMES: OptionNames<WaitForOptions> = { ...OPEN_NAMES, signal: true };

/** Options of waiting, read; they are checked where they are used. */
export function readWaitForOptions(
  options: WaitForOptions | undefined,
  what: string,
): WaitForOptions {
  return readOptions(options, WAIT_NAMES, `wait for ${what}`);
}

const CREATE_NAMES: OptionNames<CreateOptions> = {
  size: true,
  mode: true,
  ifExists: true,
  ifStale: true,
  sparse: true,
};

/** Options of creation, read and checked. */
export function readCreateOptions(options: CreateOptions) {
  const operation = "create shared memory";
  checkOptions(options, operation);
  const read = readOptions(options, CREATE_NAMES, operation);
  const { size, mode = 0o600, ifExists = "fail", ifStale = "fail" } = read;
  checkSize(size, "size");
  checkMode(mode);
  checkWord(ifExists, ["fail", "open"], "ifExists");
  checkWord(ifStale, ["fail", "replace"], "ifStale");
  return {
    size,
    mode,
    ifExists,
    ifStale,
    sparse: checkFlag(read.sparse, "sparse"),
  };
}

const ANONYMOUS_NAMES: OptionNames<AnonymousOptions> = {
  size: true,
  label: true,
  resizable: true,
  sparse: true,
  hugePages: true,
};

/** Options of memory without a name, read and checked. */
export function readAnonymousOptions(options: AnonymousOptions) {
  const operation = "create shared memory";
  checkOptions(options, operation);
  const read = readOptions(options, ANONYMOUS_NAMES, operation);
  const { size, label = "shmem", hugePages } = read;
  checkSize(size, "size");
  checkLabel(label, MAX_LABEL_LENGTH);
  const resizable = checkFlag(read.resizable, "resizable");
  const sparse = checkFlag(read.sparse, "sparse");
  return { size, label, hugePages, resizable, sparse };
}

/** `memfd_create` puts "memfd:" in front, and takes 255 bytes in all. */
const MAX_LABEL_LENGTH = 249;

/** Compares the size with what was expected, or closes and throws. */
export function checkSizeOf(
  descriptor: Descriptor,
  { size, minSize }: {
    readonly size: number | undefined;
    readonly minSize: number | undefined;
  },
): void {
  // Where sizes are rounded up, so is the one to compare with.
  const granule = platform().capabilities.exactObjectSizes ? 1 : pageSize();
  const expected = size === undefined
    ? undefined
    : Math.ceil(size / granule) * granule;
  try {
    const { size: actual } = descriptor.status();
    checkFits(actual, expected, minSize, descriptor.what);
  } catch (error) {
    descriptor.close();
    throw error;
  }
}

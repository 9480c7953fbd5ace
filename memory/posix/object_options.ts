/**
 * Options and results of `SharedMemory`.
 *
 * @module
 */

import type { Access } from "../../ffi/memory/mman.ts";
import type { HugePages } from "../checks/huge_pages.ts";

/** What a handle of an object may do. */
export type ObjectAccess = Exclude<Access, "copy-on-write">;

/** How `SharedMemory.create` creates. */
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

/** How `SharedMemory.anonymous` makes memory. */
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

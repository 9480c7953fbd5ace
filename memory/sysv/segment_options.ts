/**
 * Options of `Segment`, and their checks.
 *
 * @module
 */

import { checkI32, checkU32, describe } from "../../ffi/libc/integers.ts";
import type { Access } from "../../ffi/memory/mman.ts";
import {
  IPC_CREAT,
  IPC_EXCL,
  IPC_PRIVATE,
  SHM_HUGETLB,
  SHM_NORESERVE,
} from "../../ffi/platforms/constants.ts";
import { hugePageBits } from "../../ffi/memory/huge_pages.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import type { SegmentChanges } from "../../ffi/sysv/segment_status.ts";
import {
  checkMode,
  checkOptions,
  checkSize,
  checkSizes,
  checkWord,
} from "../checks/checks.ts";
import { checkHugePages, type HugePages } from "../checks/huge_pages.ts";
import { checkFlag, type OptionNames, readOptions } from "../checks/options.ts";

/** What may be done with an attached segment. */
export type AttachAccess = Exclude<Access, "copy-on-write">;

/** Options of `Segment.create`. */
export interface SegmentCreateOptions {
  /** Size in bytes. Memory comes in whole pages, the size stays as it is. */
  readonly size: number;
  /**
   * Key that other processes open the segment with, from -2^31 to 2^31 - 1.
   * Default: `IPC_PRIVATE`, no key; others open it by `Segment.id`.
   */
  readonly key?: number;
  /** Permission bits; the umask is not applied. Default: 0o600. */
  readonly mode?: number;
  /** What to do when the key has a segment. Default: `"fail"`, with EEXIST. */
  readonly ifExists?: "fail" | "open";
  /**
   * Let the segment go with its last user, this handle included: it is marked
   * for removal at once, and others attach it by id while a process holds it. Not
   * with a key, which the mark takes away; not on macOS. Default: false.
   */
  readonly removeOnLastDetach?: boolean;
  /** Make it of huge pages (`SHM_HUGETLB`); Linux. Default: ordinary pages. */
  readonly hugePages?: HugePages;
  /** Do not reserve swap space (`SHM_NORESERVE`); Linux, not with `hugePages`. Default: false. */
  readonly noReserve?: boolean;
}

/** Which segment `Segment.open` opens, and what it must be like. */
export interface SegmentOpenOptions {
  /** Key that it was created with. Either this or `id`. */
  readonly key?: number;
  /** Identifier, as in `Segment.id`. Either this or `key`. */
  readonly id?: number;
  /** Size in bytes that it must have. Default: any. */
  readonly size?: number;
  /** Size in bytes that it must have at least. Default: any. */
  readonly minSize?: number;
}

/** Options of `Segment.attach`. */
export interface AttachOptions {
  /** What may be done with the memory. Default: `"read-write"`. */
  readonly access?: AttachAccess;
  /**
   * Address to attach at: a free one, and a multiple of the page size unless
   * `roundDown` is set. Default: the system chooses.
   */
  readonly address?: bigint;
  /** Round the address down to a page (`SHM_RND`). Default: false. */
  readonly roundDown?: boolean;
  /** Keep the memory out of swap (`mlock(2)`). Default: false. */
  readonly lock?: boolean;
}

const CREATE_NAMES: OptionNames<SegmentCreateOptions> = {
  size: true,
  key: true,
  mode: true,
  ifExists: true,
  removeOnLastDetach: true,
  hugePages: true,
  noReserve: true,
};

/** Options of creation, read and checked, with the flags for `shmget`. */
export function readCreateOptions(options: SegmentCreateOptions) {
  checkOptions(options, "create segment");
  const read = readOptions(options, CREATE_NAMES, "create segment");
  const { size, key = IPC_PRIVATE, mode = 0o600, ifExists = "fail" } = read;
  checkSize(size, "size");
  checkI32(key, "key");
  checkMode(mode);
  checkWord(ifExists, ["fail", "open"], "ifExists");
  const removeOnLastDetach = checkFlag(
    read.removeOnLastDetach,
    "removeOnLastDetach",
  );
  if (removeOnLastDetach) checkRemovable(key);
  const noReserve = checkFlag(read.noReserve, "noReserve");

  let flags = IPC_CREAT | IPC_EXCL | mode;
  if (read.hugePages !== undefined) {
    const pageSize = checkHugePages(read.hugePages, size, noReserve);
    flags |= SHM_HUGETLB | hugePageBits(pageSize);
  }
  if (noReserve) flags |= SHM_NORESERVE;
  return { size, key, flags, ifExists, removeOnLastDetach };
}

const OPEN_NAMES: OptionNames<SegmentOpenOptions> = {
  key: true,
  id: true,
  size: true,
  minSize: true,
};

/** Options of opening, read and checked. */
export function readOpenOptions(options: SegmentOpenOptions) {
  const read = readOptions(options, OPEN_NAMES, "open segment");
  const { key, id, size, minSize } = read;
  checkSizes(size, minSize);
  if ((key === undefined) === (id === undefined)) {
    throw new TypeError(
      `Cannot open segment: give its key or its id: received ${
        describe(key)
      } and ${describe(id)}`,
    );
  }
  if (key !== undefined) checkI32(key, "key");
  if (key === IPC_PRIVATE) {
    throw new RangeError(
      "Cannot open segment: key 0 is IPC_PRIVATE, which finds none; open it by id",
    );
  }
  if (id !== undefined) checkI32(id, "id");
  return { key, id, size, minSize };
}

/** Every option of attaching. */
export const ATTACH_NAMES: OptionNames<AttachOptions> = {
  access: true,
  address: true,
  roundDown: true,
  lock: true,
};

const CHANGE_NAMES: OptionNames<SegmentChanges> = {
  uid: true,
  gid: true,
  mode: true,
};

/** What `IPC_SET` is to change, read and checked. */
export function readChanges(
  changes: SegmentChanges | undefined,
): SegmentChanges {
  const read = readOptions(changes, CHANGE_NAMES, "change the segment");
  checkChanges(read);
  return read;
}

/** Checks what `IPC_SET` is to change, read once already. */
export function checkChanges({ uid, gid, mode }: SegmentChanges): void {
  if (uid !== undefined) checkU32(uid, "uid");
  if (gid !== undefined) checkU32(gid, "gid");
  if (mode !== undefined) checkMode(mode);
}

function checkRemovable(key: number): void {
  if (key !== IPC_PRIVATE) {
    throw new TypeError(
      `Cannot create ${
        label(key)
      } with removeOnLastDetach: marking it for removal takes its key away; leave the key out, and pass the id`,
    );
  }
  if (!platform().capabilities.attachesRemoved) {
    throw new Deno.errors.NotSupported(
      `Cannot create segment with removeOnLastDetach: on ${platform().name} nobody can attach a removed segment`,
    );
  }
}

/** How messages call a segment with a key. */
export function label(key: number): string {
  if (key === IPC_PRIVATE) return "segment";
  return `segment with key 0x${(key >>> 0).toString(16)}`;
}

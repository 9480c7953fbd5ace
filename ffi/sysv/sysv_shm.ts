/**
 * System V shared memory: `sys/ipc.h`, `sys/shm.h`.
 *
 * @module
 */

import { checkNotMapFailed, checkNotMinusOne } from "../libc/check.ts";
import {
  IPC_INFO,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  SHM_DEST,
  SHM_INFO,
  SHM_LOCK,
  SHM_LOCKED,
  SHM_RDONLY,
  SHM_RND,
  SHM_STAT,
  SHM_STAT_ANY,
  SHM_UNLOCK,
} from "../platforms/constants.ts";
import { cString } from "../libc/cstring.ts";
import { errnoName } from "../errors/errno.ts";
import { Struct } from "../libc/layout.ts";
import { errnoCell, libc } from "../libc/library.ts";
import { pointerTo } from "../memory/mman.ts";
import { platform, type ShmidDsField } from "../platforms/platform.ts";
import { Region } from "../memory/region.ts";
import { systemError } from "../errors/system_error.ts";

/** What the kernel keeps of a segment (`struct shmid_ds`). */
export interface SegmentStatus {
  /** Identifier that `shmat` takes. */
  readonly id: number;
  /** Key that `shmget` finds it by; 0 (`IPC_PRIVATE`) when it cannot be found. */
  readonly key: number;
  /** Size in bytes that it was created with; memory comes in whole pages. */
  readonly size: number;
  /** Permission bits, as of a file. */
  readonly mode: number;
  /** User id of its owner. */
  readonly uid: number;
  /** Group id of its owner. */
  readonly gid: number;
  /** User id of its creator. */
  readonly creatorUid: number;
  /** Group id of its creator. */
  readonly creatorGid: number;
  /** Process that created it. */
  readonly creatorPid: number;
  /** Process that attached or detached it last; 0 before the first. */
  readonly lastPid: number;
  /** How often it is attached now, over all processes. */
  readonly attachments: number;
  /** When it was attached last, to the second; null when it never was. */
  readonly attachedAt: Date | null;
  /** When it was detached last, to the second; null when it never was. */
  readonly detachedAt: Date | null;
  /** When it was created, or changed by IPC_SET, to the second. */
  readonly changedAt: Date | null;
  /** Number that makes ids differ when the kernel reuses a slot. */
  readonly sequence: number;
  /** Whether it goes with the last detach (`SHM_DEST`); Linux. */
  readonly removed: boolean;
  /** Whether it is kept out of swap (`SHM_LOCKED`); Linux. */
  readonly locked: boolean;
}

/** Limits of System V shared memory (`struct shminfo`), for this IPC namespace. */
export interface SegmentLimits {
  /** Largest size of a segment in bytes (`kernel.shmmax`). */
  readonly maxSegmentSize: bigint;
  /** Smallest size of a segment in bytes. */
  readonly minSegmentSize: bigint;
  /** How many segments there may be (`kernel.shmmni`). */
  readonly maxSegments: number;
  /** How many segments a process may attach; Linux does not enforce it. */
  readonly maxSegmentsPerProcess: number;
  /** How many bytes there may be over all segments (`kernel.shmall`, in pages). */
  readonly maxTotalSize: bigint;
}

/** Use of System V shared memory (`struct shm_info`), in this IPC namespace. */
export interface SegmentUsage {
  /** How many segments exist. */
  readonly segments: number;
  /** Bytes of all segments, in whole pages. */
  readonly totalSize: number;
  /** Bytes of them that are in memory. */
  readonly residentSize: number;
  /** Bytes of them that are swapped out. */
  readonly swappedSize: number;
  /** Unused since Linux 2.4, and kept for completeness. */
  readonly swapAttempts: number;
  /** Unused since Linux 2.4, and kept for completeness. */
  readonly swapSuccesses: number;
}

/** What {@linkcode changeSegment} changes; what is left out keeps its value. */
export interface SegmentChanges {
  /** New user id of the owner. */
  readonly uid?: number;
  /** New group id of the owner. */
  readonly gid?: number;
  /** New permission bits, 0 to 0o777. */
  readonly mode?: number;
}

/** Makes a key from a file and a number (`ftok(3)`). */
export function keyOf(path: string, id: number, act: string): number {
  return checkNotMinusOne(
    libc().ftok(cString(path), id),
    errnoCell[0],
    "ftok",
    act,
  );
}

/** Creates or finds a segment (`shmget(2)`). */
export function getSegment(
  key: number,
  size: number,
  flags: number,
  act: string,
): number {
  // The huge page sizes reach into the sign bit.
  const result = libc().shmget(key, BigInt(size), flags | 0);
  return checkNotMinusOne(result, errnoCell[0], "shmget", act);
}

/** How {@linkcode attachSegment} attaches. */
export interface AttachRequest {
  /** Attach for reading only. */
  readonly readonly: boolean;
  /** Address to attach at. */
  readonly address: bigint | undefined;
  /** Round the address down to a page. */
  readonly roundDown: boolean;
}

/** Attaches a whole segment (`shmat(2)`). */
export function attachSegment(
  id: number,
  request: AttachRequest,
  act: string,
): Region {
  const { readonly, address, roundDown } = request;
  const wanted = address === undefined
    ? null
    : pointerTo(address, segmentStatus(id, act).size, act);
  const flags = (readonly ? SHM_RDONLY : 0) | (roundDown ? SHM_RND : 0);
  const start = checkNotMapFailed(
    libc().shmat(id, wanted, flags),
    errnoCell[0],
    "shmat",
    act,
  );
  try {
    // Asked for now and not before: an attached segment cannot go away and
    // leave its id to another one.
    const { size } = segmentStatus(id, act);
    return new Region("shmat", start, size, 0, size);
  } catch (error) {
    libc().shmdt(start);
    throw error;
  }
}

/** Reads the status of a segment (`IPC_STAT`). */
export function segmentStatus(id: number, act: string): SegmentStatus {
  const shmidDs = new Struct(platform().layouts.shmidDs);
  const result = libc().shmctl(id, IPC_STAT, shmidDs.bytes);
  checkNotMinusOne(result, errnoCell[0], "shmctl", act);
  return toStatus(id, shmidDs);
}

/** Changes owner, group or mode of a segment (`IPC_SET`). */
export function changeSegment(
  id: number,
  changes: SegmentChanges,
  act: string,
): void {
  const shmidDs = new Struct(platform().layouts.shmidDs);
  const { uid, gid, mode } = changes;
  // IPC_SET sets all three, so read those that stay; an owner who locked
  // himself out of reading can still set all.
  if (uid === undefined || gid === undefined || mode === undefined) {
    const read = libc().shmctl(id, IPC_STAT, shmidDs.bytes);
    checkNotMinusOne(read, errnoCell[0], "shmctl", act);
  }
  if (uid !== undefined) shmidDs.set("uid", uid);
  if (gid !== undefined) shmidDs.set("gid", gid);
  if (mode !== undefined) shmidDs.set("mode", mode);
  const result = libc().shmctl(id, IPC_SET, shmidDs.bytes);
  checkNotMinusOne(result, errnoCell[0], "shmctl", act);
}

/** Marks a segment for removal with its last detach (`IPC_RMID`). */
export function removeSegment(id: number, act: string): void {
  checkNotMinusOne(
    libc().shmctl(id, IPC_RMID, null),
    errnoCell[0],
    "shmctl",
    act,
  );
}

/** Keeps a segment out of swap, or no longer (`SHM_LOCK`, `SHM_UNLOCK`). */
export function lockSegment(id: number, locked: boolean, act: string): void {
  if (platform().layouts.shmInfo === null) unsupported(act);
  const command = locked ? SHM_LOCK : SHM_UNLOCK;
  checkNotMinusOne(
    libc().shmctl(id, command, null),
    errnoCell[0],
    "shmctl",
    act,
  );
}

/** Reads the limits (`IPC_INFO`). */
export function segmentLimits(act: string): SegmentLimits {
  const layout = platform().layouts.shminfo ?? unsupported(act);
  const shminfo = new Struct(layout);
  const result = libc().shmctl(0, IPC_INFO, shminfo.bytes);
  checkNotMinusOne(result, errnoCell[0], "shmctl", act);
  return {
    maxSegmentSize: shminfo.getBig("shmmax"),
    minSegmentSize: shminfo.getBig("shmmin"),
    maxSegments: shminfo.get("shmmni"),
    maxSegmentsPerProcess: shminfo.get("shmseg"),
    maxTotalSize: shminfo.getBig("shmall") * BigInt(libc().getpagesize()),
  };
}

/** Reads the usage (`SHM_INFO`). */
export function segmentUsage(act: string): SegmentUsage {
  const { shmInfo } = readUsage(act);
  const pageSize = libc().getpagesize();
  return {
    segments: shmInfo.get("used_ids"),
    totalSize: shmInfo.get("shm_tot") * pageSize,
    residentSize: shmInfo.get("shm_rss") * pageSize,
    swappedSize: shmInfo.get("shm_swp") * pageSize,
    swapAttempts: shmInfo.get("swap_attempts"),
    swapSuccesses: shmInfo.get("swap_successes"),
  };
}

/**
 * Lists all segments, those of other users too (`SHM_STAT_ANY`); before Linux
 * 4.17 those that this user may read (`SHM_STAT`).
 */
export function listSegments(act: string): SegmentStatus[] {
  const { shmInfo, highestIndex } = readUsage(act);
  const found = segmentsBy(SHM_STAT_ANY, highestIndex, act);
  if (found.length > 0 || shmInfo.get("used_ids") === 0) return found;
  return segmentsBy(SHM_STAT, highestIndex, act);
}

function segmentsBy(
  command: number,
  highestIndex: number,
  act: string,
): SegmentStatus[] {
  const found: SegmentStatus[] = [];
  for (let index = 0; index <= highestIndex; index++) {
    const shmidDs = new Struct(platform().layouts.shmidDs);
    const id = libc().shmctl(index, command, shmidDs.bytes);
    if (id === -1) {
      const number = errnoCell[0] ?? 0;
      // An unused index, or a segment that went away or may not be read.
      if (["EINVAL", "EIDRM", "EACCES"].includes(errnoName(number))) continue;
      throw systemError("shmctl", number, act);
    }
    found.push(toStatus(id, shmidDs));
  }
  return found;
}

function readUsage(act: string) {
  const layout = platform().layouts.shmInfo ?? unsupported(act);
  const shmInfo = new Struct(layout);
  const highestIndex = checkNotMinusOne(
    libc().shmctl(0, SHM_INFO, shmInfo.bytes),
    errnoCell[0],
    "shmctl",
    act,
  );
  return { shmInfo, highestIndex };
}

function toStatus(id: number, shmidDs: Struct<ShmidDsField>): SegmentStatus {
  const mode = shmidDs.get("mode");
  const linux = platform().layouts.shmInfo !== null;
  return {
    id,
    key: shmidDs.get("key"),
    size: shmidDs.get("shm_segsz"),
    mode: mode & 0o777,
    uid: shmidDs.get("uid"),
    gid: shmidDs.get("gid"),
    creatorUid: shmidDs.get("cuid"),
    creatorGid: shmidDs.get("cgid"),
    creatorPid: shmidDs.get("shm_cpid"),
    lastPid: shmidDs.get("shm_lpid"),
    attachments: shmidDs.get("shm_nattch"),
    attachedAt: toDate(shmidDs.get("shm_atime")),
    detachedAt: toDate(shmidDs.get("shm_dtime")),
    changedAt: toDate(shmidDs.get("shm_ctime")),
    sequence: shmidDs.get("seq"),
    // Elsewhere these bits mean something else.
    removed: linux && (mode & SHM_DEST) !== 0,
    locked: linux && (mode & SHM_LOCKED) !== 0,
  };
}

function toDate(seconds: number): Date | null {
  return seconds === 0 ? null : new Date(seconds * 1000);
}

function unsupported(act: string): never {
  throw new Deno.errors.NotSupported(
    `Cannot ${act}: ${platform().name} has no such command`,
  );
}

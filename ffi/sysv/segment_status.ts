/**
 * What the kernel keeps of System V shared memory, in plain names and units.
 *
 * @module
 */

import type { Struct } from "../libc/layout.ts";
import { SHM_DEST, SHM_LOCKED } from "../platforms/constants.ts";
import { platform, type ShmidDsField } from "../platforms/platform.ts";

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

/** What `IPC_SET` changes; what is left out keeps its value. */
export interface SegmentChanges {
  /** New user id of the owner. */
  readonly uid?: number;
  /** New group id of the owner. */
  readonly gid?: number;
  /** New permission bits, 0 to 0o777. */
  readonly mode?: number;
}

/** Reads a filled `struct shmid_ds`. */
export function toStatus(
  id: number,
  shmidDs: Struct<ShmidDsField>,
): SegmentStatus {
  const mode = shmidDs.get("mode");
  // Elsewhere the upper bits mean something else.
  const linux = platform().capabilities.listsSegments;
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
    removed: linux && (mode & SHM_DEST) !== 0,
    locked: linux && (mode & SHM_LOCKED) !== 0,
  };
}

function toDate(seconds: number): Date | null {
  return seconds === 0 ? null : new Date(seconds * 1000);
}

/**
 * System V shared memory: `sys/ipc.h`, `sys/shm.h`.
 *
 * @module
 */

import { hasCode } from "../errors/system_error.ts";
import { checkNotMapFailed, checkNotMinusOne } from "../libc/check.ts";
import { cString } from "../libc/cstring.ts";
import { Struct } from "../libc/layout.ts";
import { errnoCell, libc } from "../libc/library.ts";
import { retry } from "../libc/retry.ts";
import { requireStack } from "../libc/stack_room.ts";
import { countMapping } from "../memory/map_limit.ts";
import { pointerTo } from "../memory/mman.ts";
import { Region } from "../memory/region.ts";
import {
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  SHM_LOCK,
  SHM_RDONLY,
  SHM_RND,
  SHM_UNLOCK,
} from "../platforms/constants.ts";
import { platform } from "../platforms/platform.ts";
import { listSegments, unsupported } from "./segment_list.ts";
import {
  type SegmentChanges,
  type SegmentStatus,
  toStatus,
} from "./segment_status.ts";

export type {
  SegmentChanges,
  SegmentLimits,
  SegmentStatus,
  SegmentUsage,
} from "./segment_status.ts";
export { listSegments, segmentLimits, segmentUsage } from "./segment_list.ts";

/** Creates a key from a file and a number (`ftok(3)`). */
export function keyOf(path: string, id: number, operation: string): number {
  // A key may be any negative number but -1, so it is no result for retry().
  return checkNotMinusOne(
    libc().ftok(cString(path), id),
    errnoCell[0],
    "ftok",
    operation,
  );
}

/** Creates or finds a segment (`shmget(2)`). */
export function getSegment(
  key: number,
  size: number,
  flags: number,
  operation: string,
): number {
  requireStack("create");
  // The huge page sizes reach into the sign bit.
  return retry(
    () => libc().shmget(key | 0, BigInt(size), flags | 0),
    "shmget",
    operation,
  );
}

/** Options of {@linkcode attachSegment}. */
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
  operation: string,
): Region {
  requireStack("create");
  const { readonly, address, roundDown } = request;
  const wanted = address === undefined ? null : pointerTo(
    address,
    anySegmentStatus(id, operation, "any").size,
    operation,
  );
  countMapping("shmat", operation);
  const flags = (readonly ? SHM_RDONLY : 0) | (roundDown ? SHM_RND : 0);
  const start = checkNotMapFailed(
    libc().shmat(id, wanted, flags),
    errnoCell[0],
    "shmat",
    operation,
  );
  try {
    // Asked for now and not before: an attached segment cannot go away and
    // leave its id to another one.
    const { size } = segmentStatus(id, operation);
    return new Region("shmat", start, size, 0, size);
  } catch (error) {
    libc().shmdt(start);
    throw error;
  }
}

/**
 * Reads the status of a segment (`IPC_STAT`), for which the kernel asks for
 * permission to read it.
 */
export function segmentStatus(id: number, operation: string): SegmentStatus {
  const shmidDs = new Struct(platform().layouts.shmidDs);
  retry(() => libc().shmctl(id, IPC_STAT, shmidDs.bytes), "shmctl", operation);
  return toStatus(id, shmidDs);
}

/**
 * The same without that permission, where the kernel does not ask for it: an owner may
 * remove, or change, a segment that it may not read. The status is read from the list
 * then (`SHM_STAT_ANY`).
 *
 * @param whose For whom: its owner and creator alone, or any user.
 */
export function anySegmentStatus(
  id: number,
  operation: string,
  whose: "owner" | "any",
): SegmentStatus {
  try {
    return segmentStatus(id, operation);
  } catch (error) {
    if (!hasCode(error, "EACCES")) throw error;
    if (!platform().capabilities.listsSegments) throw error;
    const found = listSegments(operation).find((segment) => segment.id === id);
    if (found === undefined) throw error;
    const user = libc().geteuid();
    const owner = [found.uid, found.creatorUid].includes(user);
    if (whose === "owner" && !owner) throw error;
    return found;
  }
}

/** Changes owner, group or mode of a segment (`IPC_SET`). */
export function changeSegment(
  id: number,
  changes: SegmentChanges,
  operation: string,
): void {
  const shmidDs = new Struct(platform().layouts.shmidDs);
  const { uid, gid, mode } = changes;
  // IPC_SET sets all three, so read those that stay.
  const all = uid !== undefined && gid !== undefined && mode !== undefined;
  const before = all ? undefined : anySegmentStatus(id, operation, "any");
  shmidDs.set("uid", uid ?? before?.uid ?? 0);
  shmidDs.set("gid", gid ?? before?.gid ?? 0);
  shmidDs.set("mode", mode ?? before?.mode ?? 0);
  retry(() => libc().shmctl(id, IPC_SET, shmidDs.bytes), "shmctl", operation);
}

/** Marks a segment for removal with its last detach (`IPC_RMID`). */
export function removeSegment(id: number, operation: string): void {
  retry(() => libc().shmctl(id, IPC_RMID, null), "shmctl", operation);
}

/** Keeps a segment out of swap, or no longer (`SHM_LOCK`, `SHM_UNLOCK`). */
export function lockSegment(
  id: number,
  locked: boolean,
  operation: string,
): void {
  if (!platform().capabilities.listsSegments) unsupported(operation);
  const command = locked ? SHM_LOCK : SHM_UNLOCK;
  retry(() => libc().shmctl(id, command, null), "shmctl", operation);
}

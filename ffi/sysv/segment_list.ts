/**
 * Limits, usage and list of System V shared memory; Linux.
 *
 * @module
 */

import { errnoName } from "../errors/errno.ts";
import { systemError } from "../errors/system_error.ts";
import { Struct } from "../libc/layout.ts";
import { libc } from "../libc/library.ts";
import { attempt, retry } from "../libc/retry.ts";
import {
  IPC_INFO,
  SHM_INFO,
  SHM_STAT,
  SHM_STAT_ANY,
} from "../platforms/constants.ts";
import { platform } from "../platforms/platform.ts";
import {
  type SegmentLimits,
  type SegmentStatus,
  type SegmentUsage,
  toStatus,
} from "./segment_status.ts";

/** Reads the limits (`IPC_INFO`). */
export function segmentLimits(operation: string): SegmentLimits {
  const layout = platform().layouts.shminfo ?? unsupported(operation);
  const shminfo = new Struct(layout);
  retry(() => libc().shmctl(0, IPC_INFO, shminfo.bytes), "shmctl", operation);
  return {
    maxSegmentSize: shminfo.getBig("shmmax"),
    minSegmentSize: shminfo.getBig("shmmin"),
    maxSegments: shminfo.get("shmmni"),
    maxSegmentsPerProcess: shminfo.get("shmseg"),
    maxTotalSize: shminfo.getBig("shmall") * BigInt(libc().getpagesize()),
  };
}

/** Reads the usage (`SHM_INFO`). */
export function segmentUsage(operation: string): SegmentUsage {
  const { shmInfo } = readUsage(operation);
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
export function listSegments(operation: string): SegmentStatus[] {
  const { shmInfo, highestIndex } = readUsage(operation);
  const found = segmentsBy(SHM_STAT_ANY, highestIndex, operation);
  if (found.length > 0 || shmInfo.get("used_ids") === 0) return found;
  return segmentsBy(SHM_STAT, highestIndex, operation);
}

function segmentsBy(
  command: number,
  highestIndex: number,
  operation: string,
): SegmentStatus[] {
  const found: SegmentStatus[] = [];
  for (let index = 0; index <= highestIndex; index++) {
    const shmidDs = new Struct(platform().layouts.shmidDs);
    const id = attempt(() => libc().shmctl(index, command, shmidDs.bytes));
    if (id < 0) {
      const number = -id;
      // An unused index, or a segment that went away or may not be read.
      if (["EINVAL", "EIDRM", "EACCES"].includes(errnoName(number))) continue;
      throw systemError("shmctl", number, operation);
    }
    found.push(toStatus(id, shmidDs));
  }
  return found;
}

function readUsage(operation: string) {
  const layout = platform().layouts.shmInfo ?? unsupported(operation);
  const shmInfo = new Struct(layout);
  const highestIndex = retry(
    () => libc().shmctl(0, SHM_INFO, shmInfo.bytes),
    "shmctl",
    operation,
  );
  return { shmInfo, highestIndex };
}

export function unsupported(operation: string): never {
  throw new Deno.errors.NotSupported(
    `Cannot ${operation}: ${platform().name} has no such command`,
  );
}

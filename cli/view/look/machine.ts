/**
 * What the machine has room for, and what of it is used.
 *
 * @module
 */

import { isSystemError } from "../../../ffi/errors/system_error.ts";
import { roomAt } from "../../../ffi/files/directory.ts";
import {
  countKernelLines,
  readKernelFile,
} from "../../../ffi/files/kernel_file.ts";
import { controlGroups } from "../../../ffi/memory/control_groups.ts";
import { segmentLimits, segmentUsage } from "../../../ffi/sysv/segment_list.ts";
import { queueLimits, queueUsage } from "../../../ffi/sysv/sysv_msg_control.ts";
import { setLimits, setUsage } from "../../../ffi/sysv/sysv_sem_control.ts";

/** A limit. */
export interface Limit {
  readonly name: string;
  readonly limit: number;
  /** Absent where it has no sum: each process has its own. */
  readonly used?: number;
  readonly unit: "bytes" | "count";
}

const LOOK = "look at the machine's limits";
const KIB = 1024;
/** Above this a limit is none: kernels have about 2^63 for it. */
const NO_LIMIT = 2 ** 60;

/** Reads all limits that this system has. */
export function machineLimits(): Limit[] {
  return [
    ...found(objectLimits),
    ...found(memoryLimits),
    ...found(groupLimits),
    ...found(segmentRows),
    ...found(setRows),
    ...found(queueRows),
    ...found(kernelRows),
  ].filter(({ limit }) => limit > 0 && limit < NO_LIMIT);
}

/** Nothing where the system has no such thing, or forbids to look. */
function found(read: () => Limit[]): Limit[] {
  try {
    return read();
  } catch (error) {
    if (isSystemError(error)) return [];
    if (error instanceof Deno.errors.NotSupported) return [];
    throw error;
  }
}

function objectLimits(): Limit[] {
  const { total, free } = roomAt("/dev/shm", LOOK);
  return [bytesOf("/dev/shm", total, total - free)];
}

function memoryLimits(): Limit[] {
  const text = readKernelFile("/proc/meminfo");
  const kib = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0) * KIB;
  const total = kib("MemTotal");
  return [
    bytesOf("Memory", total, total - kib("MemAvailable")),
    bytesOf("Shared memory of all kinds", total, kib("Shmem")),
  ];
}

function groupLimits(): Limit[] {
  const limits = controlGroups().filter(({ limit }) => limit < NO_LIMIT);
  // The tightest holds first.
  const [tightest] = limits.sort((a, b) =>
    a.limit - a.used - (b.limit - b.used)
  );
  if (tightest === undefined) return [];
  const { limit, used, reclaimable } = tightest;
  return [bytesOf("Control group", limit, used - reclaimable)];
}

function segmentRows(): Limit[] {
  const limits = segmentLimits(LOOK);
  const { segments, totalSize } = segmentUsage(LOOK);
  return [
    countOf("Segments", limits.maxSegments, segments),
    bytesOf("Segments together", Number(limits.maxTotalSize), totalSize),
    bytesOf("Largest segment", Number(limits.maxSegmentSize)),
  ];
}

function setRows(): Limit[] {
  const limits = setLimits(LOOK);
  const { sets, semaphores } = setUsage(LOOK);
  return [
    countOf("Semaphore sets", limits.maxSets, sets),
    countOf("Semaphores in sets", limits.maxSemaphores, semaphores),
  ];
}

function queueRows(): Limit[] {
  const limits = queueLimits(LOOK);
  return [
    countOf("System V queues", limits.maxQueues, queueUsage(LOOK).queues),
    bytesOf("Longest message of those", limits.maxMessageLength),
  ];
}

function kernelRows(): Limit[] {
  const read = (path: string) => Number(readKernelFile(path).split("\t")[0]);
  const [files = NaN, , most = NaN] = readKernelFile("/proc/sys/fs/file-nr")
    .split("\t").map(Number);
  return [
    countOf("Open files", most, files),
    countOf(
      "Mappings of a process",
      read("/proc/sys/vm/max_map_count"),
      countKernelLines("/proc/self/maps"),
    ),
    countOf("POSIX queues", read("/proc/sys/fs/mqueue/queues_max")),
  ];
}

function bytesOf(name: string, limit: number, used?: number): Limit {
  return {
    name,
    limit,
    unit: "bytes",
    ...(used === undefined ? {} : { used }),
  };
}

function countOf(name: string, limit: number, used?: number): Limit {
  return {
    name,
    limit,
    unit: "count",
    ...(used === undefined ? {} : { used }),
  };
}

/**
 * How much memory could be had now: what the kernel says, and what the control
 * groups leave of it. Taking more gets the process killed instead of refused.
 *
 * @module
 */

import { readKernelFile } from "../files/kernel_file.ts";
import { controlGroups } from "./control_groups.ts";

const BYTES_PER_KIB = 1024;

/** Memory that could be had without killing anyone, in bytes; `Infinity` where nobody knows. */
export function availableMemory(): number {
  const meminfo = readKernelFile("/proc/meminfo");
  const kernel = kibOf(meminfo, "MemAvailable") + kibOf(meminfo, "SwapFree");
  let available = Number.isNaN(kernel) ? Infinity : kernel;
  for (const { limit, used, reclaimable } of controlGroups()) {
    // A limit counts the page cache, which can be dropped.
    available = Math.min(available, limit - used + reclaimable);
  }
  return Math.max(0, available);
}

function kibOf(meminfo: string, field: string): number {
  const [, kib] = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(meminfo) ??
    [];
  return kib === undefined ? NaN : Number(kib) * BYTES_PER_KIB;
}

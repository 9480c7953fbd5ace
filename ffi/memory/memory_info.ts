/**
 * How much memory could be had now: what the kernel says, and what the control
 * group leaves of it. Taking more gets the process killed instead of refused.
 *
 * @module
 */

import { readKernelFile } from "../files/kernel_file.ts";

const BYTES_PER_KIB = 1024;
const CGROUP = "/sys/fs/cgroup/memory";

/** Memory that could be had without killing anyone, in bytes; `Infinity` where nobody knows. */
export function availableMemory(): number {
  const meminfo = readKernelFile("/proc/meminfo");
  const kernel = kibOf(meminfo, "MemAvailable") + kibOf(meminfo, "SwapFree");
  const limit = numberOf(readKernelFile(`${CGROUP}.max`));
  const used = numberOf(readKernelFile(`${CGROUP}.current`));
  // A limit of a control group counts the page cache, which can be dropped.
  const group = Number.isNaN(limit) || Number.isNaN(used)
    ? Infinity
    : limit - used +
      numberOfStat(readKernelFile(`${CGROUP}.stat`), "inactive_file");
  return Math.min(Number.isNaN(kernel) ? Infinity : kernel, group);
}

function kibOf(meminfo: string, field: string): number {
  const [, kib] = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(meminfo) ??
    [];
  return kib === undefined ? NaN : Number(kib) * BYTES_PER_KIB;
}

function numberOfStat(stat: string, field: string): number {
  const [, bytes] = new RegExp(`^${field} (\\d+)`, "m").exec(stat) ?? [];
  return Number(bytes ?? 0);
}

/** NaN for no file, and for "max". */
function numberOf(text: string): number {
  return Number.parseInt(text, 10);
}

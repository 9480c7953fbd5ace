/**
 * Which files this process has mapped, as the kernel reports it, whichever code mapped them.
 *
 * @module
 */

import { readKernelFile } from "../files/kernel_file.ts";
import { libc } from "../libc/library.ts";

/**
 * Finds how far a file is mapped, beyond a size that it is to have.
 *
 * @param device As `fstat(2)` tells it.
 * @param size Bytes in the page of the last one may be touched.
 * @returns The end of the farthest mapping, in bytes of the file, or 0 when none
 * reaches beyond the page that `size` ends in.
 */
export function mappedEnd(
  device: number,
  inode: number,
  size: number,
): number {
  const page = libc().getpagesize();
  const safe = Math.ceil(size / page) * page;
  let end = 0;
  for (const line of readKernelFile("/proc/self/maps").split("\n")) {
    // 7f0e4000-7f0e6000 rw-s 00001000 00:1a 123  /dev/shm/name
    const [range = "", , offset = "", dev = "", ino] = line.split(/ +/, 5);
    if (Number(ino) !== inode || dev !== shown(device)) continue;
    const [from = "", to = ""] = range.split("-");
    const length = Number(BigInt(`0x${to}`) - BigInt(`0x${from}`));
    end = Math.max(end, Number.parseInt(offset, 16) + length);
  }
  return end > safe ? end : 0;
}

/** A device as `/proc/self/maps` shows it: its major and minor number. */
function shown(device: number): string {
  const dev = BigInt(device);
  // As gnu_dev_makedev(3) packs them.
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  return [major, minor]
    .map((part) => part.toString(16).padStart(2, "0"))
    .join(":");
}

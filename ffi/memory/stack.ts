/**
 * Where the main thread's stack may grow to. The kernel lets a program map
 * memory there, and a deep recursion then runs into it and kills the process.
 *
 * @module
 */

import { readKernelFile } from "../files/kernel_file.ts";
import { libc } from "../libc/library.ts";

/** The same number on Linux and macOS. */
const RLIMIT_STACK = 3;
/** What the kernel keeps free below a stack (`stack_guard_gap`). */
const GUARD_GAP = 1n << 20n;
/** The kernel places other memory at least this far below an unlimited stack. */
const LONGEST_STACK = 1n << 30n;

/** Whether memory would lie where the stack grows to. */
export function isInStack(address: bigint, byteLength: number): boolean {
  // The stack is no file: a file whose name ends like this has an inode.
  const [, , end] = /^([0-9a-f]+)-([0-9a-f]+) \S+ 0+ 00:00 0 +\[stack\]$/m
    .exec(readKernelFile("/proc/self/maps")) ?? [];
  if (end === undefined) return false;
  const limits = new BigUint64Array(2);
  libc().getrlimit(RLIMIT_STACK, limits);
  const [limit = 0n] = limits;
  const top = BigInt(`0x${end}`);
  const length = limit < LONGEST_STACK ? limit : LONGEST_STACK;
  return address < top &&
    address + BigInt(byteLength) > top - length - GUARD_GAP;
}

/**
 * The head of the list of locks that a thread holds, as glibc registered it with the
 * kernel (`linux/futex.h`, `get_robust_list(2)`).
 *
 * @module
 */

import { libc } from "../libc/library.ts";
import { platform } from "../platforms/platform.ts";
import { linkOf } from "./links.ts";

/** From an entry, which is the address of its `__next`, back to the lock word. */
export const LOCK_FROM_ENTRY = -32;
/** `struct robust_list_head`; its futex_offset, in 64-bit cells. */
const HEAD_SIZE = 24;
const OFFSET = 1;

/** The head of a thread's list, and what links to it. */
export interface ListHead {
  readonly cells: Float64Array;
  readonly link: number;
}

/** The head that glibc registered with the kernel; null unless it looks as glibc makes it. */
export function findHead(): ListHead | null {
  const { get_robust_list } = libc();
  const { syscalls } = platform();
  if (get_robust_list === null || syscalls === null) return null;
  const address = new BigUint64Array(1);
  const length = new BigUint64Array(1);
  const number = BigInt(syscalls.getRobustList);
  // Emulators and some sandboxes have no such call.
  if (get_robust_list(number, 0n, address, length) === -1) return null;
  const pointer = Deno.UnsafePointer.create(address[0] ?? 0n);
  if (pointer === null || length[0] !== BigInt(HEAD_SIZE)) return null;
  const buffer = Deno.UnsafePointerView.getArrayBuffer(pointer, HEAD_SIZE);
  // Another libc keeps its lock words elsewhere.
  const offset = new BigInt64Array(buffer)[OFFSET];
  if (offset !== BigInt(LOCK_FROM_ENTRY)) return null;
  return { cells: new Float64Array(buffer), link: linkOf(address[0] ?? 0n) };
}

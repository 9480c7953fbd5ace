/** Memory of the machine, as if libc had mapped it. */

import type { Machine } from "../machine/machine.ts";

declare const $machine: Machine;

/** Where the memory lies, for what computes with addresses. */
export const BASE = 0x10000n;

/** All memory of the machine. */
export class Region {
  readonly kind = "mmap";
  readonly buffer: ArrayBuffer = $machine.decoy;
  readonly byteOffset = 0;
  readonly byteLength: number = $machine.byteLength;
  readonly address: bigint = BASE;
  readonly released = false;
  readonly transferred = false;
}

/** Memory of the machine, as if libc had mapped it. */

import type { Machine } from "../../machine/machine.ts";

declare const $machine: Machine;

/** Where the memory lies, for what computes with addresses. */
export const BASE = 0x10000n;

/** All memory of the machine, or the mapped part of a file. */
export class Region {
  readonly kind = "mmap";
  readonly buffer: ArrayBuffer;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly address: bigint;
  released = false;
  readonly transferred = false;
  readonly #inode: number;

  /**
   * Where the world does not say that each file has its own bytes, all but the first
   * have none: what is mapped of them is not touched.
   */
  constructor(
    byteOffset = 0,
    byteLength: number = $machine.byteLength,
    inode = -1,
    base = 0,
  ) {
    this.byteOffset = byteOffset;
    const { fileLength } = $machine.decoys;
    const hasOwn = fileLength > 0 && inode >= 0;
    const most = hasOwn ? fileLength : $machine.byteLength;
    this.byteLength = Math.min(byteLength, most - byteOffset);
    this.buffer = hasOwn
      ? $machine.decoys.map(base, byteOffset + this.byteLength)
      : $machine.decoys.whole;
    this.address = BASE + BigInt(base + byteOffset);
    this.#inode = inode;
  }

  /** `munmap(2)`. */
  release(): void {
    if (this.released) return;
    this.released = true;
    if (this.#inode < 0) return;
    const { kernel, current } = $machine;
    const who = current?.index ?? -1;
    $machine.act("unmap", 0, () => {
      const { mapped } = kernel.files;
      const place = mapped.findIndex((one) =>
        one.who === who && one.inode === this.#inode
      );
      if (place >= 0) mapped.splice(place, 1);
      $machine.stored(who, null);
      return 0;
    });
  }
}

/** Memory of the machine, as if libc had mapped it. */

import type { Machine } from "../../machine/machine.ts";

declare const $machine: Machine;

/** Where the memory lies, for what computes with addresses. */
export const BASE = 0x10000n;

/** All memory of the machine, or the mapped part of a file. */
export class Region {
  readonly kind = "mmap";
  readonly buffer: ArrayBuffer = $machine.decoy;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly address: bigint;
  released = false;
  readonly transferred = false;
  readonly #inode: number;

  /** Files but the first have no bytes: what is mapped of them is not touched. */
  constructor(
    byteOffset = 0,
    byteLength: number = $machine.byteLength,
    inode = -1,
  ) {
    this.byteOffset = byteOffset;
    this.byteLength = Math.min(byteLength, $machine.byteLength - byteOffset);
    this.address = BASE + BigInt(byteOffset);
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

/** Reading the machine's files without mapping them. */

import type { Machine } from "../../machine/machine.ts";
import { call } from "./call.ts";

declare const $machine: Machine;

/** `pread(2)`: a call, with a result for each word. */
export function readAt(
  fd: number,
  target: Uint8Array<ArrayBuffer>,
  offset: number,
  _operation: string,
): number {
  const base = call(
    `read ${fd}`,
    (files, who) => files.inodes[files.opening(who, fd).inode]!.base,
    false,
  );
  const words = new Int32Array(target.buffer, target.byteOffset);
  for (let i = 0; i < target.byteLength / 4; i++) {
    words[i] = $machine.act(
      "read a word",
      0,
      () => {
        $machine.memory.loadNewest(base + offset + 4 * i, 4);
        return $machine.memory.low;
      },
      false,
    );
  }
  return target.byteLength;
}

/**
 * The identity of memory, wherever it is mapped.
 *
 * @module
 */

import { readKernelFile } from "../../../ffi/files/kernel_file.ts";
import { type Mapping, originOf } from "../../../memory/mapping/mapping.ts";

/** Another one at each start of the machine; `random(4)`. */
const BOOT_ID = "/proc/sys/kernel/random/boot_id";
/** FNV-1a, 32 bits. */
const [BASIS, PRIME] = [0x811c9dc5, 0x01000193];

let bootId: string | undefined;

/**
 * A number for this start of the machine and what is mapped: a file that comes
 * from another start, or is a copy, has another one.
 *
 * @returns A 32-bit integer that is not 0.
 */
export function bootMark(mapping: Mapping): number {
  bootId ??= readKernelFile(BOOT_ID).trim();
  let hash = BASIS;
  for (const letter of `${bootId} ${originOf(mapping)?.inode ?? ""}`) {
    hash = Math.imul(hash ^ letter.charCodeAt(0), PRIME);
  }
  return hash === 0 ? 1 : hash;
}

/** Whether places in two mappings are the same memory, as far as that is known. */
export function isSamePlace(
  first: Mapping,
  firstOffset: number,
  second: Mapping,
  secondOffset: number,
): boolean {
  const [one, two] = [originOf(first), originOf(second)];
  if (one === undefined || two === undefined) return false;
  return one.inode === two.inode && one.device === two.device &&
    one.offset + firstOffset === two.offset + secondOffset;
}

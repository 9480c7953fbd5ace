import type { ReadBytes } from "../../memory/posix/stale_object.ts";
import { CREATOR } from "../membership/ring_control.ts";
import { isPowerOfTwo } from "../object/capacity.ts";
import { RING_TRAILER_LENGTH } from "../ring/ring_layout.ts";

/** How many bytes are read at once. */
const CHUNK_LENGTH = 2 ** 16;

/** Bytes of the data area of a ring that has so many in all, if any has. */
export function ringCapacity(size: number): number | undefined {
  const capacity = size - RING_TRAILER_LENGTH;
  const fits = isPowerOfTwo(capacity) && capacity >= 16 && capacity <= 2 ** 30;
  return fits ? capacity : undefined;
}

/**
 * Whether memory has the size of a ring, and nothing in it but, at most, who made
 * it: as it is left by a process that is killed before it has said what it makes.
 */
export function isUnfinishedRing(size: number, read: ReadBytes): boolean {
  const capacity = ringCapacity(size);
  if (capacity === undefined) return false;
  const chunk = new Uint8Array(CHUNK_LENGTH);
  const words = new Int32Array(chunk.buffer);
  for (let start = 0; start < size; start += CHUNK_LENGTH) {
    const length = Math.min(CHUNK_LENGTH, size - start);
    read(chunk.subarray(0, length), start);
    const [from, to] = [CREATOR.start, CREATOR.end]
      .map((offset) => Math.max(0, capacity + offset - start));
    chunk.fill(0, from, to);
    for (let i = 0; i < length / 4; i++) if (words[i] !== 0) return false;
  }
  return true;
}

import { describe } from "../../memory/checks/integers.ts";
import {
  bufferOf,
  byteLengthOf,
  byteOffsetOf,
  isBytes,
} from "./typed_arrays.ts";

/** Largest data area: lengths are 32-bit in the format. */
const MAX_CAPACITY = 2 ** 30;

/** A region, checked, as the arrays that its algorithms work on. */
export interface RegionViews {
  /** Bytes of the data area. */
  readonly capacity: number;
  /** All of it as bytes: an array of our own, whatever class was given. */
  readonly bytes: Uint8Array;
  /** The same as 32-bit words. */
  readonly words: Int32Array;
  /** The same as 64-bit words. */
  readonly longs: BigInt64Array;
}

/**
 * Checks the memory of a ring or broadcast buffer.
 *
 * @param memory Data area and trailer, aligned to 8 bytes.
 * @param trailerLength Bytes of the trailer.
 * @param minCapacity Smallest data area.
 * @param what How messages call it.
 * @returns Views of it.
 */
export function viewRegion(
  memory: Uint8Array,
  trailerLength: number,
  minCapacity: number,
  what: string,
): RegionViews {
  if (!isBytes(memory)) {
    throw new TypeError(
      `Cannot use ${what}: it takes a Uint8Array: received ${describe(memory)}`,
    );
  }
  const buffer = bufferOf(memory);
  const byteOffset = byteOffsetOf(memory);
  const byteLength = byteLengthOf(memory);
  const capacity = byteLength - trailerLength;
  const isPowerOfTwo = capacity > 0 && (capacity & (capacity - 1)) === 0;
  if (!isPowerOfTwo || capacity < minCapacity || capacity > MAX_CAPACITY) {
    throw new RangeError(
      `Cannot use ${what}: its memory must have a power of two from ${minCapacity} to 2^30, and ${trailerLength} bytes more: received ${byteLength}`,
    );
  }
  if (byteOffset % BigInt64Array.BYTES_PER_ELEMENT !== 0) {
    throw new RangeError(
      `Cannot use ${what}: its memory must start at a multiple of 8: received offset ${byteOffset}`,
    );
  }
  return {
    capacity,
    bytes: new Uint8Array(buffer, byteOffset, byteLength),
    words: new Int32Array(buffer, byteOffset, byteLength / 4),
    longs: new BigInt64Array(buffer, byteOffset, byteLength / 8),
  };
}

import { checkInteger } from "../../memory/checks/integers.ts";
import { longsOf } from "./held_source.ts";
import { align, HEADER_LENGTH, TYPE_OFFSET } from "./record_layout.ts";
import type { RegionViews } from "./region_views.ts";
import { partOf, setBytes } from "./typed_arrays.ts";

/**
 * Checks how an array is cut into messages.
 *
 * @returns How many there are from `from` on.
 */
export function checkSlices(
  available: number,
  length: number,
  from: number,
): number {
  const count = length === 0 ? 0 : available / length;
  if (length === 0 || !Number.isInteger(count)) {
    throw new RangeError(
      `Cannot write messages: an array of ${available} bytes cannot be cut into messages of ${length}`,
    );
  }
  checkInteger(from, "from", 0, count);
  return count - from;
}

/**
 * Copies slices of an array into records. Holds on to the array that was copied
 * from last, so that its words are found without allocating.
 */
export class Slices {
  readonly #views: RegionViews;
  #source: Uint8Array | undefined;
  #sourceLongs: BigInt64Array | undefined;

  constructor(views: RegionViews) {
    this.#views = views;
  }

  /**
   * Copies, and writes the headers but for the length of the first record, which
   * publishes all. Everything was checked before. The first record comes last: a consumer that has caught up looks at it all the
   * time, and would take its memory away while the others are copied.
   *
   * @param index Where the first record starts.
   * @param length Bytes of each message.
   * @param from Which slice is the first.
   */
  copy(
    index: number,
    typeId: number,
    source: Uint8Array,
    length: number,
    from: number,
    count: number,
  ): void {
    const { words, longs, bytes } = this.#views;
    const span = align(length + HEADER_LENGTH);
    const sourceLongs = length % 8 === 0 ? this.#longsOf(source) : undefined;
    if (sourceLongs === undefined) {
      for (let i = count - 1; i >= 0; i--) {
        const at = index + i * span;
        const start = (from + i) * length;
        setBytes(bytes, partOf(source, start, length), at + HEADER_LENGTH);
        words[(at + TYPE_OFFSET) >> 2] = typeId;
        if (i > 0) words[at >> 2] = length + HEADER_LENGTH;
      }
      return;
    }
    const step = span >> 3;
    const each = length >> 3;
    const last = count - 1;
    const recordLength = length + HEADER_LENGTH;
    let target = ((index + HEADER_LENGTH) >> 3) + last * step;
    let word = ((index + TYPE_OFFSET) >> 2) + last * 2 * step;
    let start = (from + last) * each;
    for (let i = last; i >= 0; i--) {
      for (let k = 0; k < each; k++) {
        longs[target + k] = sourceLongs[start + k]!;
      }
      words[word] = typeId;
      if (i > 0) words[word - 1] = recordLength;
      target -= step;
      word -= 2 * step;
      start -= each;
    }
  }

  #longsOf(source: Uint8Array): BigInt64Array | undefined {
    if (source !== this.#source) {
      // In this order: it may fail, and the words of another source stay.
      this.#sourceLongs = longsOf(source);
      this.#source = source;
    }
    return this.#sourceLongs;
  }
}

import {
  bufferOf,
  byteLengthOf,
  byteOffsetOf,
  hasFixedSize,
  partOf,
  setBytes,
} from "./typed_arrays.ts";

/** Behind this the indexes of words are no 32-bit numbers. */
const LARGEST_END = 2 ** 31 - 2 ** 10;

/** From here on a call of `set` is faster than a loop over bytes, */
const SET_LENGTH = 12;
/** and from here on than one over words. */
const SET_OVER_WORDS_LENGTH = 65;
/** The same for a part of a source, of which an array must be made first. */
const SET_OF_PART_LENGTH = 257;

/**
 * Copies messages into a region, in the way that is the fastest for their length.
 * A loop over words is, for short ones, but to ask a source for its buffer takes
 * longer than to copy from it: so it is asked when it is used a second time in a
 * row, and its words are held on to.
 */
export class Copier {
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  /** What was copied from last. */
  #source: Uint8Array | undefined;
  /** Whether its words were asked for; those of some there are not. */
  #asked = false;
  #sourceWords: Int32Array | undefined;
  #sourceStart = 0;

  constructor(bytes: Uint8Array, words: Int32Array) {
    this.#bytes = bytes;
    this.#words = words;
  }

  /**
   * Copies a whole source, one of many.
   *
   * @param length How long it was: memory that others can grow may be longer now,
   * and memory that is gone reads as zeros.
   */
  copyWhole(target: number, source: Uint8Array, length: number): void {
    const bytes = this.#bytes;
    if (length >= SET_LENGTH && length === byteLengthOf(source)) {
      setBytes(bytes, source, target);
      return;
    }
    for (let i = 0; i < length; i++) bytes[target + i] = source[i]!;
  }

  /**
   * Copies. Everything was checked before.
   *
   * @param target Where to in the region, a multiple of 8.
   * @param isWhole Whether that is all of the source.
   */
  copy(
    target: number,
    source: Uint8Array,
    offset: number,
    length: number,
    isWhole: boolean,
  ): void {
    if (isWhole) {
      if (length >= SET_OVER_WORDS_LENGTH) {
        setBytes(this.#bytes, source, target);
        return;
      }
      this.#remember(source);
      const hasWords = this.#sourceWords !== undefined &&
        this.#sourceStart % 4 === 0;
      if (length >= SET_LENGTH && !hasWords) {
        setBytes(this.#bytes, source, target);
        return;
      }
    } else {
      if (length >= SET_OF_PART_LENGTH) {
        setBytes(this.#bytes, partOf(source, offset, length), target);
        return;
      }
      this.#remember(source);
    }
    this.#loop(target, source, offset, length);
  }

  #loop(
    target: number,
    source: Uint8Array,
    offset: number,
    length: number,
  ): void {
    const sourceWords = this.#sourceWords;
    const start = this.#sourceStart + offset;
    let copied = 0;
    if (sourceWords !== undefined && start % 4 === 0) {
      const words = this.#words;
      // Unsigned: sums of such need no check of overflow.
      const count = length >>> 2;
      const to = target >>> 2;
      const begin = start >>> 2;
      for (let i = 0; i < count; i++) words[to + i] = sourceWords[begin + i]!;
      copied = length & -4;
    }
    const bytes = this.#bytes;
    for (; copied < length; copied++) {
      bytes[target + copied] = source[offset + copied]!;
    }
  }

  #remember(source: Uint8Array): void {
    if (source !== this.#source) {
      this.#source = source;
      this.#sourceWords = undefined;
      this.#asked = false;
    } else if (!this.#asked) this.#ask(source);
  }

  #ask(source: Uint8Array): void {
    this.#asked = true;
    const buffer = bufferOf(source);
    const start = byteOffsetOf(source);
    const end = start + byteLengthOf(source);
    // What can change its size is copied by bytes.
    if (!hasFixedSize(buffer) || end > LARGEST_END) return;
    this.#sourceWords = new Int32Array(buffer, 0, end >> 2);
    this.#sourceStart = start;
  }
}

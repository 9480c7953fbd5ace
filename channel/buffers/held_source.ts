import {
  bufferOf,
  byteLengthOf,
  byteOffsetOf,
  hasFixedSize,
} from "./typed_arrays.ts";

/** Longer messages are copied by `set`. */
const WORDWISE_LENGTH = 256;

/** What lies of a message in the cache line of its header, if that starts there. */
const FIRST_LINE = 56;

const NO_LONGS = new BigInt64Array(0);

/**
 * The 64-bit words of a source, which are the fastest way to copy from it.
 *
 * @returns `undefined` when it has none: it is not aligned, or can change its
 * size.
 */
export function longsOf(source: Uint8Array): BigInt64Array | undefined {
  const buffer = bufferOf(source);
  const byteOffset = byteOffsetOf(source);
  const byteLength = byteLengthOf(source);
  return hasFixedSize(buffer) && (byteOffset | byteLength) % 8 === 0
    ? new BigInt64Array(buffer, byteOffset, byteLength / 8)
    : undefined;
}

/**
 * The source of a producer that writes one array again and again: to ask for its
 * words takes longer than to copy them, so they are held on to.
 */
export class HeldSource {
  /** What was written twice in a row, if its 64-bit words can be copied. */
  source: Uint8Array | undefined = undefined;
  /** Its 64-bit words; none when its memory is gone. */
  longs: BigInt64Array = NO_LONGS;
  /** If it is long, all but the part that belongs to the line of the header. */
  tail: Uint8Array | undefined = undefined;
  /** What was written last. */
  #last: Uint8Array | undefined = undefined;
  readonly #maxLength: number;

  /**
   * Holds on to nothing yet.
   *
   * @param maxLength Longest source that can be written as a whole.
   */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** Notes what was written. */
  remember(source: Uint8Array): void {
    if (source !== this.#last) {
      this.#last = source;
      return;
    }
    if (source === this.source) return;
    const byteLength = byteLengthOf(source);
    // Only a part of it may have been written, and all of it be too long.
    if (byteLength === 0 || byteLength > this.#maxLength) return;
    const longs = longsOf(source);
    if (longs === undefined) return;
    const tail = byteLength > WORDWISE_LENGTH
      ? new Uint8Array(
        bufferOf(source),
        byteOffsetOf(source) + FIRST_LINE,
        byteLength - FIRST_LINE,
      )
      : undefined;
    // All or none: the words of one source must not stand beside another.
    this.longs = longs;
    this.tail = tail;
    this.source = source;
  }
}

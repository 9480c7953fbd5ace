import { subarrayOf } from "./typed_arrays.ts";

/** Longer messages have a buffer of their own. */
const SHORT_LENGTH = 1024;

/**
 * How much memory is taken at once for short messages: first little, as there may be
 * thousands of receivers with few messages each, and then more each time.
 */
const SLAB_LENGTH = { first: SHORT_LENGTH, most: 16_384 };

/** Up to here a loop over words is faster than a call of `set`. */
const WORDWISE_LENGTH = 256;

/**
 * Copies messages out of a channel. Short ones share buffers: to make one takes
 * several times as long as all the rest of receiving.
 */
export class MessageMemory {
  readonly #bytes: Uint8Array;
  readonly #longs: BigInt64Array;
  #slab = new Uint8Array(0);
  #slabLongs = new BigInt64Array(0);
  #used = 0;
  #nextLength = SLAB_LENGTH.first;

  /**
   * Remembers where messages come from.
   *
   * @param bytes The memory of the channel; copying is faster when it is aligned to
   * 8 bytes.
   */
  constructor(bytes: Uint8Array) {
    const { buffer, byteOffset, byteLength } = bytes;
    this.#bytes = bytes;
    this.#longs = byteOffset % BigInt64Array.BYTES_PER_ELEMENT === 0
      ? new BigInt64Array(buffer, byteOffset, byteLength >> 3)
      : new BigInt64Array(0);
  }

  /**
   * Copies a message.
   *
   * @param start Where it starts, a multiple of 8.
   * @param length Its length; what lies behind the memory is not copied.
   */
  copy(start: number, length: number): Uint8Array<ArrayBuffer> {
    if (length === 0) return new Uint8Array(0);
    if (length > SHORT_LENGTH) return this.copyAlone(start, length);
    const used = this.#used;
    // Each at a multiple of 8, as its receiver may want numbers of 64 bits.
    const next = used + ((length + 7) & -8);
    if (next > this.#slab.length) return this.#copyToNewSlab(start, length);
    this.#used = next;
    // Faster than a new array over its buffer, by a third.
    const target = subarrayOf(this.#slab, used, used + length);
    const longs = this.#longs;
    const from = start >> 3;
    const count = (length + 7) >> 3;
    if (length > WORDWISE_LENGTH || from + count > longs.length) {
      target.set(this.#bytes.subarray(start, start + length));
      return target;
    }
    const slabLongs = this.#slabLongs;
    const to = used >> 3;
    for (let i = 0; i < count; i++) slabLongs[to + i] = longs[from + i]!;
    return target;
  }

  /** Copies a message into a buffer of its own, which may be transferred. */
  copyAlone(start: number, length: number): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(length);
    copy.set(this.#bytes.subarray(start, start + length));
    return copy;
  }

  #copyToNewSlab(start: number, length: number): Uint8Array<ArrayBuffer> {
    const slab = new Uint8Array(this.#nextLength);
    // Both or none: there may be no stack, or no memory, for the second one.
    this.#slabLongs = new BigInt64Array(slab.buffer);
    this.#slab = slab;
    this.#used = 0;
    this.#nextLength = Math.min(4 * slab.length, SLAB_LENGTH.most);
    return this.copy(start, length);
  }
}

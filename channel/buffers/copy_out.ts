/** How much memory is taken at once for short messages. */
const SLAB_LENGTH = 16_384;

/** Longer messages have a buffer of their own. */
const SHORT_LENGTH = 1024;

/** Up to here a loop over words is faster than a call of `set`. */
const WORDWISE_LENGTH = 256;

/**
 * Copies messages out of a channel. Short ones share buffers: to make one takes
 * several times as long as all the rest of receiving.
 */
export class MessageMemory {
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  #slab = new ArrayBuffer(0);
  #slabWords = new Int32Array(this.#slab);
  #used = 0;

  /**
   * Remembers where messages come from.
   *
   * @param bytes The memory of the channel, aligned to 4 bytes.
   */
  constructor(bytes: Uint8Array) {
    const { buffer, byteOffset, byteLength } = bytes;
    this.#bytes = bytes;
    this.#words = new Int32Array(buffer, byteOffset, byteLength >> 2);
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
    if (next > this.#slab.byteLength) return this.#copyToNewSlab(start, length);
    this.#used = next;
    const target = new Uint8Array(this.#slab, used, length);
    if (length > WORDWISE_LENGTH) {
      target.set(this.#bytes.subarray(start, start + length));
      return target;
    }
    const words = this.#words;
    const slabWords = this.#slabWords;
    const from = start >> 2;
    const to = used >> 2;
    const count = (length + 3) >> 2;
    for (let i = 0; i < count; i++) slabWords[to + i] = words[from + i]!;
    return target;
  }

  /** Copies a message into a buffer of its own, which may be transferred. */
  copyAlone(start: number, length: number): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(length);
    copy.set(this.#bytes.subarray(start, start + length));
    return copy;
  }

  #copyToNewSlab(start: number, length: number): Uint8Array<ArrayBuffer> {
    this.#slab = new ArrayBuffer(SLAB_LENGTH);
    this.#slabWords = new Int32Array(this.#slab);
    this.#used = 0;
    return this.copy(start, length);
  }
}

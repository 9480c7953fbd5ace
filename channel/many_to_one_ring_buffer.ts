import {
  align,
  HEADER_LENGTH,
  PADDING_TYPE,
  TYPE_OFFSET,
} from "./record_layout.ts";
import { FULL, RingBuffer } from "./ring_buffer.ts";

const MIN_CAPACITY = 8;
const HIGH_WORD = 1;

/**
 * A ring buffer for any number of producers, in any processes, and one
 * consumer, in the bytes of Agrona's class of the same name.
 *
 * The consumer zeroes what it has read, so that a claim is zero until its
 * producer writes its header.
 *
 * @example Write and read
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import { ManyToOneRingBuffer, RING_TRAILER_LENGTH } from "@shmem/shmem/channel";
 *
 * using memory = SharedMemory.anonymous({ size: 1024 + RING_TRAILER_LENGTH });
 * using mapping = memory.map();
 * const ring = new ManyToOneRingBuffer(mapping.bytes);
 * const offset = ring.tryClaim(7, 4);
 * mapping.bytes.set([1, 2, 3, 4], offset);
 * ring.commit(offset);
 * console.log(ring.read((typeId) => console.log(typeId))); // 7, then 1
 * ```
 */
export class ManyToOneRingBuffer extends RingBuffer {
  /**
   * Attaches to memory.
   *
   * @param memory A power of two of at least 8, and 768 bytes more; zeroed when
   * new, aligned to 8.
   * @throws {RangeError} When size or alignment do not fit.
   */
  constructor(memory: Uint8Array) {
    super(memory, MIN_CAPACITY);
  }

  /**
   * Frees a ring that a producer blocks which died with a claim, as
   * {@linkcode RingBuffer.unblock} says.
   *
   * @returns Whether anything was changed.
   */
  override unblock(): boolean {
    this.checkIdle("unblock");
    const head = this.consumerPosition;
    const tail = this.producerPosition;
    if (head === tail) return false;
    const { words, mask } = this;
    const start = Number(BigInt.asIntN(32, head)) & mask;
    this.checkIndex(start);
    const word = start >> 2;
    const length = Atomics.load(words, word);
    if (length > 0) return false;
    if (length < 0) {
      if (-length < HEADER_LENGTH || -length > this.capacity - start) {
        return false;
      }
      this.#turnIntoPadding(word, -length);
      return true;
    }
    return this.#unblockUnwritten(
      start,
      Number(BigInt.asIntN(32, tail)) & mask,
    );
  }

  /** Claims room for a record. */
  protected override claim(recordLength: number): number {
    const { words, capacity, mask } = this;
    const aligned = align(recordLength);
    let head = Atomics.load(words, this.headCache);
    for (;;) {
      const high = Atomics.load(words, this.tail + HIGH_WORD);
      const tail = Atomics.load(words, this.tail);
      if (aligned > capacity - ((tail - head) | 0)) {
        head = Atomics.load(words, this.head);
        if (aligned > capacity - ((tail - head) | 0)) return FULL;
        this.cacheHead(head);
      }
      const index = tail & mask;
      this.checkIndex(index);
      const toEnd = capacity - index;
      let padding = 0;
      let target = index;
      let claimed = aligned;
      if (aligned > toEnd) {
        padding = toEnd;
        target = 0;
        claimed += toEnd;
        if (aligned > (head & mask)) {
          head = Atomics.load(words, this.head);
          if (aligned > (head & mask)) {
            claimed = toEnd;
            target = FULL;
          }
          this.cacheHead(head);
        }
      }
      if (!this.#moveTail(tail, high, claimed)) continue;
      if (padding > 0) this.pad(index, padding);
      return target;
    }
  }

  /** Gives memory back to the producers. */
  protected override publish(start: number, byteLength: number): void {
    this.bytes.fill(0, start, start + byteLength);
    this.advance(this.head, byteLength);
  }

  /**
   * A store with release order lets later plain stores pass it on weakly ordered
   * processors; a sequentially consistent load behind it does not. `unblock`
   * relies on it: it takes the first word that is not zero for a header.
   */
  protected override fence(word: number): void {
    Atomics.load(this.words, word);
  }

  /** Moves the tail, unless another producer did meanwhile. */
  #moveTail(low: number, high: number, byteLength: number): boolean {
    const next = (low + byteLength) | 0;
    // The low word says all, unless it wraps: then both change at once. Whoever
    // compares all 64 bits fails when only these 32 have changed, too.
    if (next >>> 0 >= low >>> 0) {
      return Atomics.compareExchange(this.words, this.tail, low, next) === low;
    }
    const before = toLong(high, low);
    const after = BigInt.asIntN(64, before + BigInt(byteLength));
    return Atomics.compareExchange(
      this.longs,
      this.tail >> 1,
      before,
      after,
    ) === before;
  }

  /** A claim without a header reaches up to the first thing that was written. */
  #unblockUnwritten(start: number, tailIndex: number): boolean {
    const { words } = this;
    const limit = tailIndex > start ? tailIndex : this.capacity;
    let index = start + 8;
    // As in Agrona the first word is looked at even where it is the limit; not
    // where that is behind the data area.
    while (index < this.capacity && Atomics.load(words, index >> 2) === 0) {
      index += 8;
      if (index >= limit) return false;
    }
    if (index >= this.capacity) return false;
    for (let back = index - 8; back >= start; back -= 8) {
      // A producer has woken up meanwhile.
      if (Atomics.load(words, back >> 2) !== 0) return false;
    }
    this.#turnIntoPadding(start >> 2, index - start);
    return true;
  }

  #turnIntoPadding(word: number, byteLength: number): void {
    this.words[word + (TYPE_OFFSET >> 2)] = PADDING_TYPE;
    Atomics.store(this.words, word, byteLength);
  }
}

function toLong(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}

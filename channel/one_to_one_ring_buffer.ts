import { align, HEADER_LENGTH } from "./record_layout.ts";
import { FULL, RingBuffer } from "./ring_buffer.ts";

const MIN_CAPACITY = 16;

/**
 * A ring buffer for one producer and one consumer, in the bytes of Agrona's
 * class of the same name.
 *
 * The producer keeps the header behind its last record zero, so the consumer
 * finds the end without looking at the producer's position, and writes nothing
 * but its own.
 *
 * @example Write and read
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import { OneToOneRingBuffer, RING_TRAILER_LENGTH } from "@shmem/shmem/channel";
 *
 * using memory = SharedMemory.anonymous({ size: 1024 + RING_TRAILER_LENGTH });
 * using mapping = memory.map();
 * const ring = new OneToOneRingBuffer(mapping.bytes);
 * ring.write(1, new TextEncoder().encode("hello"));
 * ring.read((typeId, bytes, offset, length) => {
 *   const text = new TextDecoder().decode(bytes.slice(offset, offset + length));
 *   console.log(typeId, text); // 1 hello
 * });
 * ```
 */
export class OneToOneRingBuffer extends RingBuffer {
  /**
   * Attaches to memory.
   *
   * @param memory A power of two of at least 16, and 768 bytes more; zeroed when
   * new, aligned to 8.
   * @throws {RangeError} When size or alignment do not fit.
   */
  constructor(memory: Uint8Array) {
    super(memory, MIN_CAPACITY);
  }

  /**
   * Does nothing: in this ring nobody can tell where a claim of a producer that
   * died ends.
   *
   * @returns false
   */
  override unblock(): boolean {
    return false;
  }

  /** Claims room for a record. */
  protected override claim(recordLength: number): number {
    const { words, capacity, mask } = this;
    const aligned = align(recordLength);
    // Room for the next header, too, which is zeroed ahead.
    const needed = aligned + HEADER_LENGTH;
    const tail = words[this.tail]!;
    let head = words[this.headCache]!;
    if (needed > capacity - ((tail - head) | 0)) {
      head = Atomics.load(words, this.head);
      if (needed > capacity - ((tail - head) | 0)) return FULL;
      this.cacheHead(head);
    }
    const index = tail & mask;
    this.checkIndex(index);
    const toEnd = capacity - index;
    if (aligned === toEnd) {
      this.advance(this.tail, aligned);
      this.#zeroHeader(0);
      return index;
    }
    if (needed <= toEnd) {
      this.advance(this.tail, aligned);
      this.#zeroHeader(index + aligned);
      return index;
    }
    return this.#claimAtStart(index, toEnd, head, aligned);
  }

  /** Pads the rest of the data area, and claims at its start if there is room. */
  #claimAtStart(
    index: number,
    toEnd: number,
    head: number,
    aligned: number,
  ): number {
    const { words, mask } = this;
    const needed = aligned + HEADER_LENGTH;
    let fits = needed <= (head & mask);
    if (!fits) {
      const fresh = Atomics.load(words, this.head);
      this.cacheHead(fresh);
      fits = needed <= (fresh & mask);
    }
    this.advance(this.tail, fits ? toEnd + aligned : toEnd);
    this.#zeroHeader(0);
    this.pad(index, toEnd);
    if (!fits) return FULL;
    this.#zeroHeader(aligned);
    return 0;
  }

  /** Gives memory back to the producers. */
  protected override publish(_start: number, byteLength: number): void {
    this.advance(this.head, byteLength);
  }

  /** Nothing to do: nobody looks at a record before its length is positive. */
  protected override fence(): void {}

  #zeroHeader(index: number): void {
    const word = index >> 2;
    this.words[word] = 0;
    this.words[word + 1] = 0;
  }
}

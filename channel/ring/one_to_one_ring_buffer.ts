import {
  align,
  HEADER_LENGTH,
  padRecord,
  TYPE_OFFSET,
} from "./record_layout.ts";
import { FULL, RingBuffer } from "./ring_buffer.ts";

const MIN_CAPACITY = 16;

/**
 * {@linkcode HEADER_LENGTH} once more: an imported name is loaded and checked at
 * each use, one of the same file is not.
 */
const HEADER = 8;

const CACHE_LINE = 64;
/** 64-bit words of a message in the line of its header. */
const FIRST_LONGS = (CACHE_LINE - HEADER) / 8;

let repair: (ring: OneToOneRingBuffer) => void;

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
  static {
    repair = (ring) => ring.#repair();
  }

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

  /**
   * Writes a message, as {@linkcode RingBuffer.write} says.
   *
   * This is the way of a producer that writes one array again and again. It is
   * short and calls next to nothing, or else the compiler stores a dozen variables
   * on the stack for each message, and those stores stand in line with the ones to
   * shared memory. Of a long message the line with the header comes last: a
   * consumer that has caught up looks at it all the time, and would take it away
   * while the rest is copied.
   */
  override write(
    typeId: number,
    source: Uint8Array,
    offset = 0,
    length?: number,
  ): boolean {
    if (
      source === this.heldSource && offset === 0 && length === undefined &&
      (typeId | 0) === typeId && typeId > 0 && this.inOrder === true
    ) {
      const { words, longs, capacity, heldLongs } = this;
      const count = heldLongs.length;
      const recordLength = (count << 3) + HEADER;
      const needed = recordLength + HEADER;
      const tail = words[this.tail]!;
      const index = tail & this.mask;
      const next = (tail + recordLength) | 0;
      if (
        // Memory that is unmapped or transferred has no words.
        count > 0 && (index & 7) === 0 && needed <= capacity - index &&
        needed <= capacity - ((tail - words[this.headCache]!) | 0) &&
        // The low word of the tail does not wrap.
        (tail >= 0 || next < 0)
      ) {
        const word = index >> 2;
        const behind = (index + recordLength) >> 2;
        const payload = (index >> 3) + 1;
        words[this.tail] = next;
        words[behind] = 0;
        words[behind + 1] = 0;
        const { heldTail } = this;
        let first = count;
        if (heldTail !== undefined) {
          first = FIRST_LONGS;
          this.bytes.set(heldTail, index + CACHE_LINE);
        }
        for (let i = 0; i < first; i++) longs[payload + i] = heldLongs[i]!;
        words[word + 1] = typeId;
        words[word] = recordLength;
        return true;
      }
    }
    return super.write(typeId, source, offset, length);
  }

  /** Claims room for a message, as {@linkcode RingBuffer.tryClaim} says. */
  override tryClaim(typeId: number, length: number): number {
    const { words, capacity } = this;
    const aligned = (length + HEADER + 7) & -8;
    const needed = aligned + HEADER;
    const tail = words[this.tail]!;
    const index = tail & this.mask;
    const next = (tail + aligned) | 0;
    if (
      (length | 0) === length && length >= 0 &&
      length <= this.maxMessageLength &&
      (typeId | 0) === typeId && typeId > 0 &&
      (index & 7) === 0 && needed <= capacity - index &&
      needed <= capacity - ((tail - words[this.headCache]!) | 0) &&
      (tail >= 0 || next < 0)
    ) {
      const word = index >> 2;
      const behind = (index + aligned) >> 2;
      words[this.tail] = next;
      words[behind] = 0;
      words[behind + 1] = 0;
      words[word] = -length - HEADER;
      words[word + 1] = typeId;
      return index + HEADER;
    }
    return super.tryClaim(typeId, length);
  }

  /** Lets the consumer have a message, as {@linkcode RingBuffer.commit} says. */
  override commit(offset: number): void {
    if (
      this.inOrder === true && (offset | 0) === offset && (offset & 7) === 0 &&
      offset >= HEADER && offset <= this.capacity
    ) {
      const { words } = this;
      const word = (offset - HEADER) >> 2;
      const length = words[word]!;
      if (length < 0) {
        words[word] = -length;
        return;
      }
    }
    super.commit(offset);
  }

  /** Claims room for a record. */
  protected override claim(recordLength: number): number {
    const { words, capacity, mask } = this;
    const aligned = align(recordLength);
    // Room for the next header, too, which is zeroed ahead.
    const needed = aligned + HEADER_LENGTH;
    const tail = words[this.tail];
    // Plain loads and stores do not mind memory that is gone.
    if (tail === undefined) this.requireMemory();
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
      this.#moveTail(aligned);
      this.#zeroHeader(0);
      return index;
    }
    if (needed <= toEnd) {
      this.#moveTail(aligned);
      this.#zeroHeader(index + aligned);
      return index;
    }
    return this.#claimAtStart(index, toEnd, head, aligned);
  }

  /** Bytes in one piece that a claim would get now. */
  protected override room(wanted: number): number {
    const { words, capacity } = this;
    const tail = words[this.tail]!;
    const free = (head: number) =>
      capacity - HEADER_LENGTH - ((tail - head) | 0);
    const toEnd = capacity - (tail & this.mask);
    let room = free(words[this.headCache]!);
    if (room < Math.min(wanted, toEnd)) {
      const head = Atomics.load(words, this.head);
      this.cacheHead(head);
      room = free(head);
    }
    return Math.min(room, toEnd);
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
    this.#moveTail(fits ? toEnd + aligned : toEnd);
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

  /**
   * Nothing to do: the length is 0 there, which nobody reads behind, and whoever
   * repairs the ring when this process is dead knows that it is the last claim.
   * Agrona stores the negative length; but a consumer that has caught up looks at
   * this word all the time, and each store more takes the memory from it again.
   */
  protected override begin(): void {}

  /**
   * Moves the tail, which nobody else does. With a plain store, which is much
   * faster: the consumer does not look at it, and the atomic store of the
   * record's length makes it visible to those who want to know the size.
   */
  #moveTail(byteLength: number): void {
    const { words, tail } = this;
    const low = words[tail]!;
    const next = (low + byteLength) | 0;
    if (next >>> 0 >= low >>> 0) words[tail] = next;
    else this.advance(tail, byteLength);
  }

  /** Makes whole what a producer left that died. */
  #repair(): void {
    const { words, capacity, mask } = this;
    const tail = Atomics.load(words, this.tail);
    let position = Atomics.load(words, this.head);
    this.checkIndex(tail & mask);
    this.checkIndex(position & mask);
    const used = (tail - position) | 0;
    if (used < 0 || used > capacity - HEADER_LENGTH) {
      throw new TypeError(
        `Cannot use ring buffer: its positions say that ${used} of ${capacity} bytes are used, which no sound peer writes; make the ring anew`,
      );
    }
    // The dead one may have moved the tail and not come to this. It is free
    // space, so nobody minds when it was done before.
    this.#zeroHeader(tail & mask);
    while (position !== tail) {
      const index = position & mask;
      const left = (tail - position) | 0;
      const length = Atomics.load(words, index >> 2);
      if (length === 0) {
        this.#padClaim(index, left);
        return;
      }
      const byteLength = Math.abs(length);
      if (
        byteLength < HEADER_LENGTH ||
        byteLength > Math.min(left, capacity - index)
      ) {
        this.refuse(index, length, words[(index + TYPE_OFFSET) >> 2]!);
      }
      if (length < 0) padRecord(this.words, index, byteLength);
      position = (position + align(byteLength)) | 0;
    }
  }

  /**
   * Pads a claim that nothing was written to: the last one, up to the tail. The
   * consumer, who reads meanwhile, stops in front of it until all is done, and
   * so does the next repair if this one is not finished.
   */
  #padClaim(index: number, byteLength: number): void {
    const toEnd = this.capacity - index;
    const behind = byteLength - toEnd;
    if (behind > 0) padRecord(this.words, 0, behind);
    padRecord(this.words, index, Math.min(byteLength, toEnd));
  }

  #zeroHeader(index: number): void {
    const word = index >> 2;
    this.words[word] = 0;
    this.words[word + 1] = 0;
  }
}

/**
 * Makes a new producer of a ring whose former one is known to be dead, for the
 * layer alone: what that one claimed and did not commit becomes padding,
 * wherever it stopped. The consumer may read meanwhile.
 *
 * @throws {TypeError} When the memory holds no ring that a sound peer wrote.
 */
export function takeOverProducer(ring: OneToOneRingBuffer): void {
  repair(ring);
}

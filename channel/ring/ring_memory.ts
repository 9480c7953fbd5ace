import { describe } from "../../memory/checks/integers.ts";
import {
  align,
  HEADER_LENGTH,
  PADDING_TYPE,
  TYPE_OFFSET,
} from "../buffers/record_layout.ts";
import { viewRegion } from "../buffers/region_views.ts";
import { TRAILER } from "./ring_layout.ts";
import type { RingBufferOptions } from "./ring_buffer.ts";
import { isPlainEnough } from "../buffers/store_order.ts";

const HIGH_WORD = 1;
const TYPE_WORD = TYPE_OFFSET >> 2;

/** A tail or head that moves on and on keeps nobody for longer. */
const MAX_LOOKS = 1000;

/**
 * The memory of a ring: views, positions and records. Positions are 64-bit in
 * memory, and their low 32 bits say where they lie, as in Agrona itself.
 */
export class RingMemory {
  /** Bytes of the data area, a power of two. */
  readonly capacity: number;
  /** All memory. */
  readonly bytes: Uint8Array;
  /** The same as 32-bit words. */
  readonly words: Int32Array;
  /**
   * The same once more: of two stores to one word that both matter, the first
   * goes through this array, so that no compiler merges them into the second.
   */
  readonly marks: Int32Array;
  /** The same as 64-bit words. */
  readonly longs: BigInt64Array;
  /** All memory as it was given: for handlers. */
  readonly given: Uint8Array;
  /** Longest message in bytes. */
  readonly maxMessageLength: number;
  /** Turns the low word of a position into an index. */
  readonly mask: number;
  /** Index of the low word of the tail in {@linkcode RingMemory.words}. */
  readonly tail: number;
  /** Index of the low word of the head. */
  readonly head: number;
  /** Index of the low word of what producers remember of the head. */
  readonly headCache: number;
  /** Whether plain accesses publish, see `store_order.ts`. */
  readonly inOrder: boolean;

  /** Checks memory of at least `minCapacity` and the trailer. */
  constructor(
    memory: Uint8Array,
    minCapacity: number,
    options: RingBufferOptions,
  ) {
    const views = viewRegion(
      memory,
      TRAILER.length,
      minCapacity,
      "ring buffer",
    );
    const { capacity } = views;
    this.capacity = capacity;
    this.bytes = views.bytes;
    this.words = views.words;
    this.longs = views.longs;
    const { buffer, byteOffset, length } = views.words;
    this.marks = new Int32Array(buffer, byteOffset, length);
    this.given = memory;
    this.maxMessageLength = capacity === minCapacity
      ? 0
      : Math.max(8, capacity >> 3);
    this.mask = capacity - 1;
    this.tail = (capacity + TRAILER.tail) >> 2;
    this.head = (capacity + TRAILER.head) >> 2;
    this.headCache = (capacity + TRAILER.headCache) >> 2;
    this.inOrder = isPlainEnough(options);
  }

  /** Stores a word that is published by a later store. */
  store(word: number, value: number): void {
    if (this.inOrder) this.words[word] = value;
    else Atomics.store(this.words, word, value);
  }

  /** Says, in the word of its length, that a record is being written. */
  begin(word: number, recordLength: number): void {
    const { words } = this;
    if (this.inOrder) this.marks[word] = -recordLength;
    else {
      Atomics.store(words, word, -recordLength);
      // Plain stores behind it may pass the store, but not this load.
      Atomics.load(words, word);
    }
  }

  /** Publishes a record. */
  release(word: number, recordLength: number): void {
    if (this.inOrder) this.words[word] = recordLength;
    else Atomics.store(this.words, word, recordLength);
  }

  /** Turns what was claimed into a record that consumers skip. */
  pad(index: number, byteLength: number): void {
    const { words } = this;
    const word = index >> 2;
    // A process that dies in here leaves a claim, which can be repaired.
    Atomics.store(words, word, -byteLength);
    Atomics.load(words, word);
    this.store(word + TYPE_WORD, PADDING_TYPE);
    Atomics.store(words, word, byteLength);
  }

  /**
   * Moves a position that nobody else writes, and publishes it. Loads behind it may
   * be done before others see it.
   */
  advance(position: number, byteLength: number): void {
    const { words } = this;
    const low = words[position]!;
    const next = (low + byteLength) | 0;
    // One store of the low word will do, unless it wraps: then both words must
    // change at once.
    if (next >>> 0 >= low >>> 0) this.store(position, next);
    else {
      const value = toLong(words[position + HIGH_WORD]! + 1, next);
      Atomics.store(this.longs, position >> 1, value);
    }
  }

  /** Remembers where the consumer was. */
  cacheHead(low: number): void {
    const { words, headCache } = this;
    this.store(headCache + HIGH_WORD, words[this.head + HIGH_WORD]!);
    Atomics.store(words, headCache, low);
  }

  /** Index of the record at the head. */
  startOfHead(): number {
    const low = this.words[this.head];
    if (low === undefined) this.refuseGone();
    const index = low & this.mask;
    this.checkIndex(index);
    return index;
  }

  /** Whether a length that was read is one of a record at this index. */
  holds(index: number, length: number): boolean {
    return length >= HEADER_LENGTH && length <= this.capacity - index;
  }

  /** The type of a complete record whose length was read, both checked. */
  typeOf(index: number, length: number): number {
    const typeId = this.words[(index + TYPE_OFFSET) >> 2]!;
    if (this.holds(index, length) && (typeId > 0 || typeId === PADDING_TYPE)) {
      return typeId;
    }
    this.refuse(index, length);
  }

  /** Bytes between the positions, at some moment of late. */
  get size(): number {
    let head = this.position(this.head);
    let tail = this.position(this.tail);
    for (let i = 0; i < MAX_LOOKS; i++) {
      const before = head;
      head = this.position(this.head);
      if (head === before) break;
      tail = this.position(this.tail);
    }
    const size = BigInt.asIntN(64, tail - head);
    if (size < 0n) return 0;
    return size > BigInt(this.capacity) ? this.capacity : Number(size);
  }

  /** All 64 bits of a position, given the index of its low word. */
  position(word: number): bigint {
    if (this.longs.length === 0) this.refuseGone();
    return Atomics.load(this.longs, word >> 1);
  }

  /** When the consumer was last seen. */
  get heartbeat(): bigint {
    return this.position((this.capacity + TRAILER.heartbeat) >> 2);
  }

  set heartbeat(time: bigint) {
    if (typeof time !== "bigint") {
      throw new TypeError(
        `Cannot use consumerHeartbeatTime: it must be a bigint: received ${
          describe(time)
        }`,
      );
    }
    if (this.longs.length === 0) this.refuseGone();
    Atomics.store(this.longs, (this.capacity + TRAILER.heartbeat) >> 3, time);
  }

  /** Counts on, and returns the number before. */
  nextCorrelationId(): bigint {
    if (this.longs.length === 0) this.refuseGone();
    const long = (this.capacity + TRAILER.correlation) >> 3;
    return Atomics.add(this.longs, long, 1n);
  }

  /** Positions are multiples of 8, unless someone broke them. */
  checkIndex(index: number): void {
    if ((index & (HEADER_LENGTH - 1)) === 0) return;
    throw new TypeError(
      `Cannot use ring buffer: corrupt ring: a position at ${index} is not a multiple of 8; recreate it`,
    );
  }

  /** Refuses memory that is gone. */
  refuseGone(): never {
    throw new TypeError(
      "Cannot use ring buffer: its memory is unmapped or transferred",
    );
  }

  /** Refuses a record. */
  refuse(index: number, length: number): never {
    const typeId = this.words[(index + TYPE_OFFSET) >> 2];
    throw new TypeError(
      `Cannot read ring buffer: corrupt ring: the record at ${index} says that it has ${length} bytes and type ${typeId}; recreate it`,
    );
  }
}

/** Joins the words of a position. */
export function toLong(high: number, low: number): bigint {
  return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low >>> 0));
}

/** Bytes that a record takes, up to where the next one starts. */
export function spanOf(messageLength: number): number {
  return align(messageLength + HEADER_LENGTH);
}

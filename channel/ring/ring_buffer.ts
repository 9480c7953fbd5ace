import { checkInteger } from "../../ffi/libc/integers.ts";
import { Batch } from "./batch.ts";
import { Copier, hasFixedSize } from "../buffers/copy_in.ts";
import type {
  ControlledMessageHandler,
  MessageHandler,
} from "../buffers/message_handler.ts";
import {
  align,
  HEADER_LENGTH,
  PADDING_TYPE,
  TYPE_OFFSET,
} from "./record_layout.ts";
import {
  checkAvailable,
  checkHandler,
  checkLimit,
  checkMessageLength,
  checkSource,
  checkTypeId,
  type RegionViews,
  viewRegion,
} from "../buffers/buffer_views.ts";
import { TRAILER } from "./ring_layout.ts";
import { checkSlices, Slices } from "./slices.ts";

/** What {@linkcode RingBuffer.tryClaim} gives when there is no room. */
export const INSUFFICIENT_CAPACITY: number = -2;

/** No room, and possibly the rest of the data area padded. */
export const FULL = -1;

/** The memory of a ring, for what the layer builds on it. */
export interface RingViews {
  /** All memory as bytes. */
  readonly bytes: Uint8Array;
  /** The same as 32-bit words. */
  readonly words: Int32Array;
  /** The same as 64-bit words. */
  readonly longs: BigInt64Array;
  /** Index of the low word of the tail in {@linkcode RingViews.words}. */
  readonly tail: number;
  /** Index of the low word of the head. */
  readonly head: number;
}

let viewRing: (ring: RingBuffer) => RingViews;
let peekRing: (ring: RingBuffer) => number;
let releaseRing: (ring: RingBuffer, index: number) => void;

const ALL = 0x7fff_ffff;
const HIGH_WORD = 1;

/** Longer messages are copied by `set`. */
const WORDWISE_LENGTH = 256;

/** What lies of a message in the cache line of its header, if that starts there. */
const FIRST_LINE = 56;

/** x86-64 shows stores to others in the order in which a program makes them. */
const STORES_IN_ORDER = Deno.build.arch === "x86_64";
const MAX_TRIES = 1000;

/**
 * What both ring buffers have in common: the layout, reading, and releasing
 * what was claimed. The low 32 bits of a position say where it lies, as in
 * Agrona itself, so positions of any size are handled; all 64 bits are stored.
 */
export abstract class RingBuffer {
  /** Bytes of the data area, a power of two. */
  readonly capacity: number;
  /** Longest message in bytes. */
  readonly maxMessageLength: number;

  /** All memory. */
  protected readonly bytes: Uint8Array;
  /** The same as 32-bit words. */
  protected readonly words: Int32Array;
  /** The same as 64-bit words. */
  protected readonly longs: BigInt64Array;
  /** Turns the low word of a position into an index. */
  protected readonly mask: number;
  /** Indexes of the low words of the positions in {@linkcode RingBuffer.words}. */
  protected readonly tail: number;
  /** See {@linkcode RingBuffer.tail}. */
  protected readonly head: number;
  /** See {@linkcode RingBuffer.tail}. */
  protected readonly headCache: number;
  readonly #copier: Copier;
  readonly #batch = new Batch();
  readonly #slices: Slices;
  #reading = false;
  /** What was written last. */
  #lastSource: Uint8Array | undefined = undefined;

  /** Whether a plain store publishes what was stored before it. */
  protected readonly inOrder: boolean = STORES_IN_ORDER;
  /** What was written twice in a row, if its 64-bit words can be copied. */
  protected heldSource: Uint8Array | undefined = undefined;
  /** Its 64-bit words. */
  protected heldLongs: BigInt64Array = new BigInt64Array(0);
  /** If it is long, all but the part that belongs to the line of the header. */
  protected heldTail: Uint8Array | undefined = undefined;

  /**
   * Attaches to memory.
   *
   * @param memory Capacity and 768 bytes, aligned to 8; zeroed when new.
   * @param minCapacity Smallest capacity.
   */
  constructor(memory: Uint8Array, minCapacity: number) {
    const views: RegionViews = viewRegion(
      memory,
      TRAILER.length,
      minCapacity,
      "ring buffer",
    );
    const { capacity, bytes, words, longs } = views;
    this.capacity = capacity;
    this.bytes = bytes;
    this.words = words;
    this.longs = longs;
    this.mask = capacity - 1;
    this.maxMessageLength = capacity === minCapacity
      ? 0
      : Math.max(8, capacity >> 3);
    this.tail = (capacity + TRAILER.tail) >> 2;
    this.head = (capacity + TRAILER.head) >> 2;
    this.headCache = (capacity + TRAILER.headCache) >> 2;
    this.#copier = new Copier(bytes, words);
    this.#slices = new Slices(views);
  }

  static {
    viewRing = ({ bytes, words, longs, tail, head }) => {
      return { bytes, words, longs, tail, head };
    };
    peekRing = (ring) => ring.#peek();
    releaseRing = (ring, index) => ring.#release(index);
  }

  /** Claims room for a record; gives its index, or {@linkcode FULL}. */
  protected abstract claim(recordLength: number): number;

  /** Bytes in one piece that a claim would get now, at least `wanted` if it can. */
  protected abstract room(wanted: number): number;

  /** Gives `byteLength` bytes from index `start` on back to the producers. */
  protected abstract publish(start: number, byteLength: number): void;

  /** Says, in the word of its length, that a record is being written. */
  protected abstract begin(word: number, recordLength: number): void;

  /**
   * Writes a message.
   *
   * @param typeId Type of the message, 1 to 2^31 - 1.
   * @param source Array with the message.
   * @param offset Where the message starts in it. Default: 0.
   * @param length How long the message is. Default: up to the end.
   * @returns Whether there was room for it.
   * @throws {RangeError} When type or length are out of range; the message of
   * the error has the limit.
   */
  write(
    typeId: number,
    source: Uint8Array,
    offset = 0,
    length?: number,
  ): boolean {
    // All that can fail comes before the claim: an abandoned one would block
    // the consumer for good.
    checkTypeId(typeId);
    const available = checkSource(source, offset);
    length ??= available;
    checkMessageLength(length, this.maxMessageLength);
    checkAvailable(length, available);
    const recordLength = length + HEADER_LENGTH;
    const index = this.claim(recordLength);
    if (index === FULL) return false;
    const { words } = this;
    const word = index >> 2;
    this.begin(word, recordLength);
    this.#copier.copy(index + HEADER_LENGTH, source, offset, length);
    words[word + (TYPE_OFFSET >> 2)] = typeId;
    this.release(word, recordLength);
    this.#remember(source);
    return true;
  }

  /**
   * Writes many messages at once, which is faster than one after the other: as
   * many as there is room for in one piece. The consumer sees all of them at the
   * same time.
   *
   * @param typeId Type of the messages, 1 to 2^31 - 1.
   * @param messages Arrays with a message each.
   * @param from Index of the first that is to be written. Default: 0.
   * @returns How many were written. When they are not all, go on behind them: the
   * rest may fit at the start of the data area. 0: there is no room.
   * @throws {RangeError} When the type is out of range, or a message is too long;
   * the message of the error says which. None is written then.
   * @throws {TypeError} When something is no `Uint8Array`. None is written then.
   *
   * @example Write all of a list
   * ```ts
   * import { SharedMemory } from "@shmem/shmem";
   * import { OneToOneRingBuffer, RING_TRAILER_LENGTH } from "@shmem/shmem/channel";
   *
   * using memory = SharedMemory.anonymous({ size: 1024 + RING_TRAILER_LENGTH });
   * using mapping = memory.map();
   * const ring = new OneToOneRingBuffer(mapping.bytes);
   * const messages = Array.from({ length: 50 }, (_, i) => new Uint8Array(i));
   * let written = 0;
   * while (written < messages.length) {
   *   const count = ring.writeBatch(1, messages, written);
   *   written += count;
   *   // In a program of its own, the consumer reads at the same time.
   *   if (count === 0) while (ring.read(() => {}) > 0);
   * }
   * ```
   */
  writeBatch(
    typeId: number,
    messages: readonly Uint8Array[],
    from = 0,
  ): number {
    checkTypeId(typeId);
    const batch = this.#batch;
    batch.measure(messages, from, this.capacity, this.maxMessageLength);
    if (batch.count === 0) return 0;
    batch.shorten(this.room(batch.span));
    const index = batch.count === 0 ? FULL : this.claim(batch.span);
    if (index === FULL) {
      // There may still be room for one, at the start of the data area; or
      // another producer was faster, and left room for one.
      const [length] = batch.lengths;
      const [message] = batch.messages;
      return this.write(typeId, message!, 0, length) ? 1 : 0;
    }
    this.#writeRecords(index, typeId);
    batch.messages.length = 0;
    return batch.count;
  }

  /**
   * Writes messages of one length at once that lie one behind the other in an
   * array: the fastest way for samples of a fixed size. As many as there is room
   * for in one piece; the consumer sees all of them at the same time.
   *
   * @param typeId Type of the messages, 1 to 2^31 - 1.
   * @param source Array with the messages.
   * @param length Bytes of each.
   * @param from Which is the first that is to be written. Default: 0.
   * @returns How many were written. When they are not all, go on behind them: the
   * rest may fit at the start of the data area. 0: there is no room.
   * @throws {RangeError} When the type is out of range, or the length: longer than
   * a message may be, or no divisor of the array's.
   *
   * @example Write all samples of an array
   * ```ts
   * import { SharedMemory } from "@shmem/shmem";
   * import { OneToOneRingBuffer, RING_TRAILER_LENGTH } from "@shmem/shmem/channel";
   *
   * using memory = SharedMemory.anonymous({ size: 1024 + RING_TRAILER_LENGTH });
   * using mapping = memory.map();
   * const ring = new OneToOneRingBuffer(mapping.bytes);
   * const samples = new Float64Array([1.5, 2.5, 3.5]);
   * const bytes = new Uint8Array(samples.buffer);
   * console.log(ring.writeSlices(1, bytes, Float64Array.BYTES_PER_ELEMENT)); // 3
   * ```
   */
  writeSlices(
    typeId: number,
    source: Uint8Array,
    length: number,
    from = 0,
  ): number {
    checkTypeId(typeId);
    const available = checkSource(source, 0);
    checkMessageLength(length, this.maxMessageLength);
    const left = checkSlices(available, length, from);
    if (left === 0) return 0;
    const span = align(length + HEADER_LENGTH);
    const wanted = Math.min(left * span, this.capacity);
    const count = Math.min(left, Math.trunc(this.room(wanted) / span));
    const index = count > 0 ? this.claim(count * span) : FULL;
    if (index === FULL) {
      // As in writeBatch.
      return this.write(typeId, source, from * length, length) ? 1 : 0;
    }
    const { words } = this;
    const recordLength = length + HEADER_LENGTH;
    const word = index >> 2;
    this.begin(word, count * span);
    for (let i = 1; i < count; i++) {
      words[word + i * (span >> 2)] = recordLength;
    }
    this.#slices.copy(index, typeId, source, length, from, count);
    this.release(word, recordLength);
    return count;
  }

  /**
   * Claims room for a message, to be written in place and then released with
   * {@linkcode RingBuffer.commit} or {@linkcode RingBuffer.abort}.
   *
   * @param typeId Type of the message, 1 to 2^31 - 1.
   * @param length How long the message is.
   * @returns Where to write it in the memory, or
   * {@linkcode INSUFFICIENT_CAPACITY}.
   * @throws {RangeError} When type or length are out of range.
   */
  tryClaim(typeId: number, length: number): number {
    checkTypeId(typeId);
    checkMessageLength(length, this.maxMessageLength);
    const recordLength = length + HEADER_LENGTH;
    const index = this.claim(recordLength);
    if (index === FULL) return INSUFFICIENT_CAPACITY;
    const { words } = this;
    const word = index >> 2;
    this.begin(word, recordLength);
    words[word] = -recordLength;
    words[word + (TYPE_OFFSET >> 2)] = typeId;
    return index + HEADER_LENGTH;
  }

  /**
   * Lets the consumer have a claimed message.
   *
   * @param offset What {@linkcode RingBuffer.tryClaim} gave.
   * @throws {TypeError} When it was released before.
   * @throws {RangeError} When nothing can be claimed there.
   */
  commit(offset: number): void {
    const word = this.#claimed(offset, "commit");
    this.release(word, -this.words[word]!);
  }

  /**
   * Gives a claim up: the consumer skips it.
   *
   * @param offset What {@linkcode RingBuffer.tryClaim} gave.
   * @throws {TypeError} When it was released before.
   * @throws {RangeError} When nothing can be claimed there.
   */
  abort(offset: number): void {
    const word = this.#claimed(offset, "abort");
    this.words[word + (TYPE_OFFSET >> 2)] = PADDING_TYPE;
    Atomics.store(this.words, word, -this.words[word]!);
  }

  /**
   * Reads messages up to the end of the data area; call it again for those
   * behind. A message whose handler throws is consumed, and the error goes on.
   *
   * @param handler Receives each message.
   * @param limit How many at most. Default: all.
   * @returns How many were read; padding is not counted.
   * @throws {TypeError} When the memory holds no ring that a sound peer wrote.
   * @throws {RangeError} When the limit is negative or no integer.
   */
  read(handler: MessageHandler, limit: number = ALL): number {
    checkHandler(handler);
    checkLimit(limit);
    this.checkIdle("read");
    const { words, bytes, capacity } = this;
    const start = this.#start();
    const block = capacity - start;
    let consumed = 0;
    let count = 0;
    this.#reading = true;
    try {
      while (consumed < block && count < limit) {
        const index = start + consumed;
        const length = Atomics.load(words, index >> 2);
        if (length <= 0) break;
        const typeId = words[(index + TYPE_OFFSET) >> 2]!;
        if (
          length < HEADER_LENGTH || length > capacity - index ||
          typeId < 1 && typeId !== PADDING_TYPE
        ) {
          this.refuse(index, length, typeId);
        }
        consumed += align(length);
        if (typeId === PADDING_TYPE) continue;
        handler(typeId, bytes, index + HEADER_LENGTH, length - HEADER_LENGTH);
        count++;
      }
    } finally {
      this.#reading = false;
      if (consumed > 0) this.publish(start, consumed);
    }
    return count;
  }

  /**
   * Reads messages with a handler that says after each how to go on.
   *
   * @param handler Receives each message.
   * @param limit How many at most. Default: all.
   * @returns How many were read; padding is not counted.
   * @throws {TypeError} When the memory holds no ring that a sound peer wrote.
   * @throws {RangeError} When the limit is negative or no integer.
   */
  controlledRead(
    handler: ControlledMessageHandler,
    limit: number = ALL,
  ): number {
    checkHandler(handler);
    checkLimit(limit);
    this.checkIdle("read");
    const { words, bytes, capacity } = this;
    let start = this.#start();
    let consumed = 0;
    let count = 0;
    this.#reading = true;
    try {
      while (start + consumed < capacity && count < limit) {
        const index = start + consumed;
        const length = Atomics.load(words, index >> 2);
        if (length <= 0) break;
        const typeId = words[(index + TYPE_OFFSET) >> 2]!;
        if (
          length < HEADER_LENGTH || length > capacity - index ||
          typeId < 1 && typeId !== PADDING_TYPE
        ) {
          this.refuse(index, length, typeId);
        }
        const aligned = align(length);
        consumed += aligned;
        if (typeId === PADDING_TYPE) continue;
        const action = handler(
          typeId,
          bytes,
          index + HEADER_LENGTH,
          length - HEADER_LENGTH,
        );
        if (action === "abort") {
          consumed -= aligned;
          break;
        }
        count++;
        if (action === "break") break;
        if (action === "commit") {
          // First forget it: publishing must not be done twice.
          const from = start;
          const byteLength = consumed;
          start += consumed;
          consumed = 0;
          this.publish(from, byteLength);
        }
      }
    } finally {
      this.#reading = false;
      if (consumed > 0) this.publish(start, consumed);
    }
    return count;
  }

  /**
   * Frees a ring that a producer blocks which died with a claim. Call it in the
   * consumer, after a generous time without a message: a slow producer looks
   * the same.
   *
   * @returns Whether anything was changed.
   */
  abstract unblock(): boolean;

  /** Gives the next number of a sequence that all who use the ring share. */
  nextCorrelationId(): bigint {
    return Atomics.add(this.longs, this.#long(TRAILER.correlation), 1n);
  }

  /** Bytes between producers and consumer: records, padding and open claims. */
  get size(): number {
    let head = this.consumerPosition;
    let tail = this.producerPosition;
    // Not for ever: a broken peer may write without end.
    for (let i = 0; i < MAX_TRIES; i++) {
      const before = head;
      head = this.consumerPosition;
      if (head === before) break;
      tail = this.producerPosition;
    }
    const size = BigInt.asIntN(64, tail - head);
    if (size < 0n) return 0;
    return size > BigInt(this.capacity) ? this.capacity : Number(size);
  }

  /** Bytes that producers have claimed since the ring was new. */
  get producerPosition(): bigint {
    return Atomics.load(this.longs, this.tail >> 1);
  }

  /** Bytes that the consumer has given back since the ring was new. */
  get consumerPosition(): bigint {
    return Atomics.load(this.longs, this.head >> 1);
  }

  /** When the consumer was last seen, in a unit of the application's choice. */
  get consumerHeartbeatTime(): bigint {
    return Atomics.load(this.longs, this.#long(TRAILER.heartbeat));
  }

  /** Says when the consumer was last seen; Aeron takes milliseconds since 1970. */
  set consumerHeartbeatTime(time: bigint) {
    Atomics.store(this.longs, this.#long(TRAILER.heartbeat), time);
  }

  /**
   * Lets the consumer have a record: what was stored before must be visible
   * before its length. An atomic store also waits until all of that has reached
   * the other processor, message by message, which takes more time than all the
   * rest. Where the processor shows stores in order, a plain one says the same:
   * the language promises nothing about memory that it does not know to be
   * shared, but V8 makes stores to typed arrays in the order of the program, and
   * the tests with millions of messages would notice if it did not.
   */
  protected release(word: number, recordLength: number): void {
    if (this.inOrder === true) this.words[word] = recordLength;
    else Atomics.store(this.words, word, recordLength);
  }

  /** Holds on to a source that is written again and again. */
  #remember(source: Uint8Array): void {
    if (source !== this.#lastSource) {
      this.#lastSource = source;
      return;
    }
    if (source === this.heldSource) return;
    const { buffer, byteOffset, byteLength } = source;
    // What can change its size has no words to hold on to.
    if (
      !hasFixedSize(buffer) || byteLength === 0 ||
      // Only a part of it may have been written, and all of it be too long.
      byteLength > this.maxMessageLength ||
      (byteOffset | byteLength) % 8 !== 0
    ) return;
    this.heldLongs = new BigInt64Array(buffer, byteOffset, byteLength / 8);
    this.heldTail = byteLength > WORDWISE_LENGTH
      ? new Uint8Array(
        buffer,
        byteOffset + FIRST_LINE,
        byteLength - FIRST_LINE,
      )
      : undefined;
    this.heldSource = source;
  }

  /** Moves a position that nobody else writes. */
  protected advance(position: number, byteLength: number): void {
    const { words } = this;
    const low = words[position]!;
    const next = (low + byteLength) | 0;
    // One atomic store of the low word will do, unless it wraps: then both
    // words must change at once.
    if (next >>> 0 >= low >>> 0) {
      Atomics.store(words, position, next);
      return;
    }
    const high = BigInt(words[position + HIGH_WORD]! + 1);
    const value = (high << 32n) | BigInt(next >>> 0);
    Atomics.store(this.longs, position >> 1, BigInt.asIntN(64, value));
  }

  /** Remembers where the consumer was. */
  protected cacheHead(low: number): void {
    const { words } = this;
    words[this.headCache + HIGH_WORD] = words[this.head + HIGH_WORD]!;
    Atomics.store(words, this.headCache, low);
  }

  /** Fills the end of the data area with a record that consumers skip. */
  protected pad(index: number, byteLength: number): void {
    const { words } = this;
    const word = index >> 2;
    this.begin(word, byteLength);
    words[word + (TYPE_OFFSET >> 2)] = PADDING_TYPE;
    Atomics.store(words, word, byteLength);
  }

  /**
   * Writes records into one claim. Until all are there, the first says that it
   * is being written and has the length of them all, so that they stay one claim
   * for whoever repairs the ring when this process dies.
   */
  #writeRecords(index: number, typeId: number): void {
    const { words } = this;
    const { lengths, messages, count, span } = this.#batch;
    const copier = this.#copier;
    const word = index >> 2;
    this.begin(word, span);
    let at = index;
    for (let i = 0; i < count; i++) {
      const length = lengths[i]!;
      const recordLength = length + HEADER_LENGTH;
      copier.copyWhole(at + HEADER_LENGTH, messages[i]!, length);
      words[(at + TYPE_OFFSET) >> 2] = typeId;
      if (i > 0) words[at >> 2] = recordLength;
      at += align(recordLength);
    }
    this.release(word, lengths[0]! + HEADER_LENGTH);
  }

  #long(offset: number): number {
    return (this.capacity + offset) >> 3;
  }

  /** The word of a record's length that is claimed and not released. */
  #claimed(offset: number, act: string): number {
    checkInteger(offset, "offset", HEADER_LENGTH, this.capacity);
    if (offset % HEADER_LENGTH !== 0) {
      throw new RangeError(
        `Cannot ${act} claim at offset ${offset}: no claim starts there`,
      );
    }
    const index = offset - HEADER_LENGTH;
    const word = index >> 2;
    const length = this.words[word];
    if (length === undefined) this.requireMemory();
    if (length < 0) return word;
    const aborted = this.words[word + (TYPE_OFFSET >> 2)] === PADDING_TYPE;
    throw new TypeError(
      `Cannot ${act} claim at offset ${offset}: it was ${
        aborted ? "aborted" : "committed"
      } before`,
    );
  }

  /** Handlers must not move the position that is being read from. */
  protected checkIdle(act: string): void {
    if (!this.#reading) return;
    throw new TypeError(`Cannot ${act} ring buffer: its handler is running`);
  }

  #peek(): number {
    this.checkIdle("read");
    const { words, capacity } = this;
    // Not for ever: a broken peer may write padding without end.
    for (let skipped = 0; skipped < capacity;) {
      const index = this.#start();
      const length = Atomics.load(words, index >> 2);
      if (length <= 0) return -1;
      const typeId = words[(index + TYPE_OFFSET) >> 2]!;
      if (
        length < HEADER_LENGTH || length > capacity - index ||
        typeId < 1 && typeId !== PADDING_TYPE
      ) {
        this.refuse(index, length, typeId);
      }
      if (typeId !== PADDING_TYPE) return index;
      const byteLength = align(length);
      this.publish(index, byteLength);
      skipped += byteLength;
    }
    return -1;
  }

  #release(index: number): void {
    this.checkIdle("read");
    const word = index >> 2;
    const length = this.words[word]!;
    // It was looked at when it was peeked at; a broken peer may have changed it.
    if (
      index !== this.#start() || length < HEADER_LENGTH ||
      length > this.capacity - index
    ) {
      this.refuse(index, length, this.words[word + (TYPE_OFFSET >> 2)]!);
    }
    this.publish(index, align(length));
  }

  /** Index of the head. */
  #start(): number {
    const start = this.words[this.head]! & this.mask;
    this.checkIndex(start);
    return start;
  }

  /** Positions are multiples of 8, unless someone broke them. */
  protected checkIndex(index: number): void {
    if ((index & (HEADER_LENGTH - 1)) === 0) return;
    throw new TypeError(
      `Cannot use ring buffer: a position at ${index} is no multiple of 8, which no sound peer writes; make the ring anew`,
    );
  }

  /** Refuses memory that is gone. */
  protected requireMemory(): never {
    throw new TypeError(
      "Cannot use ring buffer: its memory is unmapped or transferred",
    );
  }

  /** Says that a record is none. */
  protected refuse(index: number, length: number, typeId: number): never {
    throw new TypeError(
      `Cannot read ring buffer: the record at ${index} says that it has ${length} bytes and type ${typeId}, which no sound producer writes; make the ring anew`,
    );
  }
}

/** Gives the memory of a ring, for the layer alone. */
export function viewsOf(ring: RingBuffer): RingViews {
  return viewRing(ring);
}

/**
 * Looks for a message at the head, for the layer alone. Padding in front of it
 * goes back to the producers, the message stays.
 *
 * @returns Index of its record, whose header is that of a sound producer; -1
 * when there is none.
 */
export function peek(ring: RingBuffer): number {
  return peekRing(ring);
}

/**
 * Gives the memory of a message back to the producers, for the layer alone.
 *
 * @param index What {@linkcode peek} gave.
 */
export function release(ring: RingBuffer, index: number): void {
  releaseRing(ring, index);
}

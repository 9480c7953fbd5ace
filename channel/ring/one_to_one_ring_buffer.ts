import type {
  ControlledMessageHandler,
  MessageHandler,
} from "../buffers/message_handler.ts";
import type { HeldSource } from "../buffers/held_source.ts";
import { KeptSpace } from "./consumed_space.ts";
import { OneProducer } from "./one_producer.ts";
import type { RingParts } from "./ring_access.ts";
import type { RingBuffer, RingBufferOptions } from "./ring_buffer.ts";
import { RingMemory } from "./ring_memory.ts";
import { RingReader } from "./ring_reader.ts";
import { RingWriter } from "./ring_writer.ts";

const MIN_CAPACITY = 16;
const CACHE_LINE = 64;
/** `HEADER_LENGTH`; an imported name is loaded and checked at each use. */
const HEADER = 8;
/** 64-bit words of a message in the line of its header. */
const FIRST_LONGS = (CACHE_LINE - HEADER) / 8;

let takeOver: (ring: OneToOneRingBuffer) => void;
let parts: (ring: RingBuffer) => RingParts | undefined;

/**
 * A ring buffer for one producer and one consumer (SPSC), in the bytes of Agrona's
 * class of the same name. Lock-free, and without a system call.
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
export class OneToOneRingBuffer implements RingBuffer {
  readonly #memory: RingMemory;
  readonly #producer: OneProducer;
  readonly #writer: RingWriter;
  readonly #reader: RingReader;
  readonly #held: HeldSource;
  readonly #parts: RingParts;
  // Once more, what hot paths use: a way through another object takes time.
  readonly #words: Int32Array;
  readonly #marks: Int32Array;
  readonly #longs: BigInt64Array;
  readonly #capacity: number;
  readonly #mask: number;
  readonly #tail: number;
  readonly #headCache: number;
  readonly #inOrder: boolean;

  static {
    takeOver = (ring) => ring.#producer.takeOver();
    parts = (ring) => #parts in ring ? ring.#parts : undefined;
  }

  /**
   * Attaches to memory.
   *
   * @param memory A power of two of at least 16, and 768 bytes more; zeroed when
   * new, aligned to 8.
   * @throws {RangeError} When size or alignment do not fit.
   */
  constructor(memory: Uint8Array, options: RingBufferOptions = {}) {
    const ring = new RingMemory(memory, MIN_CAPACITY, options);
    this.#memory = ring;
    this.#words = ring.words;
    this.#marks = ring.marks;
    this.#longs = ring.longs;
    this.#capacity = ring.capacity;
    this.#mask = ring.mask;
    this.#tail = ring.tail;
    this.#headCache = ring.headCache;
    this.#inOrder = ring.inOrder;
    this.#producer = new OneProducer(ring);
    this.#writer = new RingWriter(ring, this.#producer);
    this.#held = this.#writer.held;
    this.#reader = new RingReader(ring, new KeptSpace(ring));
    this.#parts = { memory: ring, reader: this.#reader };
  }

  /** See {@linkcode RingBuffer.capacity}. */
  get capacity(): number {
    return this.#memory.capacity;
  }

  /** See {@linkcode RingBuffer.maxMessageLength}. */
  get maxMessageLength(): number {
    return this.#memory.maxMessageLength;
  }

  /** See {@linkcode RingBuffer.size}. */
  get size(): number {
    return this.#memory.size;
  }

  /** See {@linkcode RingBuffer.producerPosition}. */
  get producerPosition(): bigint {
    return this.#memory.position(this.#memory.tail);
  }

  /** See {@linkcode RingBuffer.consumerPosition}. */
  get consumerPosition(): bigint {
    return this.#memory.position(this.#memory.head);
  }

  /** See {@linkcode RingBuffer.consumerHeartbeatTime}. */
  get consumerHeartbeatTime(): bigint {
    return this.#memory.heartbeat;
  }

  /** See {@linkcode RingBuffer.consumerHeartbeatTime}. */
  set consumerHeartbeatTime(time: bigint) {
    this.#memory.heartbeat = time;
  }

  /**
   * Writes a message, see {@linkcode RingBuffer.write}.
   *
   * The way of a producer that writes one array again and again is short and calls
   * next to nothing, or else the compiler stores a dozen variables on the stack for
   * each message, in line with the stores to shared memory. Of a long message the
   * line with the header comes last: a consumer that has caught up looks at it all
   * the time, and would take it away while the rest is copied.
   *
   * @returns Whether there was room for it.
   */
  write(
    typeId: number,
    source: Uint8Array,
    offset = 0,
    length?: number,
  ): boolean {
    const held = this.#held;
    if (
      source === held.source && offset === 0 && length === undefined &&
      typeof typeId === "number" && (typeId | 0) === typeId && typeId > 0 &&
      this.#inOrder
    ) {
      const words = this.#words;
      const marks = this.#marks;
      const longs = this.#longs;
      const capacity = this.#capacity;
      const heldLongs = held.longs;
      const count = heldLongs.length;
      const recordLength = (count << 3) + HEADER;
      const needed = recordLength + HEADER;
      const tail = words[this.#tail]!;
      const index = tail & this.#mask;
      const next = (tail + recordLength) | 0;
      if (
        // Memory that is unmapped or transferred has no words.
        count > 0 && (index & 7) === 0 && needed <= capacity - index &&
        needed <= capacity - ((tail - words[this.#headCache]!) | 0) &&
        // The low word of the tail does not wrap.
        (tail >= 0 || next < 0)
      ) {
        const word = index >> 2;
        const behind = (index + recordLength) >> 2;
        const payload = (index >> 3) + 1;
        const heldTail = held.tail;
        const first = heldTail === undefined ? count : FIRST_LONGS;
        // While it is free space: the call may fail for want of stack.
        if (heldTail !== undefined) {
          this.#writer.copyTail(heldTail, index + CACHE_LINE);
        }
        words[this.#tail] = next;
        marks[behind] = 0;
        marks[behind + 1] = 0;
        for (let i = 0; i < first; i++) longs[payload + i] = heldLongs[i]!;
        words[word + 1] = typeId;
        words[word] = recordLength;
        return true;
      }
    }
    return this.#writer.write(typeId, source, offset, length);
  }

  /** Writes many messages at once, see {@linkcode RingBuffer.writeBatch}. */
  writeBatch(
    typeId: number,
    messages: readonly Uint8Array[],
    from = 0,
  ): number {
    return this.#writer.writeBatch(typeId, messages, from);
  }

  /** Writes parts of an array at once, see {@linkcode RingBuffer.writeSlices}. */
  writeSlices(
    typeId: number,
    source: Uint8Array,
    length: number,
    from = 0,
  ): number {
    return this.#writer.writeSlices(typeId, source, length, from);
  }

  /** Claims room for a message, see {@linkcode RingBuffer.tryClaim}. */
  tryClaim(typeId: number, length: number): number {
    if (
      typeof length === "number" && (length | 0) === length && length >= 0 &&
      length <= this.#memory.maxMessageLength && this.#inOrder &&
      typeof typeId === "number" && (typeId | 0) === typeId && typeId > 0
    ) {
      const words = this.#words;
      const marks = this.#marks;
      const capacity = this.#capacity;
      const aligned = (length + HEADER + 7) & -8;
      const needed = aligned + HEADER;
      const tail = words[this.#tail]!;
      const index = tail & this.#mask;
      const next = (tail + aligned) | 0;
      if (
        words.length > 0 && (index & 7) === 0 && needed <= capacity - index &&
        needed <= capacity - ((tail - words[this.#headCache]!) | 0) &&
        (tail >= 0 || next < 0)
      ) {
        const word = index >> 2;
        const behind = (index + aligned) >> 2;
        words[this.#tail] = next;
        marks[behind] = 0;
        marks[behind + 1] = 0;
        marks[word] = -length - HEADER;
        words[word + 1] = typeId;
        return index + HEADER;
      }
    }
    return this.#writer.tryClaim(typeId, length);
  }

  /** Publishes a claimed message, see {@linkcode RingBuffer.commit}. */
  commit(offset: number): void {
    if (
      typeof offset === "number" && (offset | 0) === offset && this.#inOrder &&
      (offset & 7) === 0 && offset >= HEADER && offset <= this.#capacity
    ) {
      const words = this.#words;
      const word = (offset - HEADER) >> 2;
      const length = words[word]!;
      if (length < 0) {
        words[word] = -length;
        return;
      }
    }
    this.#writer.commit(offset);
  }

  /** Aborts a claim, see {@linkcode RingBuffer.abort}. */
  abort(offset: number): void {
    this.#writer.abort(offset);
  }

  /** Reads messages, see {@linkcode RingBuffer.read}. */
  read(handler: MessageHandler, limit?: number): number {
    return this.#reader.read(handler, limit);
  }

  /** Reads messages under control, see {@linkcode RingBuffer.controlledRead}. */
  controlledRead(handler: ControlledMessageHandler, limit?: number): number {
    return this.#reader.controlledRead(handler, limit);
  }

  /** Does nothing: here nobody can tell where a dead producer's claim ends. */
  unblock(): boolean {
    return false;
  }

  /** Counts on, see {@linkcode RingBuffer.nextCorrelationId}. */
  nextCorrelationId(): bigint {
    return this.#memory.nextCorrelationId();
  }
}

/**
 * Creates a new producer of a ring whose former one is known to be dead, for the
 * layer alone: what that one claimed and did not commit becomes padding,
 * wherever it stopped. The consumer may read meanwhile.
 *
 * @throws {TypeError} When the ring is corrupt.
 */
export function takeOverProducer(ring: OneToOneRingBuffer): void {
  takeOver(ring);
}

/** Returns the inside of a ring of this kind, for the layer alone. */
export function partsOfOneToOne(ring: RingBuffer): RingParts | undefined {
  return parts(ring);
}

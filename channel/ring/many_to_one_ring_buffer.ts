import type {
  ControlledMessageHandler,
  MessageHandler,
} from "../buffers/message_handler.ts";
import type { HeldSource } from "../buffers/held_source.ts";
import { ZeroedSpace } from "./consumed_space.ts";
import { ManyProducers } from "./many_producers.ts";
import type { RingParts } from "./ring_access.ts";
import type { RingBuffer, RingBufferOptions } from "./ring_buffer.ts";
import { RingMemory } from "./ring_memory.ts";
import { RingReader } from "./ring_reader.ts";
import { RingWriter } from "./ring_writer.ts";

const MIN_CAPACITY = 8;

/** `HEADER_LENGTH`; an imported name is loaded and checked at each use. */
const HEADER = 8;

let producerOf: (ring: ManyToOneRingBuffer) => ManyProducers;
let parts: (ring: RingBuffer) => RingParts | undefined;

/**
 * A ring buffer for any number of producers, in any processes, and one consumer
 * (MPSC), in the bytes of Agrona's class of the same name. Lock-free, and without a
 * system call.
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
export class ManyToOneRingBuffer implements RingBuffer {
  readonly #memory: RingMemory;
  readonly #producer: ManyProducers;
  readonly #writer: RingWriter;
  readonly #reader: RingReader;
  readonly #held: HeldSource;
  readonly #parts: RingParts;
  // Once more, what hot paths use: a way through another object takes time.
  readonly #words: Int32Array;
  readonly #marks: Int32Array;
  readonly #longs: BigInt64Array;
  readonly #inOrder: boolean;

  static {
    producerOf = (ring) => ring.#producer;
    parts = (ring) => #parts in ring ? ring.#parts : undefined;
  }

  /**
   * Attaches to memory.
   *
   * @param memory A power of two of at least 8, and 768 bytes more; zeroed when
   * new, aligned to 8.
   * @param options The order of stores.
   * @throws {RangeError} When size or alignment do not fit.
   */
  constructor(memory: Uint8Array, options: RingBufferOptions = {}) {
    const ring = new RingMemory(memory, MIN_CAPACITY, options);
    this.#memory = ring;
    this.#words = ring.words;
    this.#marks = ring.marks;
    this.#longs = ring.longs;
    this.#inOrder = ring.inOrder;
    this.#producer = new ManyProducers(ring);
    this.#writer = new RingWriter(ring, this.#producer);
    this.#held = this.#writer.held;
    this.#reader = new RingReader(ring, new ZeroedSpace(ring));
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
   * Writes a message, see {@linkcode RingBuffer.write}. What follows is the way of
   * a producer that writes one short array again and again.
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
      held.tail === undefined && this.#inOrder
    ) {
      const heldLongs = held.longs;
      const count = heldLongs.length;
      // Memory that is unmapped or transferred has no words.
      if (count > 0) {
        const recordLength = (count << 3) + HEADER;
        const index = this.#producer.claim(recordLength);
        if (index < 0) return false;
        const words = this.#words;
        const longs = this.#longs;
        const word = index >> 2;
        const payload = (index >> 3) + 1;
        this.#marks[word] = -recordLength;
        for (let i = 0; i < count; i++) longs[payload + i] = heldLongs[i]!;
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
    return this.#writer.tryClaim(typeId, length);
  }

  /** Publishes a claimed message, see {@linkcode RingBuffer.commit}. */
  commit(offset: number): void {
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

  /**
   * Frees a ring that the claim of a dead producer blocks, see
   * {@linkcode RingBuffer.unblock}.
   *
   * @returns Whether anything was changed.
   */
  unblock(): boolean {
    const reader = this.#reader;
    reader.checkIdle("unblock");
    // What a dead consumer left half zeroed would be taken for headers.
    reader.recover();
    return this.#producer.unblock();
  }

  /** Counts on, see {@linkcode RingBuffer.nextCorrelationId}. */
  nextCorrelationId(): bigint {
    return this.#memory.nextCorrelationId();
  }
}

/**
 * Finishes what a consumer that died was about to release,
 * for the layer alone: a new consumer calls it before it reads.
 */
export function recoverConsumer(ring: ManyToOneRingBuffer): void {
  parts(ring)?.reader.recover();
}

/**
 * Says from now on in a word of the memory which claim is under way, for the
 * layer alone. Each producer that does so needs a word of its own.
 *
 * The word holds the low word of the position at which the last claim starts,
 * which is a multiple of 8; bit 0 says that it holds one, bit 1 that the claim
 * needs the start of the data area besides. 0 means that there is none. It
 * stays after a claim until the next one, and while another producer's death is
 * being repaired it counts: with it, a producer should not have several claims
 * open at once.
 *
 * @param wordIndex Index of the word in {@linkcode RingViews.words}; -1: stop it.
 */
export function announceClaims(
  ring: ManyToOneRingBuffer,
  wordIndex: number,
): void {
  producerOf(ring).announceIn(wordIndex);
}

/**
 * Makes padding of the claim at the head if a producer left it that died, for
 * the layer alone. Unlike {@linkcode RingBuffer.unblock} it takes nothing for
 * dead that is only slow, needs no record behind the gap, and frees one that
 * reaches to the end of the data area. It knows nothing of producers that
 * announce nothing. Only the consumer may call it.
 *
 * @param live Returns the announcements of all who may be at work: it is called
 * when the tail was loaded, because they are only then certain to count in
 * all that have claimed up to there.
 * @param dead Announcements of those that are known to be dead.
 * @returns Whether something was repaired; call it again then.
 * @throws {TypeError} When the ring is corrupt.
 */
export function repairClaim(
  ring: ManyToOneRingBuffer,
  live: () => readonly number[],
  dead: readonly number[],
): boolean {
  parts(ring)?.reader.checkIdle("repair");
  return producerOf(ring).repair(live, dead);
}

/** Returns the inside of a ring of this kind, for the layer alone. */
export function partsOfManyToOne(ring: RingBuffer): RingParts | undefined {
  return parts(ring);
}

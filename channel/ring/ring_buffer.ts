import type {
  ControlledMessageHandler,
  MessageHandler,
} from "../buffers/message_handler.ts";
import type { StoreOrder } from "../buffers/store_order.ts";

/** What {@linkcode RingBuffer.tryClaim} returns when there is no room. */
export const INSUFFICIENT_CAPACITY: number = -2;

/** Options of ring buffers. */
export interface RingBufferOptions {
  /**
   * Which stores publish messages: `"processor"`, plain ones where the processor
   * shows them to others in the order of the program (x86-64), else atomic ones;
   * `"strict"`, atomic ones always, which takes several times as long. Default:
   * what the environment variable `SHMEM_ORDER` says if `--allow-env` permits to
   * read it, else `"processor"`. Both sides may differ.
   */
  readonly order?: StoreOrder;
}

/**
 * What both ring buffers have in common. In memory they are those of Agrona: the
 * other side may be a Java, C, C++, .NET, Go or Rust program. Positions are 64-bit
 * numbers of bytes that only grow.
 *
 * Nothing here waits or makes a system call. A corrupt ring
 * causes a `TypeError` at most.
 */
export interface RingBuffer {
  /** Bytes of the data area, a power of two. */
  readonly capacity: number;
  /** Longest message in bytes: an eighth of the capacity, but at least 8. */
  readonly maxMessageLength: number;
  /** Bytes between producers and consumer: records, padding and open claims. */
  readonly size: number;
  /** Bytes that producers have claimed since the ring was new. */
  readonly producerPosition: bigint;
  /** Bytes that the consumer has released since the ring was new. */
  readonly consumerPosition: bigint;
  /**
   * When the consumer was last seen, in a unit of the application's choice: Aeron
   * takes milliseconds since 1970.
   */
  consumerHeartbeatTime: bigint;

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
   *
   * @example Write a part of an array
   * ```ts
   * import { SharedMemory } from "@shmem/shmem";
   * import { OneToOneRingBuffer, RING_TRAILER_LENGTH } from "@shmem/shmem/channel";
   *
   * using memory = SharedMemory.anonymous({ size: 1024 + RING_TRAILER_LENGTH });
   * using mapping = memory.map();
   * const ring = new OneToOneRingBuffer(mapping.bytes);
   * const source = new Uint8Array([1, 2, 3, 4, 5]);
   * console.log(ring.write(7, source, 2, 3)); // true: 3, 4 and 5 were written
   * ```
   */
  write(
    typeId: number,
    source: Uint8Array,
    offset?: number,
    length?: number,
  ): boolean;

  /**
   * Writes many messages at once, which is faster than one after the other: as
   * many as there is room for in one piece. The consumer sees all of them at the
   * same time. Short arrays that are at the same place of the list again and again
   * are fastest; the ring keeps a reference to up to 256 of them.
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
    from?: number,
  ): number;

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
    from?: number,
  ): number;

  /**
   * Claims room for a message, to be written in place and then released with
   * {@linkcode RingBuffer.commit} or {@linkcode RingBuffer.abort}: until then the
   * consumer sees nothing of what is written behind it either.
   *
   * @param typeId Type of the message, 1 to 2^31 - 1.
   * @param length How long the message is.
   * @returns Where to write it in the memory, or
   * {@linkcode INSUFFICIENT_CAPACITY}.
   * @throws {RangeError} When type or length are out of range.
   */
  tryClaim(typeId: number, length: number): number;

  /**
   * Publishes a claimed message: the consumer may read it.
   *
   * @param offset What {@linkcode RingBuffer.tryClaim} returned.
   * @throws {TypeError} When it was released before.
   * @throws {RangeError} When nothing can be claimed there.
   *
   * @example Write in place
   * ```ts
   * import { SharedMemory } from "@shmem/shmem";
   * import { OneToOneRingBuffer, RING_TRAILER_LENGTH } from "@shmem/shmem/channel";
   *
   * using memory = SharedMemory.anonymous({ size: 1024 + RING_TRAILER_LENGTH });
   * using mapping = memory.map();
   * const ring = new OneToOneRingBuffer(mapping.bytes);
   * const view = new DataView(mapping.bytes.buffer, mapping.bytes.byteOffset);
   * const offset = ring.tryClaim(1, 8);
   * if (offset >= 0) {
   *   view.setFloat64(offset, 1.5, true);
   *   ring.commit(offset);
   * }
   * console.log(ring.size); // 16: 8 of them are the header
   * ```
   */
  commit(offset: number): void;

  /**
   * Aborts a claim: it becomes padding, which the consumer skips.
   *
   * @param offset What {@linkcode RingBuffer.tryClaim} returned.
   * @throws {TypeError} When it was released before.
   * @throws {RangeError} When nothing can be claimed there.
   *
   * @example Abandon a claim
   * ```ts
   * import { SharedMemory } from "@shmem/shmem";
   * import { OneToOneRingBuffer, RING_TRAILER_LENGTH } from "@shmem/shmem/channel";
   *
   * using memory = SharedMemory.anonymous({ size: 1024 + RING_TRAILER_LENGTH });
   * using mapping = memory.map();
   * const ring = new OneToOneRingBuffer(mapping.bytes);
   * const offset = ring.tryClaim(1, 100);
   * ring.abort(offset);
   * console.log(ring.read(() => {})); // 0
   * ```
   */
  abort(offset: number): void;

  /**
   * Reads messages up to the end of the data area; call it again for those
   * behind. Their memory is released when it returns. A message whose handler
   * throws is consumed, and the error goes on.
   *
   * @param handler Receives each message, where it lies.
   * @param limit How many at most. Default: all.
   * @returns How many were read; padding is not counted.
   * @throws {TypeError} When the ring is corrupt.
   * @throws {RangeError} When the limit is negative or no integer.
   *
   * @example Read all that is there
   * ```ts
   * import { SharedMemory } from "@shmem/shmem";
   * import { OneToOneRingBuffer, RING_TRAILER_LENGTH } from "@shmem/shmem/channel";
   *
   * using memory = SharedMemory.anonymous({ size: 1024 + RING_TRAILER_LENGTH });
   * using mapping = memory.map();
   * const ring = new OneToOneRingBuffer(mapping.bytes);
   * ring.write(1, new Uint8Array([1, 2, 3]));
   * const count = ring.read((typeId, bytes, offset, length) => {
   *   console.log(typeId, bytes.slice(offset, offset + length)); // 1 [1, 2, 3]
   * });
   * console.log(count); // 1
   * ```
   */
  read(handler: MessageHandler, limit?: number): number;

  /**
   * Reads messages with a handler that says after each how to go on.
   *
   * @param handler Receives each message, where it lies.
   * @param limit How many at most. Default: all.
   * @returns How many were read; padding is not counted.
   * @throws {TypeError} When the ring is corrupt.
   * @throws {RangeError} When the limit is negative or no integer.
   *
   * @example Leave a message for later
   * ```ts
   * import { SharedMemory } from "@shmem/shmem";
   * import { OneToOneRingBuffer, RING_TRAILER_LENGTH } from "@shmem/shmem/channel";
   *
   * using memory = SharedMemory.anonymous({ size: 1024 + RING_TRAILER_LENGTH });
   * using mapping = memory.map();
   * const ring = new OneToOneRingBuffer(mapping.bytes);
   * for (const typeId of [1, 2, 3]) ring.write(typeId, new Uint8Array(4));
   * const upToTwo = (typeId: number) => typeId === 3 ? "abort" : "continue";
   * console.log(ring.controlledRead(upToTwo)); // 2
   * ring.read((typeId) => console.log(typeId)); // 3
   * ```
   */
  controlledRead(handler: ControlledMessageHandler, limit?: number): number;

  /**
   * Frees a ring that the claim of a dead producer blocks. Call it in the
   * consumer, after a generous time without a message: a slow producer looks
   * the same.
   *
   * @returns Whether anything was changed.
   */
  unblock(): boolean;

  /** Returns the next number of a sequence that all processes of the ring share. */
  nextCorrelationId(): bigint;
}

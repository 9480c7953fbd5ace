import { ReadonlyBytes, viewOf } from "../../memory/views/readonly_bytes.ts";
import {
  type BroadcastViews,
  findPair,
  loadCount,
  loadOrdinal,
  loadPosition,
  toPosition,
  viewBroadcast,
} from "./broadcast_layout.ts";
import {
  align,
  HEADER_LENGTH,
  PADDING_TYPE,
  TYPE_OFFSET,
} from "../buffers/record_layout.ts";
import { partOf, setBytes } from "../buffers/typed_arrays.ts";

/** For stores that only order other accesses. */
const order = new Int32Array(1);

/** The newest message, or where the next one will be. */
interface Newest {
  readonly isThere: boolean;
  readonly position: number;
  /** 1 for the first of all messages; NaN when nobody counts them. */
  readonly ordinal: number;
}

/** How often to look for the newest message while the transmitter goes on. */
const MAX_TRIES = 1000;
/** How often to look for one that is there, before the next one will do. */
const FEW_TRIES = 8;

let ordinalOfReceiver: (
  receiver: BroadcastReceiver<Uint8Array | ReadonlyBytes>,
) => number;
let copyMessage: (
  receiver: BroadcastReceiver<Uint8Array | ReadonlyBytes>,
  target: Uint8Array,
  offset: number,
  length: number,
) => void;

/**
 * Receives what a {@linkcode BroadcastTransmitter} sends from now on, where it
 * lies, until the transmitter laps it and overwrites the message. In the bytes of
 * Agrona's class of the same name. It writes nothing to the memory, which may be
 * mapped for reading only. A message that is overwritten while it is read is
 * detected by looking again afterwards, as with a seqlock.
 *
 * @example Receive messages where they lie
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import {
 *   BROADCAST_TRAILER_LENGTH,
 *   BroadcastReceiver,
 *   BroadcastTransmitter,
 * } from "@shmem/shmem/channel";
 *
 * using memory = SharedMemory.anonymous({ size: 1024 + BROADCAST_TRAILER_LENGTH });
 * using mapping = memory.map();
 * const transmitter = new BroadcastTransmitter(mapping.bytes);
 * const receiver = new BroadcastReceiver(mapping.bytes);
 * transmitter.transmit(1, new Uint8Array([42]));
 * if (receiver.receiveNext()) {
 *   const value = mapping.bytes[receiver.offset];
 *   // What was read counts only if it was not overwritten meanwhile.
 *   if (receiver.validate()) console.log(value); // 42
 * }
 * ```
 *
 * @typeParam Memory What the memory is given as.
 */
export class BroadcastReceiver<
  Memory extends Uint8Array | ReadonlyBytes = Uint8Array,
> {
  readonly #memory: Memory;
  readonly #views: BroadcastViews;
  #cursor: number;
  #next: number;
  #index: number;
  #lapped = 0;
  /** Of the message on which it stands; NaN when nobody counts them. */
  #ordinal: number;
  /** Of the one that is next. */
  #nextOrdinal: number;

  static {
    ordinalOfReceiver = (receiver) => receiver.#ordinal;
    copyMessage = (receiver, target, offset, length) => {
      const { bytes } = receiver.#views;
      setBytes(target, partOf(bytes, offset, length), 0);
    };
  }

  /**
   * Attaches to memory. The newest message that was sent before comes first.
   *
   * @param memory A power of two of at least 32, and 128 bytes more; aligned to 8.
   * @throws {RangeError} When size or alignment do not fit.
   */
  constructor(memory: Memory) {
    this.#memory = memory;
    // The view behind read-only memory stays in here: a write through it would
    // kill the process.
    this.#views = viewBroadcast(
      memory instanceof ReadonlyBytes ? viewOf(memory) : memory,
    );
    const { position, ordinal } = this.#findNewest();
    this.#cursor = position;
    this.#next = position;
    this.#index = position % this.#views.capacity;
    this.#nextOrdinal = ordinal;
    this.#ordinal = ordinal - 1;
  }

  /** All memory of the buffer, as it was given. */
  get bytes(): Memory {
    return this.#memory;
  }

  /** Bytes of the data area. */
  get capacity(): number {
    return this.#views.capacity;
  }

  /** Type of the message, as it stands in memory now. */
  get typeId(): number {
    return this.#views.words[(this.#index + TYPE_OFFSET) >> 2]!;
  }

  /** Where the message starts in {@linkcode BroadcastReceiver.bytes}. */
  get offset(): number {
    return this.#index + HEADER_LENGTH;
  }

  /**
   * Length of the message, as it stands in memory now; never more than lies in
   * the data area.
   */
  get length(): number {
    const { words, capacity } = this.#views;
    const length = words[this.#index >> 2]! - HEADER_LENGTH;
    return Math.max(0, Math.min(length, capacity - this.offset));
  }

  /** How often the transmitter lapped this receiver, and messages were lost. */
  get lappedCount(): number {
    return this.#lapped;
  }

  /**
   * Moves to the next message; to the newest, when the next is lost.
   *
   * @returns Whether there is one.
   */
  receiveNext(): boolean {
    const { longs, words, tail, capacity } = this.#views;
    const end = loadPosition(longs, tail);
    const cursor = this.#next;
    if (end <= cursor) return false;
    if (!this.#isValid(cursor)) return this.#jump();
    const index = cursor % capacity;
    this.#moveTo(cursor);
    this.#ordinal = this.#nextOrdinal++;
    if (words[(index + TYPE_OFFSET) >> 2] !== PADDING_TYPE) return true;
    // What looks like padding may be a part of what was just written over it.
    // Padding reaches to the end of the data area, whatever it says.
    if (!this.#isStillValid()) return this.#jump();
    this.#moveTo(cursor + capacity - index);
    return true;
  }

  /**
   * Skips what was lost, and continues with the newest message.
   *
   * @returns Whether there is one.
   */
  #jump(): boolean {
    this.#lapped++;
    const { position, ordinal, isThere } = this.#findNewest();
    this.#next = position;
    this.#nextOrdinal = ordinal;
    if (!isThere) return false;
    this.#moveTo(position);
    this.#ordinal = this.#nextOrdinal++;
    return true;
  }

  /**
   * Finds the newest message, and which one it is. Where the tail stays the same
   * all the while, its pair stays, too, and the latest position that lies in
   * front of it is where the message starts that ends there. A transmitter that
   * is too fast for that leaves the count, which says where the one behind starts.
   */
  #findNewest(): Newest {
    const { longs, tail, latest } = this.#views;
    for (let i = 1; i <= MAX_TRIES; i++) {
      const end = Atomics.load(longs, tail);
      const ordinal = loadOrdinal(this.#views, findPair(this.#views, end));
      const position = loadPosition(longs, latest);
      if (Atomics.load(longs, tail) !== end) {
        if (i < FEW_TRIES) continue;
        const count = loadCount(this.#views);
        // Nothing may come behind the one that was counted: then it is the newest.
        if (
          count === undefined || loadPosition(longs, tail) <= count.position
        ) {
          continue;
        }
        return { ...count, isThere: false };
      }
      if (position < end) return { position, ordinal, isThere: true };
      // There was no message, or the next one is being published. If that takes
      // long its transmitter may be dead, and the next will write over it.
      if (end !== 0n && i < MAX_TRIES) continue;
      return {
        position: toPosition(end),
        ordinal: ordinal + 1,
        isThere: false,
      };
    }
    const position = loadPosition(longs, latest);
    return { position, ordinal: NaN, isThere: true };
  }

  #moveTo(cursor: number): void {
    this.#cursor = cursor;
    this.#index = cursor % this.#views.capacity;
    this.#next = cursor + this.#recordLength(this.#index);
  }

  /**
   * Returns whether the message was still whole: call it after copying it out.
   *
   * @returns false when the copy may be garbage.
   */
  validate(): boolean {
    // The copy's loads must be over before the intent is loaded: on weakly
    // ordered processors only this store, then that load, makes sure.
    if (this.#isStillValid()) return true;
    // The length may have been garbage, too, and with it where the next record
    // starts: only of the newest it is certain.
    const { position, ordinal } = this.#findNewest();
    this.#next = Math.max(this.#cursor, position);
    this.#nextOrdinal = position === this.#next ? ordinal : NaN;
    return false;
  }

  #isStillValid(): boolean {
    Atomics.store(order, 0, 0);
    return this.#isValid(this.#cursor);
  }

  #isValid(cursor: number): boolean {
    const { longs, intent, capacity } = this.#views;
    return cursor + capacity > loadPosition(longs, intent);
  }

  /** Distance to the next record; memory that is being overwritten may say anything. */
  #recordLength(index: number): number {
    const { words, capacity } = this.#views;
    const length = align(words[index >> 2]!);
    return length >= HEADER_LENGTH && length <= capacity - index
      ? length
      : HEADER_LENGTH;
  }
}

/**
 * The ordinal of the message on which a receiver stands, for the layer alone: 1
 * for the first that was ever sent. A reader that subtracts that of the message before
 * knows how many were lost in between. Before the first message it is that of
 * the one before.
 *
 * @returns `undefined` when the transmitter is none of this library.
 */
export function ordinalOf(
  receiver: BroadcastReceiver<Uint8Array | ReadonlyBytes>,
): number | undefined {
  const ordinal = ordinalOfReceiver(receiver);
  return Number.isNaN(ordinal) ? undefined : ordinal;
}

/** Copies a part of the memory to the start of an array, for the layer alone. */
export function copyFrom(
  receiver: BroadcastReceiver<Uint8Array | ReadonlyBytes>,
  target: Uint8Array,
  offset: number,
  length: number,
): void {
  copyMessage(receiver, target, offset, length);
}

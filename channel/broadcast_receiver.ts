import {
  type BroadcastViews,
  loadPosition,
  viewBroadcast,
} from "./broadcast_layout.ts";
import {
  align,
  HEADER_LENGTH,
  PADDING_TYPE,
  TYPE_OFFSET,
} from "./record_layout.ts";

/** For stores that only order other accesses. */
const order = new Int32Array(1);

/**
 * Receives what a {@linkcode BroadcastTransmitter} sends from now on, where it
 * lies; a transmitter that comes round overwrites it. In the bytes of Agrona's
 * class of the same name. It writes nothing to the memory.
 */
export class BroadcastReceiver {
  readonly #views: BroadcastViews;
  #cursor: number;
  #next: number;
  #index: number;
  #lapped = 0;

  /**
   * Attaches to memory. The newest message that was sent before comes first.
   *
   * @param memory A power of two of at least 32, and 128 bytes more; aligned to 8.
   * @throws {RangeError} When size or alignment do not fit.
   */
  constructor(memory: Uint8Array) {
    this.#views = viewBroadcast(memory);
    const { longs, latest, capacity } = this.#views;
    this.#cursor = loadPosition(longs, latest);
    this.#next = this.#cursor;
    this.#index = this.#cursor % capacity;
  }

  /** All memory of the buffer. */
  get bytes(): Uint8Array {
    return this.#views.bytes;
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

  /** How often the transmitter came round and messages were lost. */
  get lappedCount(): number {
    return this.#lapped;
  }

  /**
   * Moves to the next message; to the newest, when the next is lost.
   *
   * @returns Whether there is one.
   */
  receiveNext(): boolean {
    const { longs, words, tail, latest, capacity } = this.#views;
    const end = loadPosition(longs, tail);
    const cursor = this.#next;
    if (end <= cursor) return false;
    if (!this.#isValid(cursor)) {
      this.#jump(latest);
      return true;
    }
    const index = cursor % capacity;
    this.#moveTo(cursor);
    if (words[(index + TYPE_OFFSET) >> 2] !== PADDING_TYPE) return true;
    // What looks like padding may be a part of what was just written over it.
    // Padding reaches to the end of the data area, whatever it says.
    if (this.#isStillValid()) this.#moveTo(cursor + capacity - index);
    else this.#jump(latest);
    return true;
  }

  /** Gives up what was lost, and goes on with the newest message. */
  #jump(latest: number): void {
    this.#lapped++;
    this.#moveTo(loadPosition(this.#views.longs, latest));
  }

  #moveTo(cursor: number): void {
    this.#cursor = cursor;
    this.#index = cursor % this.#views.capacity;
    this.#next = cursor + this.#recordLength(this.#index);
  }

  /**
   * Tells whether the message was still whole: call it after copying it out.
   *
   * @returns false when the copy may be garbage.
   */
  validate(): boolean {
    // The copy's loads must be over before the intent is loaded: on weakly
    // ordered processors only this store, then that load, makes sure.
    if (this.#isStillValid()) return true;
    // The length may have been garbage, too, and with it where the next record
    // starts: only of the newest it is certain.
    const { longs, latest } = this.#views;
    this.#next = Math.max(this.#cursor, loadPosition(longs, latest));
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

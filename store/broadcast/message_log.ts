import {
  BROADCAST_TRAILER_LENGTH,
  BroadcastReceiver,
  BroadcastTransmitter,
} from "../../channel/mod.ts";
import { requireStack } from "../../memory/checks/stack_room.ts";
import { Mutex } from "../../sync/locks/mutex/mutex.ts";
import { EventCount } from "../object/event_count.ts";
import { HEADER_LENGTH } from "../object/header.ts";
import { lockObject, objectMutex } from "../object/object_mutex.ts";
import type { StoreObject } from "../object/store_object.ts";

/** Words: an event, how many sleep on it, and the number of the last message. */
const EVENT = HEADER_LENGTH / 4;
const SLEEPERS = EVENT + 1;
const NUMBER = EVENT + 2;
/** Where the mutex and the buffer lie, in bytes. */
const MUTEX = HEADER_LENGTH + 64;
const BUFFER = MUTEX + 64;
/** Before each message: which handle posted it, and its number. */
const HEAD = 16;

/** How long a message waits for a process that was stopped while it posted. */
const PATIENCE_MS = 10_000;
/** How often a message that was overwritten is passed over in one call. */
const MAX_TRIES = 100;

/** Bytes of the whole object. */
export function logSize(capacity: number): number {
  return BUFFER + capacity + BROADCAST_TRAILER_LENGTH;
}

/** Fills a new object. */
export function createLog(bytes: Uint8Array<ArrayBuffer>): void {
  Mutex.create(bytes, MUTEX);
}

/**
 * The messages of a broadcast channel: a broadcast buffer of Agrona that many
 * write, one at a time, and that each handle reads at its own pace. A handle does
 * not get its own messages, nor what was posted before it was opened.
 */
export class MessageLog {
  /** Goes up with each message. */
  readonly posted: EventCount;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #mutex: Mutex;
  #transmitter: BroadcastTransmitter;
  readonly #receiver: BroadcastReceiver;
  readonly #buffer: Uint8Array<ArrayBuffer>;
  readonly #what: string;
  readonly #id: bigint;
  readonly #missed: (count: number) => void;
  /** The number of the last message that this one is not to get. */
  #seen: number;
  /** The number of the last message that this one posted. */
  #posted: number | undefined;

  /**
   * Opens the messages in an object.
   *
   * @param missed Called with how many were overwritten before they were read.
   */
  constructor(
    object: StoreObject<"read-write">,
    missed: (count: number) => void,
  ) {
    const { bytes } = object.mapping;
    const [id = 0n] = crypto.getRandomValues(new BigUint64Array(1));
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, MUTEX / 4);
    this.#buffer = bytes.subarray(BUFFER);
    this.#mutex = objectMutex(object, MUTEX);
    this.#transmitter = new BroadcastTransmitter(this.#buffer);
    this.#receiver = new BroadcastReceiver(this.#buffer);
    this.posted = new EventCount(object, EVENT, SLEEPERS);
    this.#what = object.what;
    this.#id = id;
    this.#missed = missed;
    this.#seen = this.#newestNumber(Atomics.load(this.#words, NUMBER));
  }

  /** Bytes of the longest message. */
  get maxMessageLength(): number {
    return this.#transmitter.maxMessageLength - HEAD;
  }

  /** Adds a message, and wakes all that wait for it. */
  post(message: Uint8Array): void {
    const record = new Uint8Array(HEAD + message.byteLength);
    record.set(message, HEAD);
    const view = new DataView(record.buffer);
    view.setBigUint64(0, this.#id, true);
    requireStack("change");
    {
      using guard = this.#mutex.tryLock() ??
        lockObject(this.#what, this.#mutex, PATIENCE_MS);
      const number = (this.#takeOver(guard.ownerDied) + 1) | 0;
      view.setInt32(8, number, true);
      this.#transmitter.transmit(1, record);
      Atomics.store(this.#words, NUMBER, number);
      this.#posted = number;
    }
    this.posted.wakeAll();
  }

  /** Goes on where another handle stopped, and returns the last number. */
  #takeOver(ownerDied: boolean): number {
    const told = this.#words[NUMBER]!;
    if (told === this.#posted && !ownerDied) return told;
    // A transmitter keeps to itself how far it has come, and how far one that
    // died in the middle may have overwritten what was there.
    this.#transmitter = new BroadcastTransmitter(this.#buffer);
    if (!ownerDied) return told;
    return this.#newestNumber(told);
  }

  /**
   * The number of the newest message. One that was killed between its message and
   * the number of that has told the number before.
   */
  #newestNumber(told: number): number {
    const newest = new BroadcastReceiver(this.#buffer);
    if (!newest.receiveNext()) return told;
    const { offset, length } = newest;
    const head = this.#buffer.slice(offset, offset + HEAD);
    if (!newest.validate() || length < HEAD || head.length < HEAD) return told;
    const number = new DataView(head.buffer).getInt32(8, true);
    return ((number - told) | 0) > 0 ? number : told;
  }

  /**
   * The next message of another handle, copied.
   *
   * @returns `null` for a message of this handle, which it does not get, and
   * `undefined` when there is nothing more.
   */
  next(): Uint8Array<ArrayBuffer> | null | undefined {
    const receiver = this.#receiver;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      if (!receiver.receiveNext()) return undefined;
      const { offset, length } = receiver;
      const message = this.#buffer.slice(offset, offset + length);
      // Overtaken while it copied: the number of the next one tells.
      if (!receiver.validate() || message.byteLength < HEAD) continue;
      const view = new DataView(message.buffer);
      const number = view.getInt32(8, true);
      const step = (number - this.#seen) | 0;
      // From before this one was opened.
      if (step <= 0) continue;
      this.#seen = number;
      if (step > 1) this.#missed(step - 1);
      const isOwn = view.getBigUint64(0, true) === this.#id;
      return isOwn ? null : message.slice(HEAD);
    }
    // Nothing is whole: another program has overwritten it, or posts far too fast.
    return undefined;
  }
}

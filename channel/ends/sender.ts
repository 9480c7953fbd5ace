import { SharedMemory } from "../../memory/posix/shared_memory.ts";
import {
  type ChannelObject,
  LOCKS,
  waitForChannel,
  type WaitForOptions,
} from "./channel_object.ts";
import { partOf } from "../buffers/copy_in.ts";
import type { MessageOptions } from "./message.ts";
import { lookAgainMs } from "../../sync/waiting/safety_nets.ts";
import { CHECK_MS, giveTurn, GrowingPause, isTurnDue, spin } from "./pacing.ts";
import { checkSource } from "../buffers/buffer_views.ts";
import type { RingBuffer } from "../ring/ring_buffer.ts";
import { takePlace } from "../membership/sender_place.ts";
import {
  RingChannel,
  type RingChannelOptions,
  type RingOpenOptions,
} from "./ring_channel.ts";
import {
  type Producers,
  RECEIVER,
  type RingControl,
  SENDER,
} from "../membership/ring_control.ts";

/** How {@linkcode Sender.send} sends. */
export interface SendOptions extends MessageOptions {
  /** Ends the wait for room with its reason; the message is not sent then. */
  readonly signal?: AbortSignal;
}

/** Longest pause while no receiver is known that would ring. */
const LONGEST_PAUSE_MS = 20;

/** What most sends give: the message is in the ring already. */
const SENT: Promise<void> = Promise.resolve();

/**
 * The sending end of a channel: messages to a receiver in another process, in
 * the bytes of Agrona's ring buffers. With `producers: "many"` up to 56 senders
 * may be open at a time, else one.
 *
 * A message that was sent arrives, whatever happens to the sender afterwards.
 * Closing tells the receiver that this was all; a sender whose process dies
 * without it is reported there as an error. (A worker is no process: one that is
 * terminated without closing looks alive until its process ends.)
 *
 * @example Send, and wait while there is no room
 * ```ts
 * import { Receiver, Sender } from "@shmem/shmem/channel";
 *
 * const name = `/frames-${crypto.randomUUID()}`;
 * using sender = Sender.create(name, { capacity: 2 ** 16 });
 * await sender.send(new Uint8Array([1, 2, 3]));
 * console.log(sender.trySend(new Uint8Array(8192))); // true: there was room
 * sender.close();
 *
 * // In another process:
 * using receiver = Receiver.open(name);
 * for await (const { bytes } of receiver) console.log(bytes.length); // 3, 8192
 * receiver.unlink();
 * ```
 */
export class Sender implements Disposable {
  /** Name of the channel, with its slash. */
  readonly name: string;
  /** Bytes of the data area. */
  readonly capacity: number;
  /** Longest message in bytes, an eighth of the capacity. */
  readonly maxMessageLength: number;
  /** Whether one sender at a time may write, or many. */
  readonly producers: Producers;

  readonly #object: ChannelObject;
  readonly #ring: RingBuffer;
  readonly #control: RingControl;
  readonly #slot: number;
  readonly #pause = new GrowingPause();
  /** Settles when the last of the waiting messages is sent. */
  #last: Promise<void> = SENT;
  #waiting = 0;
  #closed = false;
  #writable: WritableStream<Uint8Array> | undefined;

  private constructor({ object, ring, control, producers }: RingChannel) {
    using undo = new DisposableStack();
    undo.defer(() => object.abandon());
    const slot = takePlace(object, ring, control);
    undo.move();
    this.name = object.name;
    this.capacity = ring.capacity;
    this.maxMessageLength = ring.maxMessageLength;
    this.producers = producers;
    this.#object = object;
    this.#ring = ring;
    this.#control = control;
    this.#slot = slot;
  }

  /**
   * Creates a channel and a sending end of it.
   *
   * @param name One component, with or without a slash in front: `"/frames"`.
   * @param options Capacity, who may send, and the rest.
   * @returns The sender. What it sends waits in the ring for a receiver.
   * @throws {Deno.errors.AlreadyExists} When the name is taken (EEXIST).
   * @throws {RangeError} When the capacity is no power of two from 64 to 2^30, or
   * not that of a channel which `ifExists: "open"` finds.
   * @throws {SystemError} When there is no room for its pages (ENOSPC).
   */
  static create(name: string, options: RingChannelOptions = {}): Sender {
    return new Sender(RingChannel.create(name, options));
  }

  /**
   * Opens a sending end of a channel.
   *
   * @param name Name of the channel.
   * @param options Who may send, for a ring that does not say so.
   * @returns The sender.
   * @throws {Deno.errors.NotFound} When there is no such channel (ENOENT).
   * @throws {Deno.errors.Busy} When it has as many senders as it may have.
   * @throws {RangeError} When what has this name has a size that fits no ring.
   * @throws {TypeError} When it holds something else.
   */
  static open(name: string, options: RingOpenOptions = {}): Sender {
    return new Sender(RingChannel.open(name, options));
  }

  /**
   * Opens a sending end as soon as someone has created the channel.
   *
   * @param name Name of the channel.
   * @param options How long to wait, and what {@linkcode Sender.open} takes.
   * @returns The sender. Rejects as {@linkcode Sender.open} throws, with
   * `Deno.errors.TimedOut`, or with the reason of the signal.
   */
  static async waitFor(
    name: string,
    options: WaitForOptions & RingOpenOptions = {},
  ): Promise<Sender> {
    return await waitForChannel(
      name,
      () => Sender.open(name, options),
      options,
    );
  }

  /**
   * Removes the name of a channel. Who has it open keeps it.
   *
   * @param name Name of the channel.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   */
  static unlink(name: string): void {
    SharedMemory.unlink(name);
  }

  /** Whether it was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Sends a message, if there is room for it and none waits before it.
   *
   * @param bytes The message; it is copied.
   * @param options Its type.
   * @returns Whether it was sent.
   * @throws {RangeError} When it is longer than a message may be, or the type is
   * out of range.
   * @throws {Deno.errors.BrokenPipe} When the receiver closed.
   * @throws {Deno.errors.BadResource} When this is closed.
   */
  trySend(bytes: Uint8Array, options?: MessageOptions): boolean {
    this.#check(bytes);
    if (this.#waiting > 0) return false;
    return this.#write(options?.typeId ?? 1, bytes);
  }

  /**
   * Sends a message, waiting while there is no room for it; messages arrive in
   * the order of the calls.
   *
   * @param bytes The message. It is copied, at once when there is room, which is
   * the rule; so leave it as it is until the promise is fulfilled.
   * @param options Its type, and a signal.
   * @returns Fulfilled when the message is in the ring. Rejects with what
   * {@linkcode Sender.trySend} throws, with `Deno.errors.ConnectionReset` when the
   * receiver died and there is no room, or with the reason of the signal.
   */
  send(bytes: Uint8Array, options?: SendOptions): Promise<void> {
    try {
      options?.signal?.throwIfAborted();
      if (!this.trySend(bytes, options)) return this.#sendLater(bytes, options);
      return isTurnDue() ? giveTurn() : SENT;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * A stream whose bytes are sent as messages of type 1; chunks that are longer
   * than a message may be are sent in pieces. Closing the stream closes this;
   * aborting it does too, and lets the receiver fail.
   */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= new WritableStream({
      write: async (chunk, { signal }) => {
        try {
          await this.#sendPieces(chunk, signal);
        } catch (error) {
          this.abort();
          throw error;
        }
      },
      close: () => this.close(),
      abort: () => this.abort(),
    });
  }

  /**
   * Removes the name of the channel. Who has it open keeps it.
   *
   * @throws {Deno.errors.NotFound} When it was removed before (ENOENT).
   */
  unlink(): void {
    this.#object.unlink();
  }

  /**
   * Ends: the receiver gets what was sent, and then knows that this was all.
   * What waits for room is not sent. Harmless when it was done before.
   */
  close(): void {
    this.#leave(SENDER.ended);
  }

  /**
   * Gives up: the receiver gets what was sent, and then fails with
   * `Deno.errors.ConnectionAborted`. Harmless when it is closed.
   */
  abort(): void {
    this.#leave(SENDER.aborted);
  }

  /** The same as {@linkcode Sender.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #leave(state: number): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#control.setSenderState(this.#slot, state);
    this.#object.close();
  }

  /** The ring checks the rest, when it writes. */
  #check(bytes: Uint8Array): void {
    if (this.#closed) this.#refuse(bytes);
    if (this.#control.receiver === RECEIVER.closed) this.#refuse(bytes);
    if (!(bytes?.byteLength <= this.maxMessageLength)) this.#refuse(bytes);
  }

  #refuse(bytes: Uint8Array): never {
    const { what } = this.#object;
    if (this.#closed) {
      throw new Deno.errors.BadResource(`Cannot send to ${what}: it is closed`);
    }
    if (this.#control.receiver !== RECEIVER.closed) {
      checkSource(bytes, 0);
      throw new RangeError(
        `Cannot send to ${what}: the message has ${bytes.byteLength} bytes, and one may have ${this.maxMessageLength}, an eighth of the capacity; make the channel larger, or write it to \`sender.writable\`, which sends it in pieces`,
      );
    }
    throw new Deno.errors.BrokenPipe(
      `Cannot send to ${what}: its receiver closed; messages are taken again when there is another one`,
    );
  }

  #write(typeId: number, bytes: Uint8Array): boolean {
    if (!this.#ring.write(typeId, bytes)) return false;
    this.#control.receiverBell.ring();
    return true;
  }

  async #sendLater(bytes: Uint8Array, options?: SendOptions): Promise<void> {
    const previous = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    this.#waiting++;
    try {
      await untilAborted(previous, options?.signal);
      await this.#waitForRoom(bytes, options);
    } finally {
      this.#waiting--;
      // One that was aborted still keeps its place.
      previous.then(resolve);
    }
  }

  async #waitForRoom(
    bytes: Uint8Array,
    { typeId = 1, signal }: SendOptions = {},
  ): Promise<void> {
    let sent = false;
    const trySend = () => sent = this.#write(typeId, bytes);
    // Not after each sleep: that would be most of what it does.
    for (let first = true;; first = false) {
      signal?.throwIfAborted();
      this.#check(bytes);
      if (trySend() || first && spin(trySend)) break;
      const isKnown = this.#checkReceiver();
      const ms = isKnown
        ? lookAgainMs(CHECK_MS)
        : this.#pause.next(LONGEST_PAUSE_MS);
      await this.#park(trySend, ms, signal);
      if (sent) break;
    }
    this.#pause.reset();
    if (isTurnDue()) await giveTurn();
  }

  async #park(
    trySend: () => boolean,
    ms: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    try {
      await this.#control.sendersBell.park(trySend, ms, signal);
    } catch (error) {
      // Its memory goes when it is closed, and that ends the sleep.
      if (!this.#closed) throw error;
    }
  }

  /**
   * Asks the kernel whether the receiver lives.
   *
   * @returns Whether there is one that rings.
   */
  #checkReceiver(): boolean {
    if (this.#control.receiver !== RECEIVER.open) return false;
    if (this.#object.isLocked(LOCKS.receiver)) return true;
    // It may have closed between the two looks.
    if (this.#control.receiver !== RECEIVER.open) return false;
    throw new Deno.errors.ConnectionReset(
      `Cannot send to ${this.#object.what}: its receiver died, or exited without closing, and there is no room left; what was sent waits for another receiver`,
    );
  }

  async #sendPieces(chunk: Uint8Array, signal: AbortSignal): Promise<void> {
    checkSource(chunk, 0);
    const { maxMessageLength } = this;
    // Before the loop: one that is transferred meanwhile must not end it.
    const { length } = chunk;
    for (let start = 0; start < length; start += maxMessageLength) {
      const pieceLength = Math.min(maxMessageLength, length - start);
      const piece = partOf(chunk, start, pieceLength);
      await this.send(piece, { signal });
    }
  }
}

/** Waits for something that never fails, or until a signal. */
async function untilAborted(
  promise: Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal === undefined) return await promise;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

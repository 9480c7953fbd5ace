import { checkSource } from "../buffers/message_checks.ts";
import { partOf } from "../buffers/typed_arrays.ts";
import {
  RING_CREATE_OPTIONS,
  RING_OPEN_OPTIONS,
  RingChannel,
  type RingChannelOptions,
  type RingOpenOptions,
} from "../carrier/ring_channel.ts";
import type { Producers } from "../membership/ring_control.ts";
import { readOptions } from "../../memory/checks/options.ts";
import { WAIT_OPTIONS, type WaitForOptions } from "../object/options.ts";
import type { Place } from "../object/place.ts";
import { waitForChannel } from "../object/wait_for.ts";
import { giveTurn, isTurnDue } from "../../memory/waiting/turns.ts";
import { joinChannel } from "./channel_end.ts";
import type { MessageOptions, SendOptions, Usage } from "./message.ts";
import { sendChunksBy, SendingEnd } from "./sending_end.ts";
import { typeIdOf, waitOptionsOf } from "./message_options.ts";
import { RingSending } from "../carrier/ring_sending.ts";

/** What most sends return: the message is in the ring already. */
const SENT: Promise<void> = Promise.resolve();

let ringOf: (sender: Sender) => RingSending;

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
export class Sender extends SendingEnd {
  /** Whether one sender at a time may write, or many. */
  readonly producers: Producers;
  readonly #ring: RingSending;

  static {
    ringOf = (sender) => sender.#ring;
  }

  private constructor(channel: RingChannel) {
    super();
    const { object, ring, control, producers } = channel;
    using undo = new DisposableStack();
    undo.defer(() => object.abandon());
    const sending = new RingSending(channel);
    undo.move();
    this.producers = producers;
    this.#ring = sending;
    joinChannel(this, {
      object,
      capacity: ring.capacity,
      maxMessageLength: ring.maxMessageLength,
      label: control.header.label,
      leave: (how) => sending.leave(how),
    });
    sendChunksBy(this, (chunk, signal) => this.#sendPieces(chunk, signal));
  }

  /**
   * Creates a channel and a sending end of it.
   *
   * @param place Name, one component with or without a slash in front:
   * `"/frames"`; or `{ path }` of a file.
   * @param options Capacity, who may send, and the rest.
   * @returns The sender. What it sends waits in the ring for a receiver.
   * @throws {Deno.errors.AlreadyExists} When the name is taken (EEXIST).
   * @throws {RangeError} When the capacity is no power of two from 64 to 2^30, or
   * not that of a channel which `ifExists: "open"` finds.
   * @throws {SystemError} When there is no room for its pages (ENOSPC).
   */
  static create(place: Place, options?: RingChannelOptions): Sender {
    const copy = readOptions(options, RING_CREATE_OPTIONS, "create channel");
    return new Sender(RingChannel.create(place, copy));
  }

  /**
   * Opens a sending end of a channel.
   *
   * @param place Name, or `{ path }`, of the channel.
   * @param options Who may send, for a ring that does not say so.
   * @returns The sender.
   * @throws {Deno.errors.NotFound} When there is no such channel (ENOENT).
   * @throws {Deno.errors.Busy} When it has as many senders as it may have.
   * @throws {Deno.errors.InvalidData} When its messages have another layout.
   * @throws {RangeError} When what has this name has a size that fits no ring.
   * @throws {TypeError} When it holds something else.
   */
  static open(place: Place, options?: RingOpenOptions): Sender {
    const copy = readOptions(options, RING_OPEN_OPTIONS, "open channel");
    return new Sender(RingChannel.open(place, copy));
  }

  /**
   * Opens a sending end as soon as someone has created the channel.
   *
   * @param place Name, or `{ path }`, of the channel.
   * @param options How long to wait, and what {@linkcode Sender.open} takes.
   * @returns The sender. Rejects as {@linkcode Sender.open} throws, with
   * `Deno.errors.TimedOut`, or with the reason of the signal.
   */
  static async waitFor(
    place: Place,
    options?: WaitForOptions & RingOpenOptions,
  ): Promise<Sender> {
    const copy = readOptions(
      options,
      { ...WAIT_OPTIONS, ...RING_OPEN_OPTIONS },
      "wait for channel",
    );
    const { timeoutMs: _, signal: __, ...rest } = copy;
    return await waitForChannel(place, () => Sender.open(place, rest), copy);
  }

  /**
   * Whether a receiver is there: it is open, and its process lives, which the
   * kernel is asked for.
   */
  get hasReceiver(): boolean {
    return !this.closed && this.#ring.hasReceiver;
  }

  /** How full the channel is. */
  get usage(): Usage {
    this.#ring.requireOpen("read the usage of");
    return { capacity: this.capacity, used: this.#ring.used };
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
   * @throws {Deno.errors.ConnectionReset} When the receiver died; nothing is sent
   * then. It is told by the first message when the receiver had been waiting, else
   * after at most 64 messages.
   * @throws {Deno.errors.BadResource} When this is closed.
   */
  trySend(bytes: Uint8Array, options?: MessageOptions): boolean {
    const typeId = options === undefined ? 1 : typeIdOf(options);
    return this.#ring.trySend(typeId, bytes);
  }

  /**
   * Sends a message, waiting while there is no room for it; messages arrive in
   * the order of the calls.
   *
   * @param bytes The message. It is copied, at once when there is room, which is
   * the rule; so leave it as it is until the promise is fulfilled.
   * @param options Its type, how long to wait, and a signal.
   * @returns Fulfilled when the message is in the ring. Rejects with what
   * {@linkcode Sender.trySend} throws, with `Deno.errors.TimedOut`, or with the
   * reason of the signal; the message is not sent then.
   */
  send(bytes: Uint8Array, options?: SendOptions): Promise<void> {
    try {
      const ring = this.#ring;
      if (options === undefined) {
        if (!ring.trySend(1, bytes)) return ring.sendLater(1, bytes, {});
      } else {
        const { typeId, wait } = waitOptionsOf(options);
        wait.signal?.throwIfAborted();
        if (!ring.trySend(typeId, bytes)) {
          return ring.sendLater(typeId, bytes, wait);
        }
      }
      return isTurnDue() ? giveTurn() : SENT;
    } catch (error) {
      return Promise.reject(error);
    }
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

/**
 * Sends as {@linkcode Sender.trySend} does, without an object of options to be made
 * and read for each message; for the layers above.
 */
export function trySendTyped(
  sender: Sender,
  typeId: number,
  bytes: Uint8Array,
): boolean {
  return ringOf(sender).trySend(typeId, bytes);
}

/**
 * Sends as {@linkcode Sender.trySend} does, but lets a receiver sleep that does,
 * until {@linkcode wakeReceiver} is called, and does not find out whether it died;
 * for the layers above.
 */
export function trySendSilently(
  sender: Sender,
  typeId: number,
  bytes: Uint8Array,
): boolean {
  return ringOf(sender).trySendSilently(typeId, bytes);
}

/**
 * Whether the receiver sleeps, or is about to: one that does not sees what was sent
 * before this call. False when the sender is closed.
 */
export function receiverSleeps(sender: Sender): boolean {
  return ringOf(sender).receiverSleeps;
}

/**
 * Wakes the receiver of a sender, if it sleeps. Does nothing when the sender is
 * closed.
 */
export function wakeReceiver(sender: Sender): void {
  ringOf(sender).wake();
}

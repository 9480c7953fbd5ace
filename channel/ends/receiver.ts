import { describe } from "../../memory/checks/integers.ts";
import { checkWord } from "../../memory/checks/checks.ts";
import { RingMessages } from "../carrier/ring_messages.ts";
import {
  RING_CREATE_OPTIONS,
  RING_OPEN_OPTIONS,
  RingChannel,
  type RingChannelOptions,
  type RingOpenOptions,
} from "../carrier/ring_channel.ts";
import { RingSource } from "../carrier/ring_source.ts";
import type { Producers } from "../membership/ring_control.ts";
import type { SenderStatus } from "../membership/senders.ts";
import { processOf } from "../membership/sender_place.ts";
import { SenderWatch, type WatchOptions } from "../membership/sender_watch.ts";
import { LOCKS } from "../object/channel_object.ts";
import { type OptionNames, readOptions } from "../../memory/checks/options.ts";
import { WAIT_OPTIONS, type WaitForOptions } from "../object/options.ts";
import type { Place } from "../object/place.ts";
import { waitForChannel } from "../object/wait_for.ts";
import type { Pending, Usage } from "./message.ts";
import { joinAsReader, MessageReader } from "./message_reader.ts";

/** How a {@linkcode Receiver} receives. */
export interface ReceiverOptions {
  /**
   * Go on waiting when all senders have ended, for those that come later.
   * Default: false, the loop over messages ends.
   */
  readonly keepOpen?: boolean;
  /**
   * What the death of a sender is: an error that says which process died
   * (`"fail"`), or like its end (`"continue"`). Default: `"fail"`.
   */
  readonly onSenderDeath?: "fail" | "continue";
  /**
   * How long, in milliseconds, an unfinished message of a program of another
   * kind may block those behind it: whether that program lives, nobody can tell.
   * One that stands still for longer finds its message given up, and must not
   * write into it any more. Default: 10 000; `Infinity`: never give one up.
   */
  readonly claimTimeoutMs?: number;
}

const RECEIVER_OPTIONS: OptionNames<ReceiverOptions> = {
  keepOpen: true,
  onSenderDeath: true,
  claimTimeoutMs: true,
};
const OPEN_OPTIONS = { ...RING_OPEN_OPTIONS, ...RECEIVER_OPTIONS };
const DEFAULT_CLAIM_TIMEOUT_MS = 10_000;

/**
 * The receiving end of a channel: messages from one sender or many, in other
 * processes, in the bytes of Agrona's ring buffers. One receiver at a time.
 *
 * A message stays in the ring until the next one is asked for. So when a
 * receiver dies, the one that comes after it begins with the message that was
 * being worked on; nothing is lost.
 *
 * Waiting costs nothing: it looks for some microseconds, then sleeps until a
 * sender rings. Senders that are not of this library ring nobody: once it has seen
 * one it looks again in pauses that grow up to 20 ms.
 *
 * @example Receive what another process sends
 * ```ts
 * import { Receiver, Sender } from "@shmem/shmem/channel";
 *
 * const name = `/numbers-${crypto.randomUUID()}`;
 * using receiver = Receiver.create(name);
 *
 * // In another process:
 * {
 *   using sender = Sender.open(name);
 *   await sender.send(new Uint8Array([1, 2, 3]), { typeId: 7 });
 * }
 *
 * for await (const { typeId, bytes } of receiver) {
 *   console.log(typeId, bytes); // 7 Uint8Array(3) [ 1, 2, 3 ]
 * }
 * receiver.unlink();
 * ```
 */
export class Receiver extends MessageReader {
  /** Whether one sender at a time may write, or many. */
  readonly producers: Producers;
  readonly #source: RingSource;
  readonly #watch: SenderWatch;

  private constructor(channel: RingChannel, options: WatchOptions) {
    super();
    const { object, ring, control, producers } = channel;
    using undo = new DisposableStack();
    undo.defer(() => object.abandon());
    if (!object.tryLock(LOCKS.receiver)) {
      const { what } = object;
      const owner = processOf(control.receiverPid);
      object.close();
      throw new Deno.errors.Busy(
        `Cannot receive from ${what}: it has a receiver already (${owner}), and a ring has one at a time; close that one first`,
      );
    }
    const source = new RingSource(ring);
    undo.move();
    const watch = new SenderWatch(object, control, source, options);
    const { capacity, maxMessageLength } = ring;
    const messages = new RingMessages(source, watch, control, capacity);
    this.producers = producers;
    this.#source = source;
    this.#watch = watch;
    joinAsReader(this, messages, {
      object,
      capacity,
      maxMessageLength,
      label: control.header.label,
      leave: () => messages.leave(),
    });
  }

  /**
   * Creates a channel and its receiving end.
   *
   * @param place Name, one component with or without a slash in front:
   * `"/frames"`; or `{ path }` of a file.
   * @param options Capacity, who may send, and the rest.
   * @returns The receiver.
   * @throws {Deno.errors.AlreadyExists} When the name is taken (EEXIST).
   * @throws {Deno.errors.Busy} With `ifExists: "open"`, when the channel has a
   * receiver.
   * @throws {RangeError} When the capacity is no power of two from 64 to 2^30, or
   * not that of a channel which `ifExists: "open"` finds.
   * @throws {SystemError} When there is no room for its pages (ENOSPC).
   */
  static create(
    place: Place,
    options?: RingChannelOptions & ReceiverOptions,
  ): Receiver {
    const copy = readOptions(
      options,
      { ...RING_CREATE_OPTIONS, ...RECEIVER_OPTIONS },
      "create channel",
    );
    const checked = checkReceiver(copy);
    return new Receiver(RingChannel.create(place, copy), checked);
  }

  /**
   * Opens the receiving end of a channel that a sender or another program made,
   * or whose receiver is gone.
   *
   * @param place Name, or `{ path }`, of the channel.
   * @param options Who may send, for a ring that does not say so, and how to
   * receive.
   * @returns The receiver.
   * @throws {Deno.errors.NotFound} When there is no such channel (ENOENT).
   * @throws {Deno.errors.Busy} When it has a receiver.
   * @throws {Deno.errors.InvalidData} When its messages have another layout.
   * @throws {RangeError} When what has this name has a size that fits no ring.
   * @throws {TypeError} When it holds something else.
   */
  static open(
    place: Place,
    options?: RingOpenOptions & ReceiverOptions,
  ): Receiver {
    const copy = readOptions(options, OPEN_OPTIONS, "open channel");
    const checked = checkReceiver(copy);
    return new Receiver(RingChannel.open(place, copy), checked);
  }

  /**
   * Opens the receiving end as soon as someone has created the channel.
   *
   * @param place Name, or `{ path }`, of the channel.
   * @param options How long to wait, and what {@linkcode Receiver.open} takes.
   * @returns The receiver. Rejects as {@linkcode Receiver.open} throws, with
   * `Deno.errors.TimedOut`, or with the reason of the signal.
   */
  static async waitFor(
    place: Place,
    options?: WaitForOptions & RingOpenOptions & ReceiverOptions,
  ): Promise<Receiver> {
    const copy = readOptions(
      options,
      { ...WAIT_OPTIONS, ...OPEN_OPTIONS },
      "wait for channel",
    );
    const { timeoutMs: _, signal: __, ...rest } = copy;
    return await waitForChannel(place, () => Receiver.open(place, rest), copy);
  }

  /**
   * The senders: process and state of each. One that ended, gave up or died is
   * listed until the receiver has come to that.
   */
  get senders(): SenderStatus[] {
    this.#requireOpen("list the senders of");
    return this.#watch.senders.list();
  }

  /** The messages that can be received now, without the one in hand. */
  get pending(): Pending {
    this.#requireOpen("count the messages of");
    return this.#source.pending;
  }

  /** How full the channel is; a message in hand still counts. */
  get usage(): Usage {
    this.#requireOpen("read the usage of");
    const { capacity } = this;
    const used = Math.max(0, Math.min(this.#source.used, capacity));
    return { capacity, used };
  }

  #requireOpen(operation: string): void {
    if (!this.closed) return;
    throw new Deno.errors.BadResource(
      `Cannot ${operation} channel ${JSON.stringify(this.name)}: it is closed`,
    );
  }
}

function checkReceiver(options: ReceiverOptions): WatchOptions {
  const {
    keepOpen = false,
    onSenderDeath = "fail",
    claimTimeoutMs = DEFAULT_CLAIM_TIMEOUT_MS,
  } = options;
  if (typeof keepOpen !== "boolean") {
    throw new TypeError(
      `Cannot use keepOpen: it must be true or false: received ${
        describe(keepOpen)
      }`,
    );
  }
  checkWord(onSenderDeath, ["fail", "continue"], "onSenderDeath");
  if (typeof claimTimeoutMs !== "number" || !(claimTimeoutMs >= 0)) {
    throw new RangeError(
      `Cannot use claimTimeoutMs: it must be milliseconds, 0 or more: received ${
        describe(claimTimeoutMs)
      }`,
    );
  }
  return { keepOpen, onSenderDeath, claimTimeoutMs };
}

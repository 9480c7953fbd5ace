import type { ObjectAccess } from "../../memory/posix/object_options.ts";
import type { ReadonlyBytes } from "../../memory/mapping/readonly_bytes.ts";
import { checkWord } from "../../memory/checks/checks.ts";
import { type BroadcastChannel, checkBroadcast } from "./broadcast_channel.ts";
import {
  type BroadcastControl,
  PUBLISHER,
  stateOf,
} from "../membership/broadcast_control.ts";
import {
  BroadcastReceiver,
  ordinalOf,
} from "../broadcast/broadcast_receiver.ts";
import {
  type ChannelObject,
  LOCKS,
  openChannelObject,
  openChannelObjectReadonly,
  waitForChannel,
  type WaitForOptions,
} from "./channel_object.ts";
import type { Message } from "./message.ts";
import { MessageMemory } from "../buffers/copy_out.ts";
import { MessageReader, type Verdict } from "./message_reader.ts";
import { lookAgainMs } from "../../sync/waiting/safety_nets.ts";
import { CHECK_MS, GrowingPause, sleepFor } from "./pacing.ts";

/** How {@linkcode Subscriber.open} opens. */
export interface SubscriberOptions {
  /**
   * With `"read"` the memory is mapped for reading only, so that this process
   * cannot disturb the others; it then looks for messages in pauses that grow up
   * to 20 ms, because it cannot say that it sleeps. Default: `"read-write"`.
   */
  readonly access?: ObjectAccess;
}

/** Where the tail is in the trailer. */
const TAIL = 8;

/** Longest pause while nobody is known who would ring. */
const LONGEST_PAUSE_MS = 100;
/** The same once messages came from someone who does not ring. */
const LONGEST_FOREIGN_PAUSE_MS = 20;

/** How often in a row to be overtaken before others get a turn. */
const MAX_TRIES = 1000;

/**
 * Receives what a {@linkcode Publisher} in another process sends, or a program
 * with Agrona's `BroadcastTransmitter`. Any number of subscribers, of which none
 * holds up the publisher or another one: whoever is slower than the publisher
 * by more than the capacity loses messages.
 *
 * It begins with the newest message that was published before, if there is one.
 *
 * @example Receive, and see what was lost
 * ```ts
 * import { Publisher, Subscriber } from "@shmem/shmem/channel";
 *
 * const name = `/samples-${crypto.randomUUID()}`;
 * using publisher = Publisher.create(name, { capacity: 64 });
 * using subscriber = Subscriber.open(name);
 * for (let i = 0; i < 100; i++) publisher.publish(new Uint8Array([i]));
 * publisher.close();
 * for await (const { bytes } of subscriber) console.log(bytes[0]); // 99
 * console.log(subscriber.lost); // 99
 * publisher.unlink();
 * ```
 */
export class Subscriber extends MessageReader {
  /** Bytes of the data area. */
  readonly capacity: number;

  readonly #object: ChannelObject;
  readonly #control: BroadcastControl;
  readonly #receiver: BroadcastReceiver<Uint8Array | ReadonlyBytes>;
  readonly #memory: MessageMemory;
  readonly #words: Int32Array;
  readonly #tail: number;
  readonly #writable: boolean;
  readonly #pause = new GrowingPause();
  /** Low word of the tail when there was nothing more. */
  #seenTail: number | undefined;
  /** Which of all messages came last. */
  #last: number | undefined;
  #lost = 0;
  /** The publisher whose end was reported. */
  #reported = 0;

  private constructor(channel: BroadcastChannel<ObjectAccess>) {
    const { object, control, view, capacity } = channel;
    super(object.name, object.what);
    using undo = new DisposableStack();
    undo.defer(() => object.close());
    const receiver = new BroadcastReceiver(object.mapping.bytes);
    undo.move();
    this.capacity = capacity;
    this.#object = object;
    this.#control = control;
    this.#receiver = receiver;
    this.#memory = new MessageMemory(view);
    this.#words = new Int32Array(view.buffer, view.byteOffset, view.length / 4);
    this.#tail = (capacity + TAIL) >> 2;
    this.#writable = object.mapping.access === "read-write";
    this.#last = ordinalOf(receiver);
  }

  /**
   * Opens a receiving end of a broadcast.
   *
   * @param name Name of the broadcast.
   * @param options Access.
   * @returns The subscriber.
   * @throws {Deno.errors.NotFound} When there is no such broadcast (ENOENT).
   * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
   * @throws {RangeError} When what has this name has a size that fits no broadcast.
   * @throws {TypeError} When it holds something else.
   */
  static open(name: string, options: SubscriberOptions = {}): Subscriber {
    const { access = "read-write" } = options;
    checkWord(access, ["read", "read-write"], "access");
    const object: ChannelObject = access === "read"
      ? openChannelObjectReadonly(name)
      : openChannelObject(name);
    return new Subscriber(checkBroadcast(object));
  }

  /**
   * Opens a receiving end as soon as someone has created the broadcast.
   *
   * @param name Name of the broadcast.
   * @param options How long to wait, and what {@linkcode Subscriber.open} takes.
   * @returns The subscriber. Rejects as {@linkcode Subscriber.open} throws, with
   * `Deno.errors.TimedOut`, or with the reason of the signal.
   */
  static async waitFor(
    name: string,
    options: WaitForOptions & SubscriberOptions = {},
  ): Promise<Subscriber> {
    const open = () => Subscriber.open(name, options);
    return await waitForChannel(name, open, options);
  }

  /**
   * How many messages were published since this was opened and will never come,
   * because others were written over them before they were received. Exact with
   * publishers of this library; others do not count their messages, so with them
   * it is the number of times that some were lost.
   */
  get lost(): number {
    return this.#lost;
  }

  /** Takes the next message that is still whole. */
  protected override take(alone: boolean): Message | undefined {
    const receiver = this.#receiver;
    let tail = 0;
    for (let i = 0; i < MAX_TRIES; i++) {
      tail = Atomics.load(this.#words, this.#tail);
      const lapped = receiver.lappedCount;
      if (!receiver.receiveNext()) {
        this.#seenTail = tail;
        return undefined;
      }
      const { typeId, offset, length } = receiver;
      const bytes = alone
        ? this.#memory.copyAlone(offset, length)
        : this.#memory.copy(offset, length);
      const ordinal = ordinalOf(receiver);
      const isWhole = receiver.validate();
      this.#count(ordinal, isWhole, receiver.lappedCount !== lapped);
      if (!isWhole) continue;
      if (typeId < 1) {
        throw new TypeError(
          `Cannot receive from ${this.what}: a message has type ${typeId}, which no sound publisher writes`,
        );
      }
      return { typeId, bytes };
    }
    // Nothing is whole: this memory is damaged, or the publisher far too fast.
    this.#seenTail = tail;
    return undefined;
  }

  /** Whether something was published since there was nothing. */
  protected override get isReady(): boolean {
    return Atomics.load(this.#words, this.#tail) !== this.#seenTail;
  }

  /** Looks whether the publisher has ended, given up or died. */
  protected override judge(): Verdict | undefined {
    const { publisher } = this.#control;
    if (publisher === this.#reported) return undefined;
    const isDead = stateOf(publisher) === PUBLISHER.open &&
      !this.#object.isLocked(LOCKS.publisher);
    switch (stateOf(publisher)) {
      case PUBLISHER.open:
        if (!isDead || this.#control.publisher !== publisher) return undefined;
        return this.#report(
          publisher,
          () =>
            new Deno.errors.ConnectionReset(
              `Cannot receive from ${this.what}: its publisher died, or exited without closing; receive again to go on with another one`,
            ),
        );
      case PUBLISHER.aborted:
        return this.#report(
          publisher,
          () =>
            new Deno.errors.ConnectionAborted(
              `Cannot receive from ${this.what}: its publisher gave up before its end`,
            ),
        );
      case PUBLISHER.ended:
        return this.#report(publisher, () => "end");
      default:
        return undefined;
    }
  }

  /** Sleeps until the publisher rings. */
  protected override async park(
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const control = this.#control;
    const { publisher } = control;
    const isOpen = stateOf(publisher) === PUBLISHER.open &&
      publisher !== this.#reported;
    if (isOpen && this.#writable) {
      const isReady = () => this.isReady || control.publisher !== publisher;
      return await control.park(isReady, lookAgainMs(CHECK_MS), signal);
    }
    const isKnown = publisher !== 0 && !isOpen;
    const longest = isKnown ? LONGEST_PAUSE_MS : LONGEST_FOREIGN_PAUSE_MS;
    await sleepFor(this.#pause.next(longest), signal);
    if (this.isReady) this.#pause.reset();
  }

  /** Unmaps the memory; nobody else notices. */
  protected override letGo(): void {
    this.#object.close();
  }

  #report(publisher: number, verdict: Verdict): Verdict {
    return () => {
      if (this.#control.publisher !== publisher) return "again";
      this.#reported = publisher;
      return verdict();
    };
  }

  #count(
    ordinal: number | undefined,
    isWhole: boolean,
    wasLapped: boolean,
  ): void {
    if (ordinal === undefined || this.#last === undefined) {
      if (!isWhole || wasLapped) this.#lost++;
      this.#last = ordinal;
      return;
    }
    // What is not whole is counted when the next one that is has come.
    if (!isWhole) return;
    this.#lost += ordinal - this.#last - 1;
    this.#last = ordinal;
  }
}

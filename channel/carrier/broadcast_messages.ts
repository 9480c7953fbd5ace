import { lookAgainMs } from "../../sync/waiting/safety_nets.ts";
import type { ReadonlyBytes } from "../../memory/views/readonly_bytes.ts";
import type { ObjectAccess } from "../../memory/posix/object_options.ts";
import {
  BroadcastReceiver,
  ordinalOf,
} from "../broadcast/broadcast_receiver.ts";
import { MessageMemory } from "../buffers/copy_out.ts";
import type { Message } from "../ends/message.ts";
import {
  type BroadcastControl,
  PUBLISHER,
  stateOf,
} from "../membership/broadcast_control.ts";
import { publisherDied } from "../membership/departures.ts";
import type { Outcome } from "../membership/outcome.ts";
import { type ChannelObject, LOCKS } from "../object/channel_object.ts";
import type { MessageSource } from "../waiting/message_loop.ts";
import { CHECK_MS, GrowingPause, sleepFor } from "../waiting/pacing.ts";
import type { BroadcastChannel } from "./broadcast_channel.ts";

/** Where the tail is in the trailer. */
const TAIL = 8;

/** Longest pause while nobody is known that would ring. */
const LONGEST_PAUSE_MS = 100;
/** The same once messages came from someone who does not ring. */
const LONGEST_FOREIGN_PAUSE_MS = 20;

/** How often in a row to be overtaken before others get a turn. */
const MAX_TRIES = 1000;

/** A subscriber's messages, its watch over the publisher, and its sleep. */
export class BroadcastMessages implements MessageSource {
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

  /** Begins with the newest message. */
  constructor(channel: BroadcastChannel<ObjectAccess>) {
    const { object, control, bytes, view, capacity } = channel;
    const receiver = new BroadcastReceiver(bytes);
    this.#object = object;
    this.#control = control;
    this.#receiver = receiver;
    this.#memory = new MessageMemory(view);
    this.#words = new Int32Array(view.buffer, view.byteOffset, view.length / 4);
    this.#tail = (capacity + TAIL) >> 2;
    this.#writable = object.mapping.access === "read-write";
    this.#last = ordinalOf(receiver);
  }

  /** How many messages will never come. */
  get lost(): number {
    return this.#lost;
  }

  /** Takes the next message that is still whole. */
  take(alone: boolean): Message | undefined {
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
          `Cannot receive from ${this.#object.what}: corrupt broadcast: a message has type ${typeId}, which no sound publisher writes`,
        );
      }
      return { typeId, bytes };
    }
    // Nothing is whole: this memory is damaged, or the publisher far too fast.
    this.#seenTail = tail;
    return undefined;
  }

  /** Takes messages that are there. */
  takeBatch(limit: number): Message[] {
    const batch: Message[] = [];
    while (batch.length < limit) {
      const message = this.take(false);
      if (message === undefined) break;
      batch.push(message);
    }
    return batch;
  }

  /** Whether something was published since there was nothing. */
  get isReady(): boolean {
    return Atomics.load(this.#words, this.#tail) !== this.#seenTail;
  }

  /** Looks whether the publisher has ended, given up or died. */
  checkPeers(): Outcome | undefined {
    const control = this.#control;
    const { publisher } = control;
    if (publisher === this.#reported) return undefined;
    const { what } = this.#object;
    switch (stateOf(publisher)) {
      case PUBLISHER.open: {
        const isDead = !this.#object.isLocked(LOCKS.publisher);
        if (!isDead || control.publisher !== publisher) return undefined;
        const pid = control.publisherPid;
        return this.#report(publisher, () => publisherDied(what, pid));
      }
      case PUBLISHER.aborted:
        return this.#report(
          publisher,
          () =>
            new Deno.errors.ConnectionAborted(
              `Cannot receive from ${what}: its publisher gave up before its end`,
            ),
        );
      case PUBLISHER.ended:
        return this.#report(publisher, () => "end");
      default:
        return undefined;
    }
  }

  /** Nothing: a publisher that died stops sending, so there is a pause. */
  checkWhileBusy(): undefined {
    return undefined;
  }

  /** Nothing: a subscriber repairs nothing. */
  housekeep(): void {}

  /** Sleeps until the publisher rings. */
  async sleep(
    longestMs: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const control = this.#control;
    const { publisher } = control;
    const isOpen = stateOf(publisher) === PUBLISHER.open &&
      publisher !== this.#reported;
    if (isOpen && this.#writable) {
      const isReady = () => this.isReady || control.publisher !== publisher;
      await control.park(
        isReady,
        Math.min(lookAgainMs(CHECK_MS), longestMs),
        signal,
      );
      return;
    }
    const isKnown = publisher !== 0 && !isOpen;
    const longestPause = isKnown ? LONGEST_PAUSE_MS : LONGEST_FOREIGN_PAUSE_MS;
    const ms = Math.min(this.#pause.next(longestPause), longestMs);
    await sleepFor(ms, signal);
    if (this.isReady) this.#pause.reset();
  }

  #report(publisher: number, outcome: Outcome): Outcome {
    return () => {
      if (this.#control.publisher !== publisher) return "again";
      this.#reported = publisher;
      return outcome();
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

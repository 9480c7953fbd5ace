import { ownPipes } from "../../sync/bells/own_pipes.ts";
import { hasBell } from "../../sync/bells/sleepers.ts";
import { lookAgainMs } from "../../sync/waiting/safety_nets.ts";
import type { Message } from "../ends/message.ts";
import type { Outcome } from "../membership/outcome.ts";
import { RECEIVER, type RingControl } from "../membership/ring_control.ts";
import type { SenderWatch } from "../membership/sender_watch.ts";
import type { MessageSource } from "../waiting/message_loop.ts";
import { CHECK_MS, GrowingPause } from "../waiting/pacing.ts";
import type { RingSource } from "./ring_source.ts";

/** Longest pause while no sender is known that would ring. */
const LONGEST_PAUSE_MS = 100;
/** The same once messages came from someone who does not ring. */
const LONGEST_FOREIGN_PAUSE_MS = 20;

/** Senders that wait are offered room each time that this part became free. */
const OFFERED_PART = 1 / 16;

/** A receiver's messages, its watch over the senders, and its sleep. */
export class RingMessages implements MessageSource {
  readonly #source: RingSource;
  readonly #watch: SenderWatch;
  readonly #control: RingControl;
  readonly #halfFull: number;
  readonly #offerStep: number;
  readonly #pause = new GrowingPause();
  readonly #ringsPipes: boolean;
  /** As of which change of senders the one that waited could not be rung. */
  #unheard: number | undefined;
  readonly #hasNews = () => this.isReady || this.#watch.hasChanged;
  #isForeign = false;
  /** Where the head was when senders were offered room. */
  #offeredAt: number;

  /** Says that there is a receiver now. */
  constructor(
    source: RingSource,
    watch: SenderWatch,
    control: RingControl,
    capacity: number,
  ) {
    this.#source = source;
    this.#watch = watch;
    this.#control = control;
    this.#halfFull = capacity / 2;
    this.#offerStep = capacity * OFFERED_PART;
    this.#offeredAt = source.start;
    const pipes = ownPipes();
    control.receiverPid = Deno.pid;
    control.receiverPipes.set(pipes);
    this.#ringsPipes = pipes !== undefined;
    control.setReceiver(RECEIVER.open, this.#ringsPipes);
    control.sendersBell.ring();
  }

  /** Whether something lies at the head that can be read. */
  get isReady(): boolean {
    return this.#source.isReady;
  }

  /** Takes the next message, and releases the one before. */
  take(alone: boolean): Message | undefined {
    const message = this.#source.take(alone);
    if (message !== undefined) this.#watch.unblocked();
    this.#offerRoom(message === undefined ? 1 : this.#offerStep);
    return message;
  }

  /** Takes messages that are there, and releases those before. */
  takeBatch(limit: number): Message[] {
    const batch = this.#source.takeBatch(limit);
    if (batch.length > 0) this.#watch.unblocked();
    this.#offerRoom(batch.length === 0 ? 1 : this.#offerStep);
    return batch;
  }

  /**
   * Wakes senders that wait for room, when so many bytes were released since the
   * last time. Not for each message: a sender that waits gets room for many at once,
   * and to ring is to wait until the head is seen.
   */
  #offerRoom(released: number): void {
    const { start } = this.#source;
    if (((start - this.#offeredAt) | 0) < released) return;
    this.#offeredAt = start;
    if (this.#source.used <= this.#halfFull) this.#ringSenders();
  }

  /**
   * Wakes senders that wait for room. One whose pipe cannot be opened finds out by
   * itself, and sleeps on the word from then on; its successor may be reached again.
   */
  #ringSenders(): void {
    const control = this.#control;
    if (this.#unheard !== undefined && this.#unheard !== control.changes) {
      this.#unheard = undefined;
      control.setReceiver(RECEIVER.open, this.#ringsPipes);
    }
    if (control.sendersBell.ring()) return;
    this.#unheard = control.changes;
    control.setReceiver(RECEIVER.open, false);
  }

  /** Looks whether senders have ended, given up or died. */
  checkPeers(): Outcome | undefined {
    return this.#watch.check();
  }

  /** Looks whether a sender died whose last message was received. */
  checkWhileBusy(): Error | undefined {
    return this.#watch.checkWhileBusy();
  }

  /** Makes whole what dead senders left in the way of others. */
  housekeep(): void {
    this.#watch.housekeep();
  }

  /** Sleeps until a sender rings. */
  async sleep(
    longestMs: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const control = this.#control;
    // All that was released is free now.
    this.#ringSenders();
    const isReady = this.#hasNews;
    const bell = control.receiverBell;
    const rung = this.#watch.allRingPipes && !this.#isForeign && hasBell()
      ? await bell.parkByPipe(isReady, longestMs, signal, this.#pollMs)
      : await bell.park(isReady, this.#pauseMs(longestMs), signal);
    if (!this.isReady) return;
    this.#pause.reset();
    this.#isForeign = !rung;
  }

  /** How long to sleep in the event loop, which all there look from now and then. */
  get #pollMs(): number {
    return this.#watch.needsPolling ? lookAgainMs(CHECK_MS) : Infinity;
  }

  /** How long to sleep on the word itself. */
  #pauseMs(longestMs: number): number {
    const longestPause = this.#isForeign
      ? LONGEST_FOREIGN_PAUSE_MS
      : LONGEST_PAUSE_MS;
    const ms = this.#watch.anyOpen && !this.#isForeign
      ? lookAgainMs(CHECK_MS)
      : this.#pause.next(longestPause);
    return Math.min(ms, longestMs);
  }

  /** Releases what was taken last, and says that there is no receiver any more. */
  leave(): void {
    try {
      this.#source.release();
    } finally {
      this.#control.setReceiver(RECEIVER.closed, false);
      this.#control.sendersBell.ring();
    }
  }
}

import { deathsSeen } from "../../sync/bells/peers.ts";
import type { ChannelObject } from "../object/channel_object.ts";
import { CHECK_MS } from "../waiting/pacing.ts";
import { senderGaveUp, sendersDied } from "./departures.ts";
import type { Outcome } from "./outcome.ts";
import type { RingControl } from "./ring_control.ts";
import { type SenderCounts, Senders } from "./senders.ts";

/** What the watch needs to know of the messages, and may do to them. */
export interface WatchedMessages {
  /** Whether a message can be received. */
  readonly isReady: boolean;
  /** Whether neither a message nor the start of one is there. */
  readonly isEmpty: boolean;
  /** Whether an unfinished message may stand before others that are finished. */
  readonly isBlocked: boolean;
  /** Up to where all that was sent so far may lie. */
  readonly end: number;
  /** Whether all up to an {@linkcode WatchedMessages.end} was received. */
  isReceived(end: number): boolean;
  /** Whether a claim that was announced is behind what was received. */
  isPast(claim: number): boolean;
  /**
   * Makes whole what senders left that are gone.
   *
   * @param live Returns what those announced that may be at work.
   * @param abandoned What those announced that are gone.
   * @param anyClaim Whether to take even an unknown sender's claim for abandoned.
   * @returns Whether something changed.
   */
  repair(
    live: () => readonly number[],
    abandoned: readonly number[],
    anyClaim: boolean,
  ): boolean;
}

/** How senders that go are dealt with. */
export interface WatchOptions {
  /** Whether to go on when all have ended. */
  readonly keepOpen: boolean;
  /** Whether a death is an error, or like an end. */
  readonly onSenderDeath: "fail" | "continue";
  /** How long an unknown sender's claim may block the others. */
  readonly claimTimeoutMs: number;
}

/** Senders that died while others were at it, and where their messages end. */
interface PendingDeaths {
  readonly slots: readonly number[];
  readonly end: number;
}

/** Watches the senders of a channel for its receiver. */
export class SenderWatch {
  readonly #what: string;
  readonly #control: RingControl;
  readonly #senders: Senders;
  readonly #messages: WatchedMessages;
  readonly #options: WatchOptions;
  /** How often senders had come or gone when all was looked at. */
  #seenChanges = NaN;
  #nextCheck = 0;
  #nextRepair = 0;
  #blockedSince: number | undefined;
  #pendingDeaths: PendingDeaths | undefined;
  #anyOpen = false;
  #allRingPipes = true;
  #needsPolling = true;
  #seenDeaths = NaN;

  /** Watches from now on. */
  constructor(
    object: ChannelObject,
    control: RingControl,
    messages: WatchedMessages,
    options: WatchOptions,
  ) {
    this.#what = object.what;
    this.#control = control;
    this.#senders = new Senders(object, control);
    this.#messages = messages;
    this.#options = options;
  }

  /** The senders. */
  get senders(): Senders {
    return this.#senders;
  }

  /** Whether a sender was there at the last look, which rings. */
  get anyOpen(): boolean {
    return this.#anyOpen;
  }

  /** Whether all senders that were there at the last look ring pipes. */
  get allRingPipes(): boolean {
    return this.#allRingPipes;
  }

  /** Whether something is to be looked at that nobody would tell of. */
  get needsPolling(): boolean {
    return this.#needsPolling;
  }

  /** Whether a sender came, went or may have died since all was looked at. */
  get hasChanged(): boolean {
    return this.#control.changes !== this.#seenChanges ||
      deathsSeen() !== this.#seenDeaths;
  }

  /** What is at the head was received: nothing blocks it. */
  unblocked(): void {
    this.#blockedSince = undefined;
  }

  /** Makes whole what dead senders left in the way of others, now and then. */
  housekeep(): void {
    const now = performance.now();
    if (now < this.#nextRepair) return;
    this.#nextRepair = now + CHECK_MS;
    this.#repair(this.#senders.count(), now);
  }

  /**
   * Looks whether senders have ended, given up or died, when no message is there.
   *
   * @returns Why none will come, unless one has come meanwhile.
   */
  check(): Outcome | undefined {
    const { changes } = this.#control;
    const now = performance.now();
    if (!this.hasChanged && now < this.#nextCheck) return undefined;
    const deaths = deathsSeen();
    this.#nextCheck = now + CHECK_MS;
    const counts = this.#senders.count();
    this.#anyOpen = counts.open > 0;
    this.#allRingPipes = counts.allRingPipes;
    this.#repair(counts, now);
    const outcome = this.#outcomeOf(counts, changes);
    const hasNews = outcome !== undefined || counts.dead.length > 0;
    if (this.#messages.isReady && hasNews) {
      // Messages come first, and then this again, without waiting for the next
      // check: others may send all the time.
      this.#nextCheck = 0;
      return undefined;
    }
    if (outcome === undefined) {
      this.#seenChanges = changes;
      this.#seenDeaths = deaths;
    }
    this.#needsPolling = !counts.allWatched || counts.dead.length > 0 ||
      this.#messages.isBlocked;
    return outcome;
  }

  /**
   * Looks whether a sender died, while messages of others keep coming.
   *
   * @returns What to fail with when all is received that the dead one sent.
   */
  checkWhileBusy(): Error | undefined {
    const now = performance.now();
    if (now >= this.#nextCheck) {
      this.#nextCheck = now + CHECK_MS;
      const { dead } = this.#senders.count();
      const { end } = this.#messages;
      if (dead.length > 0) this.#pendingDeaths ??= { slots: dead, end };
    }
    const pending = this.#pendingDeaths;
    if (pending === undefined) return undefined;
    // If there is a pause after all, it is reported then.
    this.#nextCheck = 0;
    if (!this.#messages.isReceived(pending.end)) return undefined;
    this.#pendingDeaths = undefined;
    const pids = this.#senders.freeDead(pending.slots);
    if (pids.length === 0 || this.#options.onSenderDeath === "continue") {
      return undefined;
    }
    return sendersDied(this.#what, pids.length, pids);
  }

  #repair({ dead }: SenderCounts, now: number): void {
    const messages = this.#messages;
    if (messages.isEmpty || messages.isReady) this.#blockedSince = undefined;
    // Nobody may take their places meanwhile: a claim there would count as dead.
    using gone = this.#senders.lock(dead);
    const isGone = (slot: number) => gone.slots.includes(slot);
    const live = () => this.#senders.claims((slot) => !isGone(slot));
    const abandoned = this.#senders.claims(isGone);
    let anyClaim = false;
    if (messages.isBlocked) {
      // Of someone unknown: a program of another kind, or one whose death a
      // former receiver saw.
      this.#blockedSince ??= now;
      anyClaim = now - this.#blockedSince > this.#options.claimTimeoutMs;
    }
    if (!messages.repair(live, abandoned, anyClaim)) return;
    // There may be more behind it: check again immediately.
    this.#nextCheck = 0;
    this.#seenChanges = NaN;
  }

  #outcomeOf(counts: SenderCounts, changes: number): Outcome | undefined {
    const { open, ended, aborted, dead } = counts;
    const { keepOpen } = this.#options;
    if (dead.length > 0) {
      // What it left may still be in the way of others.
      if (!this.#isSettled(dead)) return undefined;
      const isLast = open + ended.length + aborted.length === 0;
      return () => this.#reportDead(dead, changes, isLast && !keepOpen);
    }
    // An unfinished message stands before what others sent: that comes first.
    if (this.#messages.isBlocked) return undefined;
    const { deaths, aborts } = this.#control;
    if (deaths > 0) return () => this.#reportEarlierDeaths(deaths);
    if (aborted.length > 0) {
      return () =>
        this.#senders.free(aborted, changes)
          ? senderGaveUp(this.#what)
          : "again";
    }
    if (aborts > 0) {
      return () => {
        this.#control.takeAbort();
        return senderGaveUp(this.#what);
      };
    }
    if (keepOpen || open > 0 || ended.length === 0) return undefined;
    return () => this.#senders.free(ended, changes) ? "end" : "again";
  }

  #reportDead(
    dead: readonly number[],
    changes: number,
    isEnd: boolean,
  ): ReturnType<Outcome> {
    const pids = this.#senders.pidsOf(dead);
    if (!this.#senders.free(dead, changes)) return "again";
    if (this.#options.onSenderDeath === "fail") {
      return sendersDied(this.#what, dead.length, pids);
    }
    return isEnd ? "end" : "again";
  }

  #reportEarlierDeaths(deaths: number): ReturnType<Outcome> {
    const pids = deaths === 1 ? [this.#control.lastDeadPid] : [];
    this.#control.takeDeaths(deaths);
    return this.#options.onSenderDeath === "fail"
      ? sendersDied(this.#what, deaths, pids)
      : "again";
  }

  /** Whether nothing of these senders is left that could still be repaired. */
  #isSettled(slots: readonly number[]): boolean {
    if (this.#messages.isEmpty) return true;
    return slots.every((slot) =>
      this.#messages.isPast(this.#control.claimOf(slot))
    );
  }
}

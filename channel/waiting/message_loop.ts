import type { Message } from "../ends/message.ts";
import type { Outcome } from "../membership/outcome.ts";
import {
  giveTurn,
  isTurnDue,
  isTurnDueNow,
} from "../../memory/waiting/turns.ts";
import type { WaitOptions } from "../../memory/waiting/wait_options.ts";
import { sleepFor, Spin } from "./pacing.ts";
import { Patience } from "./patience.ts";

/**
 * How many promises in a row that are fulfilled already may stand between a
 * message and what its receiver does about it.
 */
const HOPS = 12;

/** How many turns of the event loop to wait for a sender that is about to go. */
const TURNS = 16;
/** How long to pause at most between two looks behind these. */
const LONGEST_PAUSE_MS = 20;

/** Where a {@linkcode MessageLoop} gets messages from. */
export interface MessageSource {
  /**
   * Takes the next message, if there is one.
   *
   * @param alone Whether it must have a buffer of its own.
   */
  take(alone: boolean): Message | undefined;
  /**
   * Takes messages that are there, which count as in hand until the next call.
   *
   * @param limit How many at most.
   */
  takeBatch(limit: number): Message[];
  /** Whether the next message is there. */
  readonly isReady: boolean;
  /**
   * Looks at the other side, while no message is there.
   *
   * @returns Why none will come, unless one has come meanwhile.
   */
  checkPeers(): Outcome | undefined;
  /**
   * Looks at the other side now and then, while messages keep coming.
   *
   * @returns What to fail with, if anything.
   */
  checkWhileBusy(): Error | undefined;
  /** Does what is due now and then while no message is there. */
  housekeep(): void;
  /** Sleeps until there may be something to do, no longer than so long. */
  sleep(longestMs: number, signal: AbortSignal | undefined): Promise<void>;
}

/** Receives from a source, for one caller at a time. */
export class MessageLoop {
  readonly #source: MessageSource;
  readonly #what: string;
  readonly #spin = new Spin();
  readonly #isReady = () => this.#source.isReady;
  #receiving = false;
  #closed = false;

  /**
   * Remembers the source.
   *
   * @param what How messages call the channel.
   */
  constructor(source: MessageSource, what: string) {
    this.#source = source;
    this.#what = what;
  }

  /** Whether nothing speaks against taking a message at once. */
  get isIdle(): boolean {
    return !this.#closed && !this.#receiving;
  }

  /** Takes the next message, if there is one. */
  tryTake(): Message | undefined {
    this.#requireOpen();
    this.#requireIdle();
    const message = this.#source.take(false);
    if (message !== undefined) return message;
    this.#source.housekeep();
    return this.#source.take(false);
  }

  /** Takes the next message, in a loop that knows that it is idle. */
  take(): Message | undefined {
    return this.#source.take(false);
  }

  /**
   * Receives the next message; nothing at the end.
   *
   * @param alone Whether it must have a buffer of its own.
   * @param isDue Whether the rest of the program should have a turn first.
   */
  async receive(
    alone: boolean,
    isDue: boolean,
    options?: WaitOptions,
  ): Promise<Message | undefined> {
    return await this.#receive(() => this.#source.take(alone), isDue, options);
  }

  /** Receives all messages that are there; nothing at the end. */
  async receiveBatch(
    limit: number,
    isDue: boolean,
    options?: WaitOptions,
  ): Promise<Message[] | undefined> {
    return await this.#receive(() => this.#takeBatch(limit), isDue, options);
  }

  /**
   * Receives all that comes, as a loop over batches does, until the end or until it
   * is closed. While it sleeps there are three promises instead of ten, which counts
   * where a thousand sleep: the collector copies those of each.
   *
   * @param handle Called for each batch; the next one waits for what it returns.
   */
  async forEachBatch(
    limit: number,
    handle: (batch: Message[]) => Promise<void> | void,
  ): Promise<void> {
    this.#requireOpen();
    this.#requireIdle();
    const source = this.#source;
    const take = () => this.#takeBatch(limit);
    const patience = new Patience(Infinity, undefined);
    this.#receiving = true;
    let isCrowded = false;
    try {
      while (!this.#closed) {
        if (isTurnDueNow()) await this.#giveTurn(undefined);
        let batch = take();
        for (let hop = 0; hop < HOPS && !batch && !source.isReady; hop++) {
          await undefined;
        }
        while (batch === undefined) {
          const outcome = this.#lookForOutcome(isCrowded);
          if (outcome !== undefined) {
            if (await this.#isEnd(outcome, patience)) return;
          } else if ((batch = take()) === undefined) {
            await source.sleep(Infinity, undefined);
            if (source.isReady) this.#spin.succeed();
            batch = take();
          }
        }
        patience.reset();
        isCrowded = batch.length > 1;
        const handled = handle(batch);
        if (handled !== undefined) await handled;
      }
    } catch (error) {
      // Its memory goes when it is closed, and that ends the sleep.
      if (!this.#closed) throw error;
    } finally {
      this.#receiving = false;
    }
  }

  #takeBatch(limit: number): Message[] | undefined {
    const batch = this.#source.takeBatch(limit);
    return batch.length > 0 ? batch : undefined;
  }

  async #receive<Taken>(
    take: () => Taken | undefined,
    isDue: boolean,
    { timeoutMs = Infinity, signal }: WaitOptions = {},
  ): Promise<Taken | undefined> {
    signal?.throwIfAborted();
    this.#requireOpen();
    this.#requireIdle();
    this.#receiving = true;
    try {
      if (isDue) await this.#giveTurn(signal);
      return take() ?? await this.#wait(take, new Patience(timeoutMs, signal));
    } finally {
      this.#receiving = false;
    }
  }

  /** From now on nothing is received; what waits fails. */
  close(): void {
    this.#closed = true;
  }

  /** Yields to the event loop and looks around, as no pause may ever come. */
  async #giveTurn(signal: AbortSignal | undefined): Promise<void> {
    await giveTurn();
    this.#requireOpen();
    signal?.throwIfAborted();
    const error = this.#source.checkWhileBusy();
    if (error !== undefined) throw error;
  }

  async #wait<Taken>(
    take: () => Taken | undefined,
    patience: Patience,
  ): Promise<Taken | undefined> {
    const { signal } = patience;
    for (;;) {
      await this.#giveWay(signal);
      const outcome = this.#lookForOutcome();
      if (outcome !== undefined) {
        if (await this.#isEnd(outcome, patience)) return undefined;
        continue;
      }
      const taken = take();
      if (taken !== undefined) return taken;
      await this.#sleep(this.#requireTime(patience), signal);
      if (this.#source.isReady) this.#spin.succeed();
    }
  }

  /**
   * Looks for a message for a while, and then at the other side.
   *
   * @param isCrowded Whether several came at once before.
   * @returns Why none will come; nothing when one has come, as what was sent before
   * comes first.
   */
  #lookForOutcome(isCrowded = false): Outcome | undefined {
    if (this.#spin.until(this.#isReady, isCrowded)) return undefined;
    const outcome = this.#source.checkPeers();
    return this.#source.isReady ? undefined : outcome;
  }

  /**
   * Whether no message will come any more. If a sender has said that it ends and still
   * has its place, it waits: for a moment, or for long if that process was stopped.
   */
  async #isEnd(outcome: Outcome, patience: Patience): Promise<boolean> {
    const result = outcome();
    if (result === "end") return true;
    if (result !== "again") throw result;
    const { pause, signal } = patience;
    const left = this.#requireTime(patience);
    await (++patience.looks < TURNS
      ? giveTurn()
      : sleepFor(Math.min(pause.next(LONGEST_PAUSE_MS), left), signal));
    this.#requireOpen();
    signal?.throwIfAborted();
    return false;
  }

  /**
   * Yields to what the last message has set off: a caller that waited for it sends
   * the next one now, and not after the looks in vain for the answer.
   */
  async #giveWay(signal: AbortSignal | undefined): Promise<void> {
    for (let hop = 0; hop < HOPS && !this.#source.isReady; hop++) {
      await undefined;
      this.#requireOpen();
    }
    signal?.throwIfAborted();
  }

  async #sleep(
    longestMs: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    try {
      await this.#source.sleep(longestMs, signal);
    } catch (error) {
      // Its memory goes when it is closed, and that ends the sleep.
      if (!this.#closed) throw error;
    }
    if (isTurnDue()) await giveTurn();
    this.#requireOpen();
    signal?.throwIfAborted();
  }

  #requireTime({ leftMs, timeoutMs }: Patience): number {
    if (leftMs > 0) return leftMs;
    throw new Deno.errors.TimedOut(
      `Cannot receive from ${this.#what}: no message came within ${timeoutMs} ms`,
    );
  }

  #requireOpen(): void {
    if (!this.#closed) return;
    throw new Deno.errors.BadResource(
      `Cannot receive from ${this.#what}: it is closed`,
    );
  }

  #requireIdle(): void {
    if (!this.#receiving) return;
    throw new TypeError(
      `Cannot receive from ${this.#what}: the promise of the call before is still pending; await it first`,
    );
  }
}

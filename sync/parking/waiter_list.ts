import type { Word } from "../../ffi/sync/futex.ts";

/** How a wait ended. */
export type ParkResult = "ok" | "timed-out";

/** One wait for a word. */
export interface Waiter {
  /** What the word was when it started to wait. */
  readonly value: number;
  /** Ends it with a result. */
  readonly settle: (result: ParkResult) => void;
  /** Ends it with an error. */
  readonly fail: (error: Error) => void;
}

/** Where the waiters of a word sleep. */
export interface Bedroom {
  /** Whether the kernel knows that someone sleeps on this word. */
  isQueued(list: WaiterList): boolean;
  /** Hears that the last waiter has gone. */
  emptied(list: WaiterList): void;
  /** Ends the sleep on a word whose memory goes now. */
  evict(list: WaiterList): void;
}

/**
 * Those of this thread that wait for one word, in the order in which they came:
 * they share one place in the kernel's queue.
 */
export class WaiterList {
  /** What they wait for. */
  readonly word: Word;
  /** Where they sleep. */
  bedroom: Bedroom | undefined;
  /** How many went for another reason than a wake-up, and may have taken one along. */
  departures = 0;
  /**
   * What this thread told the kernel's queue, in which its own place is one of
   * those that may have been woken: to wake all, or some, who wait elsewhere.
   */
  told: "nothing" | "some" | "all" = "nothing";
  readonly #waiters = new Set<Waiter>();
  /** The value that all of them saw, or none when they differ. */
  #value: number | undefined;
  readonly #dropped: () => void;

  /**
   * @param word What they wait for.
   * @param dropped Hears that the list has no bedroom any more.
   */
  constructor(word: Word, dropped: () => void) {
    this.word = word;
    this.#dropped = dropped;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiters.size;
  }

  /** Whether someone waits who saw another value than there is now. */
  get isChanged(): boolean {
    return this.size > 0 && this.word.load() !== this.#value;
  }

  /** Adds a waiter. */
  add(waiter: Waiter): void {
    if (this.size === 0) this.#value = waiter.value;
    else if (this.#value !== waiter.value) this.#value = undefined;
    this.#waiters.add(waiter);
  }

  /**
   * Takes one out that ends for another reason than a wake-up.
   *
   * @returns Whether it had not ended before.
   */
  remove(waiter: Waiter): boolean {
    if (!this.#waiters.delete(waiter)) return false;
    this.departures++;
    if (this.size === 0) this.bedroom?.emptied(this);
    return true;
  }

  /**
   * Wakes those who came first.
   *
   * @param count How many at most.
   * @returns How many it were.
   */
  wake(count: number): number {
    let woken = 0;
    for (const waiter of this.#waiters) {
      if (woken >= count) break;
      this.#waiters.delete(waiter);
      woken++;
      waiter.settle("ok");
    }
    if (woken > 0 && this.size === 0) this.bedroom?.emptied(this);
    return woken;
  }

  /**
   * Wakes those who saw another value than there is now: while the word was
   * not in the kernel's queue a wake-up for them may have been missed.
   *
   * @returns How many it were, and the value that all others wait with.
   */
  wakeChanged(): { readonly woken: number; readonly value: number } {
    const value = this.word.load();
    if (value === this.#value || this.size === 0) return { woken: 0, value };
    let woken = 0;
    for (const waiter of this.#waiters) {
      if (waiter.value === value) continue;
      this.#waiters.delete(waiter);
      woken++;
      waiter.settle("ok");
    }
    this.#value = value;
    if (woken > 0 && this.size === 0) this.bedroom?.emptied(this);
    return { woken, value };
  }

  /** Says that nobody sleeps on the word any more. */
  drop(): void {
    this.bedroom = undefined;
    this.#dropped();
  }

  /** Ends all waits with an error. */
  fail(error: Error): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.fail(error);
  }
}

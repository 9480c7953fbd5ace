/** Longest time of work that is saved up, in milliseconds. */
const MOST_CREDIT_MS = 50;
/** Pauses between looks, in milliseconds. */
const SHORTEST_MS = 1;
const LONGEST_MS = 16;
/** Longest pause after work that took too long. */
const LONGEST_DEBT_MS = 1000;

/**
 * What a watcher may take of a processor: what it looks at may need all the others.
 * Unused time is saved up, so that a burst is told at once.
 */
export class Budget {
  readonly #share: number;
  #credit = MOST_CREDIT_MS;
  #pause = SHORTEST_MS;
  #at: number;

  /** Takes a part of one processor, from 0 to 1. */
  constructor(share: number, now: number = performance.now()) {
    this.#share = share;
    this.#at = now;
  }

  /**
   * Accounts for a turn.
   *
   * @param busyMs How long it took.
   * @param wasIdle Whether there was nothing.
   * @returns How long to pause, in milliseconds.
   */
  spend(
    busyMs: number,
    wasIdle: boolean,
    now: number = performance.now(),
  ): number {
    this.#credit += (now - this.#at) * this.#share - busyMs;
    this.#credit = Math.min(this.#credit, MOST_CREDIT_MS);
    this.#at = now;
    this.#pause = wasIdle ? Math.min(this.#pause * 2, LONGEST_MS) : SHORTEST_MS;
    if (this.#credit >= 0) return this.#pause;
    const debt = -this.#credit / this.#share;
    return Math.min(Math.max(debt, this.#pause), LONGEST_DEBT_MS);
  }
}

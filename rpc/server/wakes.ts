/** How long an answer may wait for others: about as long as to wake its client. */
const LONGEST_MS = 0.05;
/** So many batches in a row that take longer are too many: */
const MAX_LATE = 2;
/** in so many after them nobody waits, as handlers seem to take their time. */
const BATCHES_WITHOUT = 64;
/** How many promises in a row an async handler may wait for, all fulfilled. */
const HOPS = 3;

/** Who sleeps until there is an answer. */
export interface Sleeper {
  /** Wakes it, if it sleeps. */
  wake(): void;
}

/**
 * Wakes clients once for all answers to calls that came together, not for each. A
 * client that is woken for the first goes to sleep again before the second is
 * there, where it has to share a processor with the server. What it looks for
 * while it is awake it sees at once.
 */
export class Wakes {
  readonly #sleepers = new Set<Sleeper>();
  #areHeld = false;
  #since = 0;
  #late = 0;
  #batchesWithout = 0;

  /** Wakes one, at once or with the others. */
  wake(sleeper: Sleeper): void {
    if (this.#areHeld) this.#sleepers.add(sleeper);
    else sleeper.wake();
  }

  /**
   * Does something with each of a batch, and wakes those that it was to wake.
   *
   * @returns A promise when some may be woken later.
   */
  together<Each>(
    batch: readonly Each[],
    act: (each: Each) => void,
  ): Promise<void> | void {
    const [first] = batch;
    if (batch.length > 1 || this.#areHeld) return this.#together(batch, act);
    if (first !== undefined) act(first);
  }

  async #together<Each>(
    batch: readonly Each[],
    act: (each: Each) => void,
  ): Promise<void> {
    if (batch.length > 1) this.#hold();
    try {
      for (const each of batch) {
        act(each);
        // Where nobody sleeps it is no matter how long it takes.
        if (this.#sleepers.size > 0) this.#lookAtClock();
      }
      for (let hop = 0; hop < HOPS && this.#areHeld; hop++) await undefined;
      if (this.#areHeld) this.#late = 0;
    } finally {
      this.#release();
    }
  }

  #hold(): void {
    if (this.#batchesWithout > 0) {
      this.#batchesWithout--;
      return;
    }
    this.#areHeld = true;
    this.#since = performance.now();
  }

  #lookAtClock(): void {
    if (performance.now() - this.#since < LONGEST_MS) return;
    if (++this.#late >= MAX_LATE) {
      this.#late = 0;
      this.#batchesWithout = BATCHES_WITHOUT;
    }
    this.#release();
  }

  #release(): void {
    this.#areHeld = false;
    for (const sleeper of this.#sleepers) sleeper.wake();
    this.#sleepers.clear();
  }
}

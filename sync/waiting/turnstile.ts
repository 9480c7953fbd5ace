/** A timer cannot be set for longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Lets a limited number in at once; the others queue, in order. */
export class Turnstile {
  #free: number;
  readonly #queue: (() => void)[] = [];

  /**
   * @param places How many may be in at once.
   */
  constructor(places: number) {
    this.#free = places;
  }

  /** Whether someone would have to wait. */
  get busy(): boolean {
    return this.#free === 0;
  }

  /**
   * Waits for a place.
   *
   * @param ms How long at most, in milliseconds.
   * @returns The place, to be disposed of; null when the time is over. Rejects
   * with the signal's reason.
   */
  async enter(
    ms: number,
    signal: AbortSignal | undefined,
  ): Promise<Disposable | null> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else if (!await this.#turn(ms, signal)) return null;
    return { [Symbol.dispose]: () => this.#leave() };
  }

  async #turn(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    // Whoever leaves hands its place over to the one that it calls.
    const called = () => resolve(true);
    const giveUp = () => {
      const place = this.#queue.indexOf(called);
      if (place === -1) return false;
      this.#queue.splice(place, 1);
      return true;
    };
    const abort = () => giveUp() && reject(signal?.reason);
    const timer = ms > LONGEST_TIMER_MS
      ? undefined
      : setTimeout(() => giveUp() && resolve(false), ms);
    signal?.addEventListener("abort", abort);
    this.#queue.push(called);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  #leave(): void {
    const next = this.#queue.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

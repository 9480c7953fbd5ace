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

  /**
   * Waits for a place.
   *
   * @param ms How long at most, in milliseconds.
   * @returns The place, to be disposed of; null when the time is over.
   */
  async enter(
    ms: number,
    signal: AbortSignal | undefined,
  ): Promise<Disposable | null> {
    if (this.#free === 0 && !await this.#turn(ms, signal)) return null;
    if (this.#free === 0) return null;
    this.#free--;
    return { [Symbol.dispose]: () => this.#leave() };
  }

  async #turn(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const called = () => resolve(true);
    const abort = () => reject(signal?.reason);
    const timer = setTimeout(() => resolve(false), ms);
    signal?.addEventListener("abort", abort);
    this.#queue.push(called);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      const place = this.#queue.indexOf(called);
      if (place !== -1) this.#queue.splice(place, 1);
    }
  }

  #leave(): void {
    this.#free++;
    this.#queue.shift()?.();
  }
}

import { onAbort } from "../parking/abort_listeners.ts";
import { addDue, cancelDue } from "../parking/due_times.ts";

/** Admits a limited number at once; the others queue, in order. */
export class Turnstile {
  #free: number;
  readonly #queue = new Set<() => void>();

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
   * @returns The place, to be disposed of; null when the timeout expires. Rejects
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
    // One that leaves hands its place over to the one that it calls.
    const called = () => resolve(true);
    const giveUp = () => this.#queue.delete(called);
    const stopListening = signal && onAbort(signal, () => {
      if (giveUp()) reject(signal.reason);
    });
    const timeout = addDue(ms, () => {
      if (giveUp()) resolve(false);
    });
    this.#queue.add(called);
    try {
      return await promise;
    } finally {
      cancelDue(timeout);
      stopListening?.();
    }
  }

  #leave(): void {
    for (const called of this.#queue) {
      this.#queue.delete(called);
      return called();
    }
    this.#free++;
  }
}

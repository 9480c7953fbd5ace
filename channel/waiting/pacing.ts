/**
 * How long to look, to rest and to let others have their turn.
 *
 * @module
 */

import { yieldProcessor } from "../../sync/waiting/processor.ts";

/** How long to look before going to sleep, in milliseconds: some microseconds. */
const SPIN_MS = 0.005;

/**
 * The same where messages follow each other: somewhat more than a sleep and a
 * wake-up take. Who answers at once is then met awake. With three times as long an
 * answer to a call after a pause took a tenth longer.
 */
const BUSY_SPIN_MS = 0.05;

/**
 * How many times as long where several messages came at once: each of them is worked
 * on before the next ones come. Before the compiler was done with what they do, eight
 * callers of `./rpc` took twice as long without this.
 */
const TIMES_CROWDED = 3;

/** How lately a message must have come for that, in milliseconds. */
const BUSY_MS = 1;

/** Looking at the clock takes longer than looking for a message. */
const LOOKS_PER_CLOCK = 32;

/** How often the kernel is asked whether the other side still lives. */
export const CHECK_MS = 200;

/** After so many long looks in vain none is tried for a while. */
const MAX_VAIN = 4;
/**
 * For so many waits at first, and for twice as many each time that the next one is in
 * vain again: a disturbance soon is over, and where all processors are taken,
 * looking only takes time.
 */
const WAITS_WITHOUT = { first: 2, most: 64 };

/** Looks for a while before one goes to sleep: longer while that helps. */
export class Spin {
  #lastSuccess = -Infinity;
  #vain = 0;
  /** Waits that are left without a long look. */
  #without = 0;
  #nextWithout = WAITS_WITHOUT.first;

  /**
   * Looks for some microseconds whether something is ready.
   *
   * @param isCrowded Whether several came at once before.
   */
  until(isReady: () => boolean, isCrowded = false): boolean {
    if (isReady()) return true;
    const start = performance.now();
    const isBusy = start - this.#lastSuccess < BUSY_MS;
    const isLong = isBusy && this.#without === 0;
    const longMs = isCrowded ? TIMES_CROWDED * BUSY_SPIN_MS : BUSY_SPIN_MS;
    const end = start + (isLong ? longMs : SPIN_MS);
    do {
      for (let i = 0; i < LOOKS_PER_CLOCK; i++) {
        if (!isReady()) continue;
        if (isLong) this.#foundAwake();
        this.succeed();
        return true;
      }
      // What is looked for may be the work of a thread that waits for this very
      // processor: the kernel likes to wake a process where the one runs that woke it.
      if (isLong) yieldProcessor();
    } while (performance.now() < end);
    if (isLong) this.#lookedInVain();
    else if (this.#without > 0) this.#without--;
    return false;
  }

  #foundAwake(): void {
    this.#vain = 0;
    this.#nextWithout = WAITS_WITHOUT.first;
  }

  #lookedInVain(): void {
    if (++this.#vain < MAX_VAIN) return;
    // One more will do the next time.
    this.#vain = MAX_VAIN - 1;
    this.#without = this.#nextWithout;
    this.#nextWithout = Math.min(2 * this.#without, WAITS_WITHOUT.most);
  }

  /** Says that what was waited for has come. */
  succeed(): void {
    this.#lastSuccess = performance.now();
  }
}

/** Pauses that grow from one to the next: for what nobody tells us. */
export class GrowingPause {
  static readonly #FIRST_MS = 1;
  #ms = GrowingPause.#FIRST_MS;

  /**
   * The next pause.
   *
   * @param longestMs What it does not grow beyond, in milliseconds.
   */
  next(longestMs: number): number {
    const ms = this.#ms;
    this.#ms = Math.min(2 * ms, longestMs);
    return Math.min(ms, longestMs);
  }

  /** Starts again. */
  reset(): void {
    this.#ms = GrowingPause.#FIRST_MS;
  }
}

/** Waits, or until a signal. */
export async function sleepFor(
  ms: number,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const abort = () => reject(signal?.reason);
  signal?.addEventListener("abort", abort);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

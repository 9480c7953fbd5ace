// Taken now, so that fake timers of a test stop no wait.
const { setTimeout, clearTimeout, setImmediate } = globalThis;

/** How long to look without a timer when something came just before. */
const BUSY_MS = 2;
/** Pauses after so long without anything, in milliseconds. */
const PAUSES = [
  { quietMs: 1000, pauseMs: 1 },
  { quietMs: 10_000, pauseMs: 8 },
  { quietMs: Infinity, pauseMs: 25 },
] as const;

const LONGEST_PAUSE_MS = 25;

/** How many looks in a row before the event loop has a turn: a few microseconds. */
const LOOKS = 20;

/**
 * Pauses between two looks at a log. Nobody wakes a reader or writer of Aeron, so all
 * waiting is looking: in every turn of the event loop while messages come, every
 * millisecond for a second after that, then every 8 ms, and after ten seconds every
 * 25 ms.
 */
export class IdlePauses {
  #lastSuccess = performance.now();
  #wake: (() => void) | undefined;
  #slept = false;

  /**
   * How many looks to take before the next pause. After a sleep few: a message is unlikely
   * to arrive at that very moment, and rarely run code is slow.
   */
  get looks(): number {
    // Two behind a sleep: the first may take padding alone.
    return this.#slept ? 2 : LOOKS;
  }

  /** Says that something came. */
  reset(): void {
    this.#lastSuccess = performance.now();
    this.#slept = false;
  }

  /** Ends a pause. */
  wake(): void {
    this.#wake?.();
  }

  /** Yields to the event loop, or sleeps for a moment. */
  async pause(signal: AbortSignal | undefined): Promise<void> {
    const quiet = performance.now() - this.#lastSuccess;
    this.#slept = quiet >= BUSY_MS;
    if (!this.#slept) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const found = PAUSES.find(({ quietMs }) => quiet < quietMs);
    const ms = found?.pauseMs ?? LONGEST_PAUSE_MS;
    const timer = setTimeout(resolve, ms);
    this.#wake = resolve;
    const abort = () => resolve();
    signal?.addEventListener("abort", abort);
    await promise;
    signal?.removeEventListener("abort", abort);
    this.#wake = undefined;
    clearTimeout(timer);
  }
}

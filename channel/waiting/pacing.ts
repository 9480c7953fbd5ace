/**
 * How long to look, to rest and to let others have their turn.
 *
 * @module
 */

/**
 * How often to look before going to sleep: some microseconds, about what a
 * sleep and a wake-up cost.
 */
const SPINS = 2000;

/** How often the kernel is asked whether the other side still lives. */
export const CHECK_MS = 200;

/** How long the rest of the program may go without a turn. */
const TURN_MS = 5;

/** Looking at the clock costs more than most of what is done between. */
const CALLS_PER_LOOK = 64;

/** Looks for some microseconds whether something is ready. */
export function spin(isReady: () => boolean): boolean {
  for (let i = 0; i < SPINS; i++) {
    if (isReady()) return true;
  }
  return false;
}

let calls = 0;
let lastTurn = 0;

/**
 * Whether the rest of the program should have a turn: a loop over promises that
 * are fulfilled already keeps timers and sockets waiting for ever.
 */
export function isTurnDue(): boolean {
  if (++calls < CALLS_PER_LOOK) return false;
  calls = 0;
  return performance.now() - lastTurn > TURN_MS;
}

/** The same, for calls that do so much that the look does not matter. */
export function isTurnDueNow(): boolean {
  return performance.now() - lastTurn > TURN_MS;
}

/** Lets the rest of the program have a turn. */
export async function giveTurn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  lastTurn = performance.now();
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

  /** Begins anew. */
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

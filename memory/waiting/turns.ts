/**
 * Turns for the rest of the program. A loop over promises that are fulfilled already
 * keeps timers, signals and sockets waiting, and it may be another process that has
 * them fulfilled: by a semaphore that it posts without end.
 *
 * @module
 */

/** How long the rest of the program may go without a turn. */
const TURN_MS = 5;

/** Looking at the clock costs more than most of what is done between. */
const CALLS_PER_LOOK = 64;

let calls = 0;
let lastTurn = 0;

/** Whether the rest of the program should have a turn. */
export function isTurnDue(): boolean {
  if (++calls < CALLS_PER_LOOK) return false;
  calls = 0;
  return performance.now() - lastTurn > TURN_MS;
}

/** The same, for calls that do so much that the look does not matter. */
export function isTurnDueNow(): boolean {
  return performance.now() - lastTurn > TURN_MS;
}

/** Yields to the event loop. */
export async function giveTurn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  lastTurn = performance.now();
}

/** A result that was there at once, after a turn of the others if that is due. */
export function inTurn<Result>(result: Result): Result | Promise<Result> {
  return isTurnDue() ? giveTurn().then(() => result) : result;
}

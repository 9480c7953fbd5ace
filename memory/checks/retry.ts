const cell = new Int32Array(new SharedArrayBuffer(4));

/** How long an opener waits for what another process is about to finish. */
export const PATIENCE_MS = 1000;

/**
 * Calls a function every millisecond until it returns something, blocking the
 * thread: for the moment in which another process is between two calls.
 *
 * @param patienceMs How long to try, in milliseconds.
 * @param attempt Returns `undefined` to be called again.
 * @returns What it returned, or `undefined` when the timeout expires.
 */
export function retryFor<Result>(
  patienceMs: number,
  attempt: () => Result | undefined,
): Result | undefined {
  const first = attempt();
  if (first !== undefined) return first;
  const end = performance.now() + patienceMs;
  while (performance.now() < end) {
    Atomics.wait(cell, 0, 0, 1);
    const result = attempt();
    if (result !== undefined) return result;
  }
  return undefined;
}

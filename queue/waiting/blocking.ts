import { pollHere, type Readiness } from "../../ffi/pipes/poll.ts";

/**
 * Waits on this thread until something can be done with a descriptor. The time goes
 * by the monotonic clock.
 *
 * @param attempt Does it, if it can be done now; returns undefined to wait on.
 * @returns What it returned, or undefined on timeout.
 */
export function waitHere<Result>(
  fd: number,
  readiness: Readiness,
  timeoutMs: number,
  operation: string,
  attempt: () => Result | undefined,
): Result | undefined {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const left = end - performance.now();
    if (left <= 0) return undefined;
    pollHere(fd, readiness, left, operation);
    // Someone else may have been faster.
    const result = attempt();
    if (result !== undefined) return result;
  }
}

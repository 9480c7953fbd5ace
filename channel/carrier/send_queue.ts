import type { WaitOptions } from "../../memory/waiting/wait_options.ts";
import { LONGEST_TIMER_MS } from "../../memory/waiting/timers.ts";

/** Serves calls that wait in the order in which they came. */
export class SendQueue {
  /** Settles when the last of them is done. */
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** Whether one waits. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /**
   * Does something when all that came before is done.
   *
   * @param send Called with the deadline when it is its turn.
   * @param refuse Creates the error for a timeout; not for calls without one.
   */
  async enter(
    { timeoutMs = Infinity, signal }: WaitOptions,
    send: (deadline: number) => Promise<void>,
    refuse?: (timeoutMs: number) => Error,
  ): Promise<void> {
    const deadline = timeoutMs === Infinity
      ? Infinity
      : performance.now() + timeoutMs;
    const previous = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    this.#waiting++;
    try {
      const isOver = () => refuse?.(timeoutMs);
      if (this.#waiting > 1) await settled(previous, timeoutMs, signal, isOver);
      await send(deadline);
    } finally {
      this.#waiting--;
      // One that was given up still keeps its place.
      previous.then(resolve);
    }
  }
}

/** Waits for something that never fails, until a signal, or for some time. */
async function settled(
  promise: Promise<void>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  refuse: () => Error | undefined,
): Promise<void> {
  if (signal === undefined && timeoutMs === Infinity) return await promise;
  const ended = Promise.withResolvers<never>();
  const abort = () => ended.reject(signal?.reason);
  signal?.addEventListener("abort", abort);
  const timer = timeoutMs > LONGEST_TIMER_MS
    ? undefined
    : setTimeout(() => ended.reject(refuse()), timeoutMs);
  try {
    await Promise.race([promise, ended.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

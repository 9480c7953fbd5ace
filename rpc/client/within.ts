import type { Patience } from "../../store/object/wait_for.ts";
import { LONGEST_TIMER_MS } from "../../memory/waiting/timers.ts";

/**
 * Waits for a promise, up to a time or a signal.
 *
 * @param late Makes the error when the time is over.
 */
export async function within(
  promise: Promise<void>,
  { timeoutMs, signal }: Pick<Patience, "timeoutMs" | "signal">,
  late: () => Error,
): Promise<void> {
  const ended = Promise.withResolvers<never>();
  const abort = () => ended.reject(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const timer = timeoutMs === Infinity ? undefined : setTimeout(
    () => ended.reject(late()),
    Math.min(timeoutMs, LONGEST_TIMER_MS),
  );
  try {
    await Promise.race([promise, ended.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

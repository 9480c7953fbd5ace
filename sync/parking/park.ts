import type { Word } from "../../ffi/sync/futex.ts";
import type { Mapping } from "../../memory/mapping/mapping.ts";
import { onAbort } from "./abort_listeners.ts";
import { addDue, cancelDue, type DueTime } from "./due_times.ts";
import { accommodate, joinWaiters } from "./parking_lot.ts";
import type { ParkResult, Waiter } from "./waiter_list.ts";

/** How long and under which conditions {@linkcode park} waits. */
export interface ParkOptions {
  /** How long at most, in milliseconds. Default: indefinitely. */
  readonly timeoutMs?: number;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Where the word lies: the wait ends with an error before it is unmapped. */
  readonly mapping?: Mapping | undefined;
}

/**
 * Waits until a word is woken or changes.
 *
 * @param value What the word must be to wait; it was just looked at.
 * @returns How it ended. Rejects with the signal's reason, or with
 * `Deno.errors.BadResource` when the memory goes.
 */
export function park(
  word: Word,
  value: number,
  { timeoutMs = Infinity, signal, mapping }: ParkOptions = {},
): Promise<ParkResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ParkResult>();
  let timeout: DueTime | undefined;
  const stopWaiting = () => {
    if (timeout !== undefined) cancelDue(timeout);
    stopListening?.();
  };
  const waiter: Waiter = {
    value,
    settle: (result) => {
      stopWaiting();
      resolve(result);
    },
    fail: (error) => {
      stopWaiting();
      reject(error);
    },
  };
  const abort = () => {
    if (!list.remove(waiter)) return;
    stopWaiting();
    reject(signal?.reason);
  };
  const list = joinWaiters(word, mapping);
  list.add(waiter);
  accommodate(list);
  const stopListening = signal && onAbort(signal, abort);
  if (timeoutMs !== Infinity) {
    timeout = addDue(timeoutMs, () => {
      if (!list.remove(waiter)) return;
      // A wake-up may be on its way.
      const hasChanged = !word.gone && word.load() !== value;
      waiter.settle(hasChanged ? "ok" : "timed-out");
    });
  }
  return promise;
}

/** What is called when a signal is aborted: a set, which is left in no time. */
const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls a function when a signal is aborted. The signal itself has one listener
 * however many there are: a hundred thousand would leave it one after the other,
 * each by a search.
 *
 * @param signal One that is not aborted.
 * @param aborted What to call. It must not throw.
 * @returns A function that takes it back.
 */
export function onAbort(signal: AbortSignal, aborted: () => void): () => void {
  const set = listeners.get(signal) ?? new Set();
  listeners.set(signal, set);
  if (set.size === 0) signal.addEventListener("abort", callAll);
  set.add(aborted);
  return () => {
    if (!set.delete(aborted) || set.size > 0) return;
    signal.removeEventListener("abort", callAll);
  };
}

function callAll(event: Event): void {
  const { target } = event;
  if (!(target instanceof AbortSignal)) return;
  for (const aborted of listeners.get(target) ?? []) aborted();
}

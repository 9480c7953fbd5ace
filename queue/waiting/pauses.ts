/**
 * Waiting for what nothing in the system tells of: looking again and again, after
 * pauses that grow, so that a short wait ends soon and a long one costs little.
 *
 * @module
 */

/** The first pause on a thread of one's own, and in the event loop, */
const FIRST_MS = 0.05;
const FIRST_TIMER_MS = 1;
/** and the longest; a power of two, so that many waits look at the same moments. */
const LONGEST_MS = 16;

const cell = new Int32Array(new SharedArrayBuffer(4));

/**
 * Tries until it succeeds, blocking this thread.
 *
 * @param timeoutMs How long at most.
 * @param attempt Returns undefined to be tried again.
 * @returns What it returned, or undefined on timeout.
 */
export function retry<Result>(
  timeoutMs: number,
  attempt: () => Result | undefined,
): Result | undefined {
  const end = performance.now() + timeoutMs;
  for (let pauseMs = FIRST_MS;; pauseMs = Math.min(pauseMs * 2, LONGEST_MS)) {
    const result = attempt();
    if (result !== undefined) return result;
    const left = end - performance.now();
    if (left <= 0) return undefined;
    Atomics.wait(cell, 0, 0, Math.min(left, pauseMs));
  }
}

/** A wait in the event loop. */
interface Look {
  /** When to look next. */
  dueMs: number;
  pauseMs: number;
  readonly look: () => void;
}

/** All of this program: one timer serves them. */
const looks = new Set<Look>();
let timer: ReturnType<typeof setTimeout> | undefined;
let timerMs = Infinity;
let looking = false;

/**
 * The same in the event loop, on no thread.
 *
 * @param signal Ends it with its reason.
 */
export async function retryAsync<Result>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  attempt: () => Result | undefined,
): Promise<Result | undefined> {
  signal?.throwIfAborted();
  const first = attempt();
  if (first !== undefined || timeoutMs === 0) return first;
  const end = performance.now() + timeoutMs;
  const { promise, resolve, reject } = Promise.withResolvers<
    Result | undefined
  >();
  const entry: Look = {
    dueMs: 0,
    pauseMs: FIRST_TIMER_MS,
    look: () => {
      try {
        const result = attempt();
        if (result !== undefined || performance.now() >= end) resolve(result);
        else plan(entry, end);
      } catch (error) {
        reject(error);
      }
    },
  };
  const abort = () => reject(signal?.reason);
  signal?.addEventListener("abort", abort);
  plan(entry, end);
  try {
    return await promise;
  } finally {
    looks.delete(entry);
    signal?.removeEventListener("abort", abort);
    if (looks.size === 0) stopTimer();
  }
}

/** Plans the next look, at a moment that others look at, too. */
function plan(entry: Look, end: number): void {
  const { pauseMs } = entry;
  const later = performance.now() + pauseMs;
  entry.dueMs = Math.min(end, Math.ceil(later / pauseMs) * pauseMs);
  entry.pauseMs = Math.min(pauseMs * 2, LONGEST_MS);
  looks.add(entry);
  // What looks around sets the timer for all at its end.
  if (entry.dueMs < timerMs && !looking) startTimer(entry.dueMs);
}

function startTimer(dueMs: number): void {
  clearTimeout(timer);
  timerMs = dueMs;
  timer = setTimeout(lookAround, Math.max(0, dueMs - performance.now()));
}

function stopTimer(): void {
  clearTimeout(timer);
  timerMs = Infinity;
}

function lookAround(): void {
  timerMs = Infinity;
  const now = performance.now();
  const due = [...looks].filter(({ dueMs }) => dueMs <= now);
  for (const entry of due) looks.delete(entry);
  looking = true;
  for (const { look } of due) look();
  looking = false;
  let next = Infinity;
  for (const { dueMs } of looks) next = Math.min(next, dueMs);
  if (next < Infinity) startTimer(next);
}

/** How many waits may end at once before others get their turn. */
const IN_A_ROW = 1000;

let inARow = 0;

/**
 * Lets timers, signals and other events have their turn from time to time: a loop
 * that finds a message each time it looks would never return to the event loop.
 */
export async function takeTurns(): Promise<void> {
  if (++inARow < IN_A_ROW) return;
  inARow = 0;
  await new Promise((resolve) => setTimeout(resolve, 0));
}

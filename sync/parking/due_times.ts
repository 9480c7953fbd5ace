/**
 * One timer for all that is due some day in this thread: a hundred thousand
 * waits with a timeout cost one timer of the runtime.
 *
 * @module
 */

import { LONGEST_TIMER_MS } from "../../memory/waiting/timers.ts";

// Taken now: a program may put a clock or a timer of its own in place of these.
const now = performance.now.bind(performance);
const { setTimeout, clearTimeout } = globalThis;

/** Something that is due at a point in time, until it is cancelled. */
export interface DueTime {
  /** When, on the clock of `performance.now()`. */
  readonly at: number;
  /** What happens then. */
  readonly due: () => void;
  /** Where it lies in the heap; -1 when it does not. */
  place: number;
}

/** A heap: no element is due before the one at half its place. */
const heap: DueTime[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let timerAt = Infinity;

/**
 * Calls a function when a time is over, and not before.
 *
 * @param timeoutMs How long that is, in milliseconds; `Infinity` for never.
 * @param due What to call. It must not throw.
 * @returns A handle for {@linkcode cancelDue}.
 */
export function addDue(timeoutMs: number, due: () => void): DueTime {
  const entry: DueTime = { at: now() + timeoutMs, due, place: -1 };
  if (entry.at === Infinity) return entry;
  heap.push(entry);
  rise(entry, heap.length - 1);
  setTimer();
  return entry;
}

/** Makes sure that nothing happens any more. Harmless when it did. */
export function cancelDue(entry: DueTime): void {
  const { place } = entry;
  if (place === -1) return;
  entry.place = -1;
  const last = heap[heap.length - 1]!;
  // Not `pop`, which a program may have replaced: an entry that is not removed stays
  // due, and the loop over due entries does not end.
  heap.length--;
  if (last !== entry) {
    rise(last, place);
    sink(last, last.place);
  }
  // A timer that comes too early is set again then, which is cheaper than now.
  if (heap.length === 0) setTimer();
}

function setTimer(): void {
  const at = heap[0]?.at ?? Infinity;
  if (at >= timerAt && at !== Infinity) return;
  clearTimeout(timer);
  timer = undefined;
  timerAt = at;
  if (at === Infinity) return;
  const ms = Math.max(0, Math.ceil(at - now()));
  timer = setTimeout(look, Math.min(ms, LONGEST_TIMER_MS));
}

function look(): void {
  timer = undefined;
  timerAt = Infinity;
  const end = now();
  for (let first = heap[0]; first !== undefined && first.at <= end;) {
    cancelDue(first);
    first.due();
    first = heap[0];
  }
  setTimer();
}

/** Puts an element at a place, or nearer to the front. */
function rise(entry: DueTime, place: number): void {
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const other = heap[parent];
    if (other === undefined || other.at <= entry.at) break;
    heap[place] = other;
    other.place = place;
    place = parent;
  }
  heap[place] = entry;
  entry.place = place;
}

/** Puts an element at a place, or nearer to the end. */
function sink(entry: DueTime, place: number): void {
  for (;;) {
    let child = 2 * place + 1;
    let other = heap[child];
    const right = heap[child + 1];
    if (other === undefined) break;
    if (right !== undefined && right.at < other.at) {
      child++;
      other = right;
    }
    if (other.at >= entry.at) break;
    heap[place] = other;
    other.place = place;
    place = child;
  }
  heap[place] = entry;
  entry.place = place;
}

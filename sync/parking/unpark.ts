import { countSleepers, wake, type Word } from "../../ffi/sync/futex.ts";
import { waitersOf } from "./parking_lot.ts";

/** Most that the kernel can wake in one call. */
const ALL = 0x7fff_ffff;

/** Whether the next wake-up of one that could be either is for another process. */
let isTheirTurn = false;

/**
 * Wakes the waits for a word, in this thread and everywhere else.
 *
 * Those of this thread come first, and are counted exactly. When others wait for
 * the word as well, every other wake-up is for the kernel's queue, in which this
 * thread has one place: all take their turn.
 *
 * @param count How many at most; 1 or more.
 * @returns How many were woken.
 */
export function unpark(word: Word, count: number): number {
  const list = waitersOf(word);
  const most = Math.min(count, ALL);
  const queued = list?.bedroom?.isQueued(list) ? 1 : 0;
  if (list === undefined || list.size + queued === 0) return wake(word, most);
  const sleepers = countSleepers(word);
  const elsewhere = sleepers === undefined
    ? Infinity
    : Math.max(0, sleepers - queued);
  const isContested = elsewhere > 0 && count <= list.size;
  if (isContested) isTheirTurn = !isTheirTurn;
  const woken = list.wake(isContested && isTheirTurn ? count - 1 : count);
  const rest = Math.min(count - woken, ALL);
  if (rest === 0) return woken;
  if (queued > 0 && list.told !== "all") {
    list.told = rest === ALL ? "all" : "some";
  }
  // The place of this thread may be the one that is woken, without anyone who
  // waits: then it passes the wake-up on.
  return woken + Math.min(wake(word, rest), elsewhere);
}

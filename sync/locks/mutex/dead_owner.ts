/**
 * Mutexes whose owner is no more: how one is left, and how one is recognised that
 * was held before the machine started.
 *
 * @module
 */

import * as layout from "./mutex_layout.ts";

const { LOCK, MARK, HOLDER, TID_MASK, OWNER_DIED, SLEEPERS_BIT } = layout;

/**
 * Leaves the lock word as the kernel leaves that of a dead thread
 * (`handle_futex_death` in `kernel/futex/core.c`).
 *
 * @returns Whether somebody sleeps on it; false, too, when it was overwritten, and so
 * is no longer this thread's.
 */
export function leaveForDead(
  words: Int32Array<ArrayBuffer>,
  tid: number,
): boolean {
  for (;;) {
    const word = Atomics.load(words, LOCK);
    if ((word & TID_MASK) !== tid) return false;
    const dead = (word & SLEEPERS_BIT) | OWNER_DIED;
    if (Atomics.compareExchange(words, LOCK, word, dead) === word) {
      return word < 0;
    }
  }
}

/**
 * Whether the holder held it before the machine started, or in a file that this one
 * is a copy of.
 *
 * @param word The lock word, as it was loaded.
 * @param own The mark of this start of the machine and of this memory.
 */
export function isFromElsewhere(
  words: Int32Array<ArrayBuffer>,
  word: number,
  own: number,
): boolean {
  const mark = words[MARK]!;
  if (mark === 0 || mark === own) return false;
  return (word & TID_MASK) === words[HOLDER];
}

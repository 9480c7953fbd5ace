/**
 * What a thread does with the lock word before it sleeps on it, and with a wake-up
 * that it does not use.
 *
 * @module
 */

import { wake } from "../../../ffi/sync/futex.ts";
import type { MutexCore } from "./mutex_core.ts";
import { LOCK, OWNER_DIED, SLEEPERS_BIT, TID_MASK } from "./mutex_layout.ts";

/**
 * Says in the lock word that someone sleeps on it.
 *
 * @returns The word that can be slept on; nothing when it has changed.
 */
export function announce(core: MutexCore): number | undefined {
  const { words } = core;
  const word = Atomics.load(words, LOCK);
  if (word === 0 || (word & OWNER_DIED) !== 0) return undefined;
  const announced = word | SLEEPERS_BIT;
  if (word === announced) return announced;
  const found = Atomics.compareExchange(words, LOCK, word, announced);
  return found === word ? announced : undefined;
}

/**
 * Passes a wake-up that was not used on to those that still sleep: it wakes another
 * one, or tells the holder of them, who may have come without a look at them.
 */
export function passOn(core: MutexCore): void {
  const { words } = core;
  while (words.length > 0) {
    const word = Atomics.load(words, LOCK);
    if ((word & TID_MASK) === 0) {
      wake(core.word, 1);
      return;
    }
    const told = word | SLEEPERS_BIT;
    if (word === told) return;
    if (Atomics.compareExchange(words, LOCK, word, told) === word) return;
  }
}

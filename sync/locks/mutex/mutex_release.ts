/**
 * Releasing mutexes when something has failed, or several at once.
 *
 * @module
 */

import type { MutexCore } from "./mutex_core.ts";

/** Releases one when something has failed already, which is what is told. */
export function releaseQuietly(mutex: MutexCore): void {
  try {
    mutex.release();
  } catch {
    // It is released as far as can be determined.
  }
}

/**
 * Releases in the order opposite to taking, all of them whatever happens.
 *
 * @param again Not those that an earlier call has released.
 */
export function releaseAll(
  mutexes: readonly MutexCore[],
  again = false,
): void {
  let failed: unknown;
  for (const mutex of mutexes.toReversed()) {
    if (again && mutex.depth === 0) continue;
    try {
      mutex.release();
    } catch (error) {
      failed ??= error;
    }
  }
  if (failed !== undefined) throw failed;
}

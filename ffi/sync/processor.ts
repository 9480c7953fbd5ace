/**
 * The processor that this thread runs on: `sched_yield(2)`.
 *
 * @module
 */

import { libc } from "../libc/library.ts";

/**
 * Lets another thread that waits for this processor run first; returns at once
 * if there is none.
 */
export function yieldProcessor(): void {
  // Cannot fail on Linux and macOS.
  libc().sched_yield();
}

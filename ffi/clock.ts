/**
 * Points in time as libc takes them (`struct timespec`).
 *
 * @module
 */

import { libc } from "./library.ts";
import { platform } from "./platform.ts";

const NANOSECONDS_PER_SECOND = 1_000_000_000n;
const NANOSECONDS_PER_MS = 1e6;

/** A `struct timespec`, for a parameter of type `"buffer"`. */
export type Timespec = BigInt64Array<ArrayBuffer>;

/** A span of time. */
export function timespecOf(ms: number): Timespec {
  return toTimespec(BigInt(Math.ceil(ms * NANOSECONDS_PER_MS)));
}

/** A point in time on the clock that only runs forwards. */
export function monotonicAfter(ms: number): Timespec {
  const now = new BigInt64Array(2);
  libc().clock_gettime(platform().CLOCK_MONOTONIC, now);
  return after(now, ms);
}

/** A point in time on the clock of the calendar. */
export function realtimeAfter(ms: number): Timespec {
  const now = new BigInt64Array(2);
  libc().clock_gettime(0, now);
  return after(now, ms);
}

function after([seconds = 0n, nanoseconds = 0n]: Timespec, ms: number) {
  const span = BigInt(Math.ceil(ms * NANOSECONDS_PER_MS));
  return toTimespec(seconds * NANOSECONDS_PER_SECOND + nanoseconds + span);
}

function toTimespec(nanoseconds: bigint): Timespec {
  return new BigInt64Array([
    nanoseconds / NANOSECONDS_PER_SECOND,
    nanoseconds % NANOSECONDS_PER_SECOND,
  ]);
}

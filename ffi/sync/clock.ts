/**
 * Points in time as libc takes them (`struct timespec`).
 *
 * @module
 */

import { libc } from "../libc/library.ts";
import { platform } from "../platforms/platform.ts";

const NANOSECONDS_PER_SECOND = 1_000_000_000n;
const NANOSECONDS_PER_MS = 1e6;
/** Some 30000 years: beyond that the seconds would not fit. */
const LONGEST_MS = 1e15;

/** A `struct timespec`, for a parameter of type `"buffer"`. */
export type Timespec = BigInt64Array<ArrayBuffer>;

/** A span of time. */
export function timespecOf(ms: number): Timespec {
  return toTimespec(spanOf(ms));
}

/** A point in time on the monotonic clock. */
export function monotonicAfter(ms: number): Timespec {
  const now = new BigInt64Array(2);
  libc().clock_gettime(platform().CLOCK_MONOTONIC, now);
  return after(now, ms);
}

function after([seconds = 0n, nanoseconds = 0n]: Timespec, ms: number) {
  const now = seconds * NANOSECONDS_PER_SECOND + nanoseconds;
  return toTimespec(now + spanOf(ms));
}

function spanOf(ms: number): bigint {
  return BigInt(Math.ceil(Math.min(ms, LONGEST_MS) * NANOSECONDS_PER_MS));
}

function toTimespec(nanoseconds: bigint): Timespec {
  return new BigInt64Array([
    nanoseconds / NANOSECONDS_PER_SECOND,
    nanoseconds % NANOSECONDS_PER_SECOND,
  ]);
}

/**
 * How long to wait, for everything of this layer that waits.
 *
 * @module
 */

import { describe } from "../../ffi/libc/integers.ts";

/** How long a blocking wait may take. */
export interface BlockingWaitOptions {
  /** How long at most, in milliseconds. Default: indefinitely. */
  readonly timeoutMs?: number | undefined;
}

/** How long a wait may take, and what ends it. */
export interface WaitOptions extends BlockingWaitOptions {
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Checks a time limit: milliseconds, 0 or more, `Infinity` included. */
export function checkTimeout(
  timeoutMs: number | undefined,
  what = "timeoutMs",
): number {
  if (timeoutMs === undefined) return Infinity;
  if (typeof timeoutMs !== "number") {
    throw new TypeError(
      `Cannot use ${what}: it must be a number of milliseconds: received ${
        describe(timeoutMs)
      }`,
    );
  }
  if (!(timeoutMs >= 0)) {
    throw new RangeError(
      `Cannot use ${what}: it must be milliseconds, 0 or more: received ${timeoutMs}`,
    );
  }
  return timeoutMs;
}

const { apply } = Reflect;
const readAborted = Object.getOwnPropertyDescriptor(
  AbortSignal.prototype,
  "aborted",
)?.get;

/** Whether a value is a signal, and no object that only has its prototype. */
export function isSignal(value: unknown): value is AbortSignal {
  if (readAborted === undefined) return value instanceof AbortSignal;
  try {
    return typeof apply(readAborted, value, []) === "boolean";
  } catch {
    return false;
  }
}

/** Checks a signal, if there is one. */
export function checkSignal(
  signal: AbortSignal | undefined,
): AbortSignal | undefined {
  if (signal === undefined || isSignal(signal)) return signal;
  throw new TypeError(
    `Cannot use the signal: it must be an AbortSignal: received ${
      describe(signal)
    }`,
  );
}

/**
 * Options of everything that waits, read once and checked.
 *
 * @module
 */

import { describe } from "../../ffi/libc/integers.ts";
import { isSignal } from "../../memory/waiting/wait_options.ts";

/** How something waits. */
export interface WaitOptions {
  /** How long at most, in milliseconds. Default: indefinitely. */
  readonly timeoutMs?: number;
  /**
   * Ends the wait with an error, the signal's reason. A call that blocks the
   * thread looks at it only before it blocks: nothing can abort it meanwhile.
   */
  readonly signal?: AbortSignal;
}

/** The same, complete. */
export interface Patience {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

const NAMES = ["timeoutMs", "signal"];
const INDEFINITELY: Patience = { timeoutMs: Infinity, signal: undefined };

/**
 * Reads how something waits.
 *
 * @param options What the caller was given.
 * @param operation What it is for, for messages: "lock mutex".
 * @throws {TypeError} When there is an option that does not exist, the timeout is
 * no number, or the signal is none.
 * @throws {RangeError} When the timeout is not 0 or more.
 * @throws The signal's reason, when it was aborted before.
 */
export function readWaitOptions(
  options: WaitOptions | undefined,
  operation: string,
): Patience {
  if (options === undefined) return INDEFINITELY;
  requireKnown(options, NAMES, operation);
  const { timeoutMs = Infinity, signal } = options;
  if (typeof timeoutMs !== "number" || !(timeoutMs >= 0)) {
    const Wrong = typeof timeoutMs === "number" ? RangeError : TypeError;
    throw new Wrong(
      `Cannot ${operation}: the timeout must be milliseconds, 0 or more: received ${
        describe(timeoutMs)
      }`,
    );
  }
  if (signal !== undefined && !isSignal(signal)) {
    throw new TypeError(
      `Cannot ${operation}: the signal must be an AbortSignal: received ${
        describe(signal)
      }`,
    );
  }
  signal?.throwIfAborted();
  return { timeoutMs, signal };
}

/**
 * Throws unless something is an object that has no other options than these.
 *
 * @throws {TypeError} When it is not.
 */
export function requireKnown(
  options: object,
  names: readonly string[],
  operation: string,
): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `Cannot ${operation}: it takes options with ${
        names.join(", ")
      }: received ${describe(options)}`,
    );
  }
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    throw new TypeError(
      `Cannot ${operation}: there is no option ${
        JSON.stringify(name)
      }; it takes ${names.join(", ")}`,
    );
  }
}

/**
 * Checks how many are to be woken.
 *
 * @throws {TypeError} When it is no number.
 * @throws {RangeError} When it is negative, or NaN.
 */
export function checkCount(count: number, operation: string): void {
  if (typeof count === "number" && count >= 0) return;
  const Wrong = typeof count === "number" ? RangeError : TypeError;
  throw new Wrong(
    `Cannot ${operation}: the count must be a number, 0 or more: received ${
      describe(count)
    }`,
  );
}

/**
 * The one place where a call is repeated that a signal interrupted, as
 * `signal(7)` has it for calls that are not restarted by the kernel.
 *
 * @module
 */

import { errnoName } from "../errors/errno.ts";
import type { Explanation } from "../errors/explanations.ts";
import { systemError } from "../errors/system_error.ts";
import { errnoCell } from "./library.ts";

/** What to say about an error, by its name, where that is better than the manual. */
export type Hint = (code: string) => string | Explanation | undefined;

/**
 * Makes a call that fails with -1 and errno, again after EINTR.
 *
 * @returns What it returned, or its error number as a negative one.
 */
export function attempt(call: () => number): number {
  for (;;) {
    const result = call();
    if (result !== -1) return result;
    // Read before anything else runs, as `errnoCell` asks.
    const errno = errnoCell[0] ?? 0;
    if (errnoName(errno) !== "EINTR") return -errno;
  }
}

/**
 * Makes a call that fails with -1 and errno, again after EINTR.
 *
 * @param syscall Its name.
 * @param operation What is tried, with its object.
 * @param hint What to do about an error, by its name.
 * @returns What it returned.
 */
export function retry(
  call: () => number,
  syscall: string,
  operation: string,
  hint?: Hint,
): number {
  const result = attempt(call);
  if (result >= 0) return result;
  throw systemError(syscall, -result, operation, hint?.(errnoName(-result)));
}

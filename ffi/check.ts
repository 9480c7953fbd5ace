/**
 * One checked call for each way in which libc reports a failure. Each takes
 * what the call returned, and reads errno before anything else runs.
 *
 * @module
 */

import { errno } from "./errno.ts";
import { onFirstUse } from "./library.ts";
import { systemError } from "./system_error.ts";

// The engine compiles a function when it is first called, and the runtime makes
// system calls of its own while it does: they would overwrite errno between the
// first failing call and the look at it. So fail once on purpose, ahead of that.
onFirstUse((symbols) => {
  try {
    checkNotMinusOne(symbols.close(-1), "close", "fail on purpose");
  } catch {
    // As it must: -1 is no descriptor.
  }
});

const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

/**
 * Checks a call that fails with -1 and errno.
 *
 * @param result What it returned.
 * @param syscall Its name.
 * @param act What was tried, with its object.
 * @returns `result`
 */
export function checkNotMinusOne(
  result: number,
  syscall: string,
  act: string,
): number {
  if (result === -1) throw systemError(syscall, errno(), act);
  return result;
}

/** Checks a call that fails with the pointer -1 and errno: `mmap`, `shmat`. */
export function checkNotMapFailed(
  result: Deno.PointerValue,
  syscall: string,
  act: string,
  hint?: string,
): Deno.PointerObject {
  // A null pointer is no failure of these calls, but no memory for us either.
  if (result === null) throw new Error(`Cannot ${act}: it lies at address 0`);
  if (Deno.UnsafePointer.value(result) === MAP_FAILED) {
    throw systemError(syscall, errno(), act, hint);
  }
  return result;
}

/** Checks a call that fails with NULL and errno: `opendir`. */
export function checkNotNull(
  result: Deno.PointerValue,
  syscall: string,
  act: string,
): Deno.PointerObject {
  if (result === null) throw systemError(syscall, errno(), act);
  return result;
}

/**
 * Gives a function that not every libc has.
 *
 * @param found The function, or null.
 * @param syscall Its name.
 * @throws {Deno.errors.NotSupported} When the libc in use does not have it.
 */
export function present<Call>(found: Call | null, syscall: string): Call {
  if (found === null) {
    throw new Deno.errors.NotSupported(
      `Cannot call ${syscall}: the libc in use does not have it`,
    );
  }
  return found;
}

/**
 * One checked call for each way in which libc reports a failure. Each takes
 * what the call returned, and `errnoCell[0]` as the next argument: so it is
 * read right behind the call, before anything else runs.
 *
 * @module
 */

import { systemError } from "../errors/system_error.ts";

const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

/**
 * Checks a call that fails with -1 and errno.
 *
 * @param result What it returned.
 * @param errno What errno is behind it.
 * @param syscall Its name.
 * @param operation What was tried, with its object.
 * @returns `result`
 */
export function checkNotMinusOne(
  result: number,
  errno: number | undefined,
  syscall: string,
  operation: string,
): number {
  if (result === -1) throw systemError(syscall, errno ?? 0, operation);
  return result;
}

/** Checks a call that fails with the pointer -1 and errno: `mmap`, `shmat`. */
export function checkNotMapFailed(
  result: Deno.PointerValue,
  errno: number | undefined,
  syscall: string,
  operation: string,
  hint?: string,
): Deno.PointerObject {
  // A null pointer is no failure of these calls, but no memory for us either.
  if (result === null) {
    throw new Error(`Cannot ${operation}: it lies at address 0`);
  }
  if (Deno.UnsafePointer.value(result) === MAP_FAILED) {
    throw systemError(syscall, errno ?? 0, operation, hint);
  }
  return result;
}

/**
 * Returns a function that not every libc has.
 *
 * @param found The function, or null.
 * @param syscall Its name.
 * @throws {Deno.errors.NotSupported} When the libc in use does not have it.
 */
export function requireSymbol<Call>(found: Call | null, syscall: string): Call {
  if (found === null) {
    throw new Deno.errors.NotSupported(
      `Cannot call ${syscall}: the libc in use does not have it`,
    );
  }
  return found;
}

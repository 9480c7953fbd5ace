import { errnoNumber } from "../../../ffi/errors/errno.ts";
import { systemError } from "../../../ffi/errors/system_error.ts";

/** The error that a mutex fails with. */
export function failure(
  code: string,
  operation: "lock" | "unlock" = "lock",
  hint?: string,
): Error {
  const errno = errnoNumber(code);
  return systemError(
    `pthread_mutex_${operation}`,
    errno,
    `${operation} mutex`,
    hint,
  );
}

/** Someone wrote into its bytes. */
export function corrupt(operation: "lock" | "unlock"): Error {
  return failure("EINVAL", operation);
}

/** Its bytes are out of reach. */
export function gone(operation: string): Error {
  return new Deno.errors.BadResource(
    `Cannot ${operation} mutex: its memory was unmapped, or transferred to another owner`,
  );
}

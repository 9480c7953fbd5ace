import { errnoNumber } from "../../ffi/errors/errno.ts";
import { systemError } from "../../ffi/errors/system_error.ts";

/** The error that a mutex fails with. */
export function failure(
  code: string,
  act: "lock" | "unlock" = "lock",
  hint?: string,
): Error {
  const errno = errnoNumber(code);
  return systemError(`pthread_mutex_${act}`, errno, `${act} mutex`, hint);
}

/** Someone wrote into its bytes. */
export function damaged(act: "lock" | "unlock"): Error {
  return failure("EINVAL", act);
}

/** Its bytes are out of reach. */
export function gone(act: string): Error {
  return new Deno.errors.BadResource(
    `Cannot ${act} mutex: its memory was unmapped, or transferred to another owner`,
  );
}

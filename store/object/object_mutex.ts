import { errnoNumber } from "../../ffi/errors/errno.ts";
import { hasCode, systemError } from "../../ffi/errors/system_error.ts";
import { Mutex } from "../../sync/locks/mutex/mutex.ts";
import type { MutexGuard } from "../../sync/locks/mutex/mutex_guard.ts";
import type { StoreObject } from "./store_object.ts";

/**
 * Opens a mutex within an object.
 *
 * @throws {Deno.errors.InvalidData} When another program overwrote it.
 */
export function objectMutex(
  object: StoreObject<"read-write">,
  byteOffset: number,
): Mutex {
  try {
    return Mutex.open(object.mapping.bytes, byteOffset);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Deno.errors.InvalidData(
      `Cannot use ${object.what}: another program has overwritten its locks; remove it`,
      { cause: error },
    );
  }
}

/**
 * Says which object's lock somebody else has: the error of the mutex does not know.
 *
 * @param error What taking it threw.
 */
export function lockError(what: string, error: unknown): unknown {
  if (!hasCode(error, "ETIMEDOUT")) return error;
  return systemError(
    "pthread_mutex_lock",
    errnoNumber("ETIMEDOUT"),
    `use ${what}`,
    {
      meaning: "another change has not ended in time",
      remedy: "its process may have been stopped: let it go on, or end it",
    },
  );
}

/** Takes a lock of an object, blocking this thread while somebody else has it. */
export function lockObject(
  what: string,
  mutex: Mutex,
  timeoutMs: number,
): MutexGuard {
  try {
    return mutex.lock({ timeoutMs });
  } catch (error) {
    throw lockError(what, error);
  }
}

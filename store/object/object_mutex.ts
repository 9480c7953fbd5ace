import { Mutex } from "../../sync/locks/mutex/mutex.ts";
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

import type { Word } from "../../ffi/sync/futex.ts";
import { sleepAsync } from "../../sync/waiting/wait.ts";
import type { StoreObject } from "./store_object.ts";

/** How long a sleep may last. */
export interface SleepOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sleeps on a word of an object, unless it has another value.
 *
 * @throws {Deno.errors.BadResource} When the object is closed meanwhile.
 */
export async function sleepOnObject(
  object: StoreObject,
  word: Word,
  value: number,
  { timeoutMs, signal }: SleepOptions,
): Promise<void> {
  const options = signal === undefined ? { timeoutMs } : { timeoutMs, signal };
  try {
    await sleepAsync(word, value, object.mapping, options);
  } catch (error) {
    // To this wait its memory was unmapped; the caller knows only the handle.
    if (error instanceof Deno.errors.BadResource) {
      object.requireOpen("wait any longer for");
    }
    throw error;
  }
}

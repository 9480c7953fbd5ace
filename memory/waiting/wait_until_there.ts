import { errnoNumber } from "../../ffi/errors/errno.ts";
import { systemError } from "../../ffi/errors/system_error.ts";
import { pollAsync } from "./poll.ts";
import { checkSignal, checkTimeout, type WaitOptions } from "./wait_options.ts";

/**
 * Opens something as soon as it is there.
 *
 * @param what How messages call it.
 * @param wait How long to wait, read once already.
 * @param open Opens it; fails with `NotFound` or `TimedOut`, or returns nothing, while
 * it is not there or not finished.
 * @returns What `open` returned.
 * @throws {Deno.errors.TimedOut} When it is not there in time (ETIMEDOUT).
 */
export async function waitUntilThere<Handle>(
  what: string,
  wait: WaitOptions,
  open: () => Handle | undefined,
): Promise<Handle> {
  const limit = checkTimeout(wait.timeoutMs);
  const attempt = () => {
    try {
      return open();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      if (error instanceof Deno.errors.TimedOut) return undefined;
      throw error;
    }
  };
  const opened = await pollAsync(attempt, limit, checkSignal(wait.signal));
  if (opened !== undefined) return opened;
  throw systemError("open", errnoNumber("ETIMEDOUT"), `wait for ${what}`, {
    meaning: `no process has created it within ${limit} ms`,
    remedy: "wait longer, or check the name",
  });
}

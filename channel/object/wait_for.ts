import { GrowingPause, sleepFor } from "../waiting/pacing.ts";
import {
  checkSignal,
  checkTimeout,
} from "../../memory/waiting/wait_options.ts";
import type { WaitForOptions } from "./options.ts";
import { channelAt, checkPlace, type Place } from "./place.ts";

/** Longest pause between two looks for a channel that is not there yet. */
const LONGEST_LOOK_MS = 50;

/**
 * Opens a channel as soon as it is there.
 *
 * @param open Opens it; fails with `NotFound` while it is not there.
 */
export async function waitForChannel<Handle>(
  place: Place,
  open: () => Handle,
  options: WaitForOptions,
): Promise<Handle> {
  const timeoutMs = checkTimeout(options.timeoutMs);
  const signal = checkSignal(options.signal);
  const what = channelAt(checkPlace(place, "read"));
  const end = performance.now() + timeoutMs;
  const pause = new GrowingPause();
  for (;;) {
    signal?.throwIfAborted();
    try {
      return open();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const left = end - performance.now();
    if (left <= 0) {
      throw new Deno.errors.TimedOut(
        `Cannot open ${what}: nobody created it within ${timeoutMs} ms`,
      );
    }
    await sleepFor(Math.min(pause.next(LONGEST_LOOK_MS), left), signal);
  }
}

import { sleep } from "../sleep.ts";
import {
  identifyPlace,
  type Identity,
  type WatchedKind,
} from "../watching/identify.ts";
import { type NamedPlace, placeText } from "../watching/place.ts";
import { openTarget, type Target } from "./target.ts";

/** How often to look for what is not there yet. */
const LOOK_MS = 50;

/** How a target is found. */
export interface FindOptions {
  /** What to create when there is nothing. */
  readonly create?: Identity | undefined;
  /** Whether to wait for what is not there. */
  readonly wait: boolean;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number | undefined;
}

/**
 * Finds out what has a name, and opens it for sending.
 *
 * @throws {Deno.errors.NotFound} When it is not there, and not to be waited for.
 * @throws {Deno.errors.TimedOut} When it does not come.
 */
export async function findTarget(
  place: NamedPlace,
  { create, wait, signal, timeoutMs = Infinity }: FindOptions,
): Promise<Target> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    try {
      return openTarget(place, identifyPlace(place), { create: false });
    } catch (error) {
      const isMissing = error instanceof Deno.errors.NotFound;
      if (isMissing && create !== undefined) {
        return openTarget(place, create, { create: true });
      }
      if (!isMissing || !wait) throw error;
    }
    if (performance.now() >= end) {
      throw new Deno.errors.TimedOut(
        `Cannot send to ${
          placeText(place)
        }: nobody created it within ${timeoutMs} ms`,
      );
    }
    await sleep(LOOK_MS, signal);
  }
}

/** What is created where nothing says how large it is to be. */
export function defaultIdentity(kind: WatchedKind): Identity {
  return { kind, sizes: {} };
}

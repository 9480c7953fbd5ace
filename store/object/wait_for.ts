import { readOptions } from "../../memory/checks/options.ts";
import {
  LAYOUT_OPTIONS,
  type LayoutOptions,
} from "../../memory/checks/value_layout.ts";
import { pollAsync } from "../../memory/waiting/poll.ts";
import {
  checkSignal,
  checkTimeout,
  type WaitOptions,
} from "../../memory/waiting/wait_options.ts";
import { checkPlace, type Place } from "./place.ts";

/** Names of {@linkcode WaitOptions}. */
export const WAIT_OPTIONS = { timeoutMs: true, signal: true } as const;

/** Options of a wait, read once and checked. */
export interface Patience {
  readonly timeoutMs: number;
  /** When the timeout expires, by `performance.now()`. */
  readonly end: number;
  readonly signal: AbortSignal | undefined;
}

/** Reads how something waits. */
export function readPatience(
  options: WaitOptions | undefined,
  operation: string,
): Patience {
  const { timeoutMs, signal } = readOptions(options, WAIT_OPTIONS, operation);
  const checked = checkTimeout(timeoutMs);
  checkSignal(signal)?.throwIfAborted();
  return { timeoutMs: checked, end: performance.now() + checked, signal };
}

/**
 * Opens an object as soon as it is there.
 *
 * @throws {Deno.errors.TimedOut} When no process creates it in time.
 */
export async function waitForObject<Handle>(
  noun: string,
  place: Place,
  open: () => Handle,
  options: WaitOptions | undefined,
): Promise<Handle> {
  const { timeoutMs, signal } = readPatience(options, `wait for ${noun}`);
  const { name } = checkPlace(place, "read");
  const attempt = () => {
    try {
      return { handle: open() };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return undefined;
    }
  };
  const opened = await pollAsync(attempt, timeoutMs, signal);
  if (opened !== undefined) return opened.handle;
  throw new Deno.errors.TimedOut(
    `Cannot open ${noun} ${
      JSON.stringify(name)
    }: no process created it within ${timeoutMs} ms`,
  );
}

/** The same for one that may carry a layout, which is among the options. */
export async function waitForLayout<Handle>(
  noun: string,
  place: Place,
  open: (expected: LayoutOptions) => Handle,
  options: LayoutOptions & WaitOptions | undefined,
): Promise<Handle> {
  const names = { ...WAIT_OPTIONS, ...LAYOUT_OPTIONS };
  const { layout, ...wait } = readOptions(options, names, `wait for ${noun}`);
  return await waitForObject(noun, place, () => open({ layout }), wait);
}

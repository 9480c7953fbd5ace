/**
 * The error number of the last failed call on this thread (`errno(3)`).
 *
 * @module
 */

import { errnoCell } from "./library.ts";
import { platform } from "./platform.ts";

/**
 * Reads errno. It must be the first thing done after the failing call, which
 * must not have been a `nonblocking` one: that runs on another thread, and
 * leaves its errno there.
 */
export function errno(): number {
  const [value = 0] = errnoCell();
  return value;
}

/** The C name of an error number: 17 is "EEXIST". */
export function errnoName(number: number): string {
  return platform().errnoNames[number] ?? `E${number}`;
}

/** The number of an error on this platform: "EEXIST" is 17. */
export function errnoNumber(name: string): number {
  const found = Object.entries(platform().errnoNames)
    .find(([, candidate]) => candidate === name);
  if (found === undefined) throw new Error(`${platform().name} has no ${name}`);
  return Number(found[0]);
}

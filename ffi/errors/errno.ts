/**
 * Names of error numbers (`errno(3)`). `errnoCell` in `library.ts` holds the number
 * of the last call that failed.
 *
 * @module
 */

import { platform } from "../platforms/platform.ts";

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

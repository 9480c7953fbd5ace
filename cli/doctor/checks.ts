/**
 * The table of all that the doctor looks at.
 *
 * @module
 */

import { CONTAINERS } from "./containers.ts";
import { type Check, failed, type Finding } from "./finding.ts";
import { KERNEL_CALLS } from "./kernel_calls.ts";
import { LIMITS } from "./limits.ts";
import { MEMORY } from "./memory.ts";
import { ROUND_TRIP } from "./round_trip.ts";
import { RUNTIME } from "./runtime.ts";
import { SHM_FOLDER } from "./shm_folder.ts";
import { SYSTEM } from "./system.ts";

/** Checks that belong together. */
export interface Area {
  readonly title: string;
  readonly checks: readonly Check[];
}

/** All of them, in the order in which they are printed. */
export const AREAS: readonly Area[] = [
  { title: "Deno", checks: RUNTIME },
  { title: "System", checks: SYSTEM },
  { title: "Objects with a name", checks: SHM_FOLDER },
  { title: "Memory", checks: MEMORY },
  { title: "Limits", checks: LIMITS },
  { title: "Kernel", checks: KERNEL_CALLS },
  { title: "Containers", checks: CONTAINERS },
  { title: "Altogether", checks: ROUND_TRIP },
];

/** What was found by a check. */
export interface Result {
  readonly area: string;
  readonly check: Check;
  readonly finding: Finding;
}

/** Whether a check is one of those that are asked for: by a part of a name. */
function isAsked(words: readonly string[], ...names: string[]): boolean {
  return words.length === 0 ||
    words.some((word) =>
      names.some((name) => name.toLowerCase().includes(word.toLowerCase()))
    );
}

/**
 * Runs checks, one after the other.
 *
 * @param words Parts of the names of checks or areas; none: all of them.
 */
export async function* examine(
  words: readonly string[],
): AsyncGenerator<Result, void> {
  for (const { title, checks } of AREAS) {
    for (const check of checks) {
      if (!isAsked(words, title, check.name)) continue;
      let finding: Finding;
      try {
        finding = await check.look();
      } catch (error) {
        finding = failed(error, "it was not expected: please report it");
      }
      yield { area: title, check, finding };
    }
  }
}

/** What tests look for in shared memory. */

import { SharedMemory } from "../../../mod.ts";

/** The names that are there with a name in front, in order. */
export function objectsOf(name: string): string[] {
  return SharedMemory.list().map((each) => each.name)
    .filter((each) => each.startsWith(name)).sort();
}

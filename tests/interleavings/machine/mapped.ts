/**
 * Shared memory as a mapping, for what takes nothing else. Loaded with each
 * participant's own modules.
 *
 * @module
 */

import { Region } from "../../../ffi/memory/region.ts";
import type { Mapping } from "../../../memory/mapping/mapping.ts";
import { wrapReadWrite } from "../../../memory/mapping/wrap.ts";

/** All memory of the world, for what works on no mapping. */
export function wholeRegion(): Region {
  // The stand-in takes no arguments: there is one memory only.
  const Stand: new () => Region = Region as never;
  return new Stand();
}

/** Maps all memory of the world. */
export function mapped(): Mapping<"read-write"> {
  return wrapReadWrite(wholeRegion()) as Mapping<"read-write">;
}

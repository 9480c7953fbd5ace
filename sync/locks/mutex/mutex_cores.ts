/**
 * The mutexes that this program knows, one for each place.
 *
 * @module
 */

import { threadList } from "../../../ffi/sync/thread_list.ts";
import type { Region } from "../../../ffi/memory/region.ts";
import type { Mapping } from "../../../memory/mapping/mapping.ts";
import { atUnload } from "../../../memory/mapping/unload.ts";
import { WeakValues } from "../weak_values.ts";
import { MutexCore } from "./mutex_core.ts";

/** Mutexes of a mapping by their offset. */
const places = new WeakMap<Mapping, WeakValues<MutexCore>>();

let abandonsAtUnload = false;

/** The mutex at a place, the same one each time. */
export function mutexCoreAt(
  mapping: Mapping,
  region: Region,
  offset: number,
): MutexCore {
  // Later than what unmaps the memory, and so called before it.
  if (!abandonsAtUnload) atUnload(abandonAll);
  abandonsAtUnload = true;
  const known = places.get(mapping) ?? new WeakValues<MutexCore>();
  places.set(mapping, known);
  let core = known.get(offset);
  if (core === undefined) {
    core = new MutexCore(mapping, region, offset);
    known.set(offset, core);
  }
  return core;
}

/**
 * Gives up what is held. When `deno run --watch` starts the program again, the
 * thread goes on, so the kernel does nothing; but the program was ended in the
 * middle of what it did under the lock, as by a death.
 */
function abandonAll(): void {
  const list = threadList();
  for (;;) {
    const { newest } = list;
    if (!(newest instanceof MutexCore)) return;
    newest.abandon();
  }
}

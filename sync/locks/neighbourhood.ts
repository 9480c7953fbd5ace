/**
 * What this process knows of the locks and counters in a mapping: where they
 * lie, and who sleeps in it.
 *
 * @module
 */

import { holdsLockIn } from "../../ffi/sync/thread_list.ts";
import {
  addMappingUser,
  type Mapping,
  regionOf,
} from "../../memory/mapping/mapping.ts";
import type { Leaver } from "../waiting/sleepers.ts";
import { WeakValues } from "./weak_values.ts";

/** Distance of the places at which a block may start. */
const STEP = 8;

/** A block of this process: all objects for the same one share its place. */
export class Place {
  /** What lies there: "mutex". */
  readonly kind: string;
  /** First byte, from the start of the mapping, and the first one behind it. */
  readonly start: number;
  readonly end: number;
  /** How many objects that can be closed use it. */
  users = 0;

  /** Describes a block. */
  constructor(kind: string, start: number, end: number) {
    this.kind = kind;
    this.start = start;
    this.end = end;
  }
}

/** The locks and counters in a mapping. */
export class Neighbourhood {
  /** What must be taken out of the memory before it goes. */
  readonly leavers = new Set<Leaver>();
  readonly #places = new WeakValues<Place>();
  #longest = 0;

  /**
   * The place of a block, new or known.
   *
   * @param operation What it is for: "create mutex".
   * @throws {RangeError} When something else lies there, or half over it.
   */
  claim(
    kind: string,
    start: number,
    byteLength: number,
    operation: string,
  ): Place {
    const end = start + byteLength;
    const known = this.#places.get(start);
    if (known?.kind === kind && known.end === end) return known;
    this.#longest = Math.max(this.#longest, byteLength);
    for (let at = start - this.#longest; at < end; at += STEP) {
      const other = this.#places.get(at);
      if (other === undefined || other.end <= start) continue;
      // One of another size over itself.
      if (other.kind === kind && at === start) continue;
      throw new RangeError(
        `Cannot ${operation} at offset ${start}: its ${byteLength} bytes would overlap the ${other.kind} at offset ${other.start}, which this process uses; choose another offset`,
      );
    }
    const place = new Place(kind, start, end);
    this.#places.set(start, place);
    return place;
  }

  /** Forgets a place that nobody uses any more. */
  release(place: Place): void {
    if (this.#places.get(place.start) === place) {
      this.#places.delete(place.start);
    }
  }
}

const neighbourhoods = new WeakMap<Mapping, Neighbourhood>();

/** What is known of a mapping. */
export function neighbourhoodOf(mapping: Mapping): Neighbourhood {
  const known = neighbourhoods.get(mapping);
  if (known !== undefined) return known;
  const neighbourhood = new Neighbourhood();
  neighbourhoods.set(mapping, neighbourhood);
  const region = regionOf(mapping);
  addMappingUser(mapping, {
    // The kernel keeps a list of what a thread holds, which leads there.
    refuse: () =>
      holdsLockIn(region)
        ? "a mutex in them is held; release its guard"
        : undefined,
    leave: () => {
      for (const leaver of [...neighbourhood.leavers]) leaver.leave();
    },
  });
  return neighbourhood;
}

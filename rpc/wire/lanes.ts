/**
 * A ring has room for 56 senders, so a server with more clients has several, its
 * lanes: the first under its own name, the others beside it. A client joins the
 * first that has room; which one that is makes no difference to either side.
 *
 * @module
 */

import { MAX_SENDERS } from "../../channel/membership/ring_control.ts";
import type { CheckedPlace, Place } from "../../store/object/place.ts";

/** How many clients a lane has room for. */
export const LANE_ROOM = MAX_SENDERS;

/** Room that is left when the next lane is made, for those that come meanwhile. */
export const SPARE = 8;

/** How many lanes there may be, whatever stands in the file system. */
export const MAX_LANES = 1024;

/** The place of a lane, counted from 0. */
export function lanePlace({ kind, name }: CheckedPlace, lane: number): Place {
  const own = lane === 0 ? name : `${name}.lane${lane}`;
  return kind === "name" ? own : { path: own };
}

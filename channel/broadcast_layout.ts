/**
 * Trailer of a broadcast buffer, behind the data area, in bytes:
 *
 * ```text
 *  0        8      16       24        128
 *  | intent | tail | latest | padding |
 * ```
 *
 * @module
 */

import { ALIGNMENT } from "./record_layout.ts";
import { type RegionViews, viewRegion } from "./region.ts";

/** Bytes that a broadcast buffer needs besides its capacity. */
export const BROADCAST_TRAILER_LENGTH = 128;

/** Below this a record may count as lost as soon as it is written. */
const MIN_CAPACITY = 32;

/** Positions are numbers here, so they must stay exact. */
export const MAX_POSITION: number = 2 ** 53 - 2 ** 31;

/** The memory of a broadcast buffer. */
export interface BroadcastViews extends RegionViews {
  /** Index of the intent in {@linkcode RegionViews.longs}. */
  readonly intent: number;
  /** Index of the tail. */
  readonly tail: number;
  /** Index of the latest position. */
  readonly latest: number;
}

/** Checks the memory of a broadcast buffer. */
export function viewBroadcast(memory: Uint8Array): BroadcastViews {
  const views = viewRegion(
    memory,
    BROADCAST_TRAILER_LENGTH,
    MIN_CAPACITY,
    "broadcast buffer",
  );
  const intent = views.capacity >> 3;
  return { ...views, intent, tail: intent + 1, latest: intent + 2 };
}

/**
 * Loads a position.
 *
 * @throws {RangeError} When it is one that no number holds exactly.
 */
export function loadPosition(longs: BigInt64Array, index: number): number {
  const position = Number(Atomics.load(longs, index));
  if (position >= 0 && position <= MAX_POSITION && position % ALIGNMENT === 0) {
    return position;
  }
  throw new RangeError(
    `Cannot use broadcast buffer: position ${position} is beyond what a number holds exactly, or one that no sound transmitter writes`,
  );
}

/** Stores a position: 64 bits in one step. */
export function storePosition(
  longs: BigInt64Array,
  index: number,
  position: number,
): void {
  Atomics.store(longs, index, BigInt(position));
}

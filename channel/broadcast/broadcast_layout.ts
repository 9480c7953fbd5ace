/**
 * Trailer of a broadcast buffer, behind the data area, in bytes:
 *
 * ```text
 *  0        8      16       24        80     96     112     120       128
 *  | intent | tail | latest | padding | pair | pair | count | padding |
 * ```
 *
 * The format ends with the latest position. A pair is of this library: where a
 * message ends, and its ordinal, 1 for the first of all. The transmitter stores
 * them in turn, each before the tail, so that there always are those of the tail
 * and of the one before it. The count has the low words of the pair that was
 * stored last, position and ordinal, in one word of 64 bits, which is always read
 * whole, however fast the transmitter is.
 *
 * @module
 */

import { ALIGNMENT } from "../buffers/record_layout.ts";
import { type RegionViews, viewRegion } from "../buffers/region_views.ts";

/** Bytes that a broadcast buffer needs besides its capacity. */
export const BROADCAST_TRAILER_LENGTH = 128;

/** Where the pairs start in the trailer. */
const PAIRS = 80;
/** Where the count is. */
const COUNT = 112;

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
  /** Indexes of the pairs, each of a position and an ordinal. */
  readonly pairs: readonly [number, number];
  /** Index of the count. */
  readonly count: number;
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
  const first = (views.capacity + PAIRS) >> 3;
  return {
    ...views,
    intent,
    tail: intent + 1,
    latest: intent + 2,
    pairs: [first, first + 2],
    count: (views.capacity + COUNT) >> 3,
  };
}

/** Which of the pairs is that of a position: 0 or 1, or -1. */
export function findPair(
  { longs, pairs }: BroadcastViews,
  position: bigint,
): number {
  return pairs.findIndex((pair) => Atomics.load(longs, pair) === position);
}

/** The ordinal of a pair; NaN when it is none. */
export function loadOrdinal(
  { longs, pairs }: BroadcastViews,
  which: number,
): number {
  const pair = pairs[which];
  if (pair === undefined) return NaN;
  const ordinal = Number(Atomics.load(longs, pair + 1));
  return ordinal >= 0 && ordinal <= MAX_POSITION ? ordinal : NaN;
}

/** Where a message ends, and the ordinal of the next one. */
export interface Counted {
  readonly position: number;
  readonly ordinal: number;
}

/**
 * Loads the count while the tail moves on.
 *
 * @returns `undefined` when the tail has not come to it yet, or the transmitter is
 * none of this library.
 */
export function loadCount(views: BroadcastViews): Counted | undefined {
  const { longs, tail, count } = views;
  const before = loadPosition(longs, tail);
  const packed = Atomics.load(longs, count);
  const near = loadOrdinal(views, 0);
  const end = loadPosition(longs, tail);
  if (packed === 0n || Number.isNaN(near)) return undefined;
  const position = before + distance(packed, before);
  // It is stored before the tail: one that is older is another transmitter's, and
  // the message of one that is newer may never come.
  if (position < before || position > end) return undefined;
  const ordinal = near + distance(packed >> 32n, near);
  return position % ALIGNMENT === 0 && ordinal > 0
    ? { position, ordinal: ordinal + 1 }
    : undefined;
}

/** How far a low word is from a number of 64 bits. */
function distance(low: bigint, from: number): number {
  return Number(BigInt.asIntN(32, low - BigInt(from)));
}

/**
 * Loads a position.
 *
 * @throws {RangeError} When it is one that no number holds exactly.
 * @throws {TypeError} When the memory is gone.
 */
export function loadPosition(longs: BigInt64Array, index: number): number {
  if (longs.length === 0) {
    throw new TypeError(
      "Cannot use broadcast buffer: its memory is unmapped or transferred",
    );
  }
  return toPosition(Atomics.load(longs, index));
}

/** Converts a position to a number, as {@linkcode loadPosition} does. */
export function toPosition(value: bigint): number {
  const position = Number(value);
  if (position >= 0 && position <= MAX_POSITION && position % ALIGNMENT === 0) {
    return position;
  }
  throw new RangeError(
    `Cannot use broadcast buffer: corrupt buffer: position ${position} is not a multiple of 8, or beyond what a number holds exactly; recreate it`,
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

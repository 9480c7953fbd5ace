/** Beyond this a number does not hold positions exactly. */
const MAX_POSITION = 2 ** 53 - 2 ** 31;

/** A word of this thread alone, to order loads with. */
const order = new Int32Array(1);

/** Loads a position of 64 bits; NaN when it is none. */
export function loadWatched(longs: BigInt64Array, index: number): number {
  const position = Number(Atomics.load(longs, index));
  return position >= 0 && position <= MAX_POSITION && position % 8 === 0
    ? position
    : NaN;
}

/**
 * Makes sure that all loads before are over: on weakly ordered processors a load
 * that follows may pass them, but not this store and load.
 */
export function finishLoads(): void {
  Atomics.store(order, 0, 0);
  Atomics.load(order, 0);
}

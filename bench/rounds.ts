/**
 * Fair measuring on a machine that does other things too.
 *
 * @module
 */

/** Does something once, and tells how long it took in nanoseconds. */
export type Round = () => number | Promise<number>;

/** How long the two sides took, each in the middle one of its rounds. */
export interface Times {
  /** This library, in nanoseconds. */
  readonly ours: number;
  /** What it is compared with, in nanoseconds. */
  readonly peer: number;
}

/**
 * Lets two sides take turns, so that what disturbs one disturbs the other too,
 * and takes the median of each. A first round of both does not count.
 */
export async function takeTurns(
  rounds: number,
  ours: Round,
  peer: Round,
): Promise<Times> {
  const [oursTook = NaN, peerTook = NaN] = await turnsOf(rounds, 1, [
    ours,
    peer,
  ]);
  return { ours: oursTook, peer: peerTook };
}

/**
 * The same for any number of sides.
 *
 * @param warmUps How many rounds of all do not count, before the others.
 */
export async function turnsOf(
  rounds: number,
  warmUps: number,
  sides: readonly Round[],
): Promise<number[]> {
  const times: number[][] = sides.map(() => []);
  for (let round = 0; round < warmUps + rounds; round++) {
    for (const [i, side] of sides.entries()) {
      const time = await side();
      if (round >= warmUps) times[i]?.push(time);
    }
  }
  return times.map(median);
}

/** How long a call takes, in nanoseconds. */
export function timeOf(call: () => void): number {
  const start = performance.now();
  call();
  return (performance.now() - start) * 1e6;
}

/** The one in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

import type { Line } from "../report.ts";
import { median } from "../rounds.ts";

const ROUNDS = 25;
/** The compiler takes some milliseconds, more on a machine that is busy. */
const WARM_UP_MS = 200;

/** Nanoseconds that one of `count` takes, in the best of some rounds. */
export function best(count: number, run: () => void): number {
  let shortest = Infinity;
  const warm = performance.now() + WARM_UP_MS;
  while (performance.now() < warm) run();
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    run();
    shortest = Math.min(shortest, performance.now() - start);
  }
  return shortest * 1e6 / count;
}

/** Nanoseconds that one of `count` takes, in the middle one of some rounds. */
export async function middle(
  rounds: number,
  count: number,
  run: () => Promise<void>,
): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    await run();
    // The first warms up.
    if (round > 0) times.push((performance.now() - start) * 1e6 / count);
  }
  return median(times);
}

/** Shows nanoseconds. */
function show(nanoseconds: number): string {
  return nanoseconds < 10_000
    ? `${nanoseconds.toFixed(1)} ns`
    : `${(nanoseconds / 1000).toFixed(1)} µs`;
}

/** A line that compares times: the ratio is ours by theirs. */
export function line(
  what: string,
  ours: number,
  peer: number,
  goal?: Line["goal"],
): Line {
  return {
    what,
    ours: show(ours),
    peer: show(peer),
    ratio: ours / peer,
    ...(goal === undefined ? {} : { goal }),
  };
}

/** A line that says how many times as fast ours is. */
export function timesAsFast(
  what: string,
  ours: number,
  peer: number,
  atLeast?: number,
): Line {
  return {
    ...line(`${what}: times as fast`, ours, peer),
    ratio: peer / ours,
    ...(atLeast === undefined ? {} : { goal: { atLeast } }),
  };
}

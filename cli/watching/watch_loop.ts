import { sleep } from "../sleep.ts";
import type { Followed } from "./followed.ts";
import type { Seen } from "./watched.ts";
import { Budget } from "./budget.ts";

/** How often to look whether something exists, or was created again. */
const LOOK_MS = 100;
/** How long one turn takes at most. */
const TURN_MS = 5;
/** Messages between two looks at the clock. */
const PER_LOOK = 32;

/** What a watch is run with. */
export interface LoopOptions {
  readonly signal: AbortSignal;
  /** How long to watch. */
  readonly timeoutMs?: number | undefined;
  /** What it may take of a processor, from 0 to 1. */
  readonly share: number;
  /** Called after each turn. */
  readonly afterTurn?: (now: number) => void;
}

/**
 * Watches until it is told to end.
 *
 * @param tell Called with everything that is seen; returns false to end.
 */
export async function watchLoop(
  followed: readonly Followed[],
  tell: (from: Followed, seen: Seen) => boolean,
  { signal, timeoutMs = Infinity, share, afterTurn }: LoopOptions,
): Promise<void> {
  const budget = new Budget(share);
  const end = performance.now() + timeoutMs;
  let lookAt = performance.now() + LOOK_MS;
  while (!signal.aborted) {
    const start = performance.now();
    if (start >= lookAt) {
      for (const each of followed) each.look();
      lookAt = start + LOOK_MS;
    }
    const found = turn(followed, tell, start + TURN_MS);
    if (found === "end") return;
    const now = performance.now();
    afterTurn?.(now);
    if (now >= end) return;
    const pause = budget.spend(performance.now() - start, found === "nothing");
    await sleep(Math.min(pause, end - now), signal);
  }
}

function turn(
  followed: readonly Followed[],
  tell: (from: Followed, seen: Seen) => boolean,
  until: number,
): "nothing" | "something" | "end" {
  let found: "nothing" | "something" = "nothing";
  // Each in turn: none waits for another one that never ends.
  for (;;) {
    let isOver = true;
    for (const each of followed) {
      each.leaveCutShort();
      for (let i = 0; i < PER_LOOK; i++) {
        const seen = each.next();
        if (seen === undefined) break;
        found = "something";
        if (!tell(each, seen)) return "end";
        if (i === PER_LOOK - 1) isOver = false;
      }
    }
    if (isOver || performance.now() >= until) return found;
  }
}

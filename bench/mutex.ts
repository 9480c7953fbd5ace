/**
 * What does a free mutex cost?
 *
 * @module
 */

import { SharedMemory } from "../mod.ts";
import { Mutex } from "../sync/mod.ts";
import { Peer } from "./peer.ts";
import type { Line, Report } from "./report.ts";
import { takeTurns, timeOf } from "./rounds.ts";

// Short rounds, many of which nothing interrupts, on either side.
const ROUNDS = 101;
const COUNT = 10_000;
/** Rounds until the compiler has finished with both loops. */
const WARM_UP = 20;
const GOAL = { atMost: 5 };

/** The two ways to end a guard. A loop for each, as in a program that has one. */
const WAYS = [
  {
    what: "tryLock() and unlock()",
    repeat: (mutex: Mutex) => {
      for (let time = 0; time < COUNT; time++) mutex.tryLock()!.unlock();
    },
  },
  {
    what: "using guard = tryLock()",
    repeat: (mutex: Mutex) => {
      for (let time = 0; time < COUNT; time++) {
        using _guard = mutex.tryLock();
      }
    },
  },
];

/** Runs the benchmark. */
export async function mutex(): Promise<Report> {
  await using peer = await Peer.start("bench/peers/mutex.c");
  using memory = SharedMemory.anonymous({ size: 4096 });
  using mapping = memory.map();
  const mutex = Mutex.create(mapping.bytes);
  for (const { repeat } of WAYS) {
    for (let round = 0; round < WARM_UP; round++) repeat(mutex);
  }
  const lines: Line[] = [];
  for (const { what, repeat } of WAYS) {
    const times = await takeTurns(
      ROUNDS,
      () => timeOf(() => repeat(mutex)),
      () => peer.time(String(COUNT)),
    );
    lines.push({
      what,
      ours: showTime(times.ours),
      peer: showTime(times.peer),
      ratio: times.ours / times.peer,
      goal: GOAL,
    });
  }
  return {
    question: "Take and release a free mutex",
    peer: "C",
    ratio: "time / C",
    lines,
  };
}

function showTime(nanoseconds: number): string {
  return `${(nanoseconds / COUNT).toFixed(1)} ns`;
}

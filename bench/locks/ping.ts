/**
 * How fast do two processes answer each other that never sleep?
 *
 * @module
 */

import { Pair } from "./pair.ts";
import { Peer } from "../peer.ts";
import type { Report } from "../report.ts";
import { takeTurns } from "../rounds.ts";

// Many short rounds: a process that is descheduled while the other one waits
// spoils a round, and the shorter the rounds the more of them are undisturbed.
const ROUNDS = 51;
const COUNT = 2000;

/** Runs the benchmark. */
export async function ping(): Promise<Report> {
  await using pair = await Pair.start();
  await using peer = await Peer.start("bench/peers/locks/ping.c");
  const { ours, peer: theirs } = await takeTurns(
    ROUNDS,
    () => pair.time("spin", COUNT),
    () => peer.time(`spin ${COUNT}`),
  );
  return {
    question: "Answer another process, both looking all the time",
    peer: "C",
    ratio: "time / C",
    lines: [{
      what: "Atomics on two words",
      ours: showTime(ours),
      peer: showTime(theirs),
      ratio: ours / theirs,
      goal: { atMost: 1.5 },
    }],
  };
}

function showTime(nanoseconds: number): string {
  return `${(nanoseconds / COUNT).toFixed(0)} ns`;
}

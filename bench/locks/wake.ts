/**
 * How fast do two processes wake each other?
 *
 * @module
 */

import { Pair } from "./pair.ts";
import { Peer } from "../peer.ts";
import type { Line, Report } from "../report.ts";
import { takeTurns, type Times } from "../rounds.ts";

const ROUNDS = 21;
const COUNT = 1000;
const GOAL = { atMost: 1.5 };

/** Has both processes take turns on one processor. */
const TOGETHER = ["taskset", "--cpu-list", "0"];

/** Runs the benchmark. */
export async function wake(): Promise<Report> {
  await using pair = await Pair.start();
  await using peer = await Peer.start("bench/peers/locks/ping.c");
  await using together = await Pair.start(TOGETHER);
  const race = (pair: Pair) =>
    takeTurns(
      ROUNDS,
      () => pair.time("waitAsync", COUNT),
      () => pair.time("socket", COUNT),
    );
  const parked = await race(pair);
  const parkedTogether = await race(together);
  const blocked = await takeTurns(
    ROUNDS,
    () => pair.time("wait", COUNT),
    () => peer.time(`futex ${COUNT}`),
  );
  return {
    question: "Wake another process, and be woken by it",
    peer: "peer",
    ratio: "time / peer",
    lines: [
      lineOf("waitAsync; Unix socket in Deno", parked),
      lineOf("the same, on one processor", parkedTogether),
      lineOf("wait; futex in C", blocked),
    ],
  };
}

function lineOf(what: string, { ours, peer }: Times): Line {
  return {
    what,
    ours: showTime(ours),
    peer: showTime(peer),
    ratio: ours / peer,
    goal: GOAL,
  };
}

function showTime(nanoseconds: number): string {
  return `${(nanoseconds / COUNT / 1000).toFixed(1)} µs`;
}

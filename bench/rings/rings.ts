/**
 * How many messages go through a ring, compared with Agrona's own classes in
 * Java on both ends of the same kind of ring?
 *
 * @module
 */

import { Peer } from "../peer.ts";
import type { Line, Report } from "../report.ts";
import { CAPACITY, type How, RingPeers } from "./ring_peers.ts";
import { type Round, takeTurns } from "../rounds.ts";

const ROUNDS = 31;
/** Rounds until the compilers of both languages have finished. */
const WARM_UP = 8;

const ONE = "one-to-one";
const MANY = "many-to-one";

/** How long the messages are, and how many make a round. */
const TINY = { length: 8, count: 2 ** 19 };
const SMALL = { length: 64, count: 2 ** 19 };
const LARGE = { length: 1024, count: 2 ** 16 };

type Messages = typeof SMALL;

/** Runs the benchmark. */
export async function rings(): Promise<Report> {
  return {
    question: `Send messages through a ring of ${CAPACITY / 2 ** 20} MiB`,
    peer: "peer",
    ratio: "speed / peer",
    lines: [...await oneProducer(), ...await manyProducers()],
  };
}

async function oneProducer(): Promise<Line[]> {
  await using ours = await RingPeers.start("deno", ONE, 1);
  await using java = await RingPeers.start("java", ONE, 1);
  const size = `${LARGE.length}`;
  await using memcpy = await Peer.start("bench/peers/memory/memcpy.c", size);
  const compare = (what: string, how: How, messages: Messages, goal: number) =>
    lineOf(
      `${what}; Java`,
      messages,
      goal,
      turnsOf(ours, how, messages),
      turnsOf(java, "write", messages),
    );
  return [
    await compare("64 bytes, write", "write", SMALL, 0.7),
    await lineOf(
      "64 bytes, claim; write",
      SMALL,
      1,
      turnsOf(ours, "claim", SMALL),
      turnsOf(ours, "write", SMALL),
    ),
    await compare("64 bytes, writeSlices", "slices", SMALL, 1),
    await compare("64 bytes, writeBatch", "batch", SMALL, 1),
    await compare("8 bytes, write", "write", TINY, 0.5),
    await compare("1 KiB, write", "write", LARGE, 0.8),
    await lineOf(
      "1 KiB, write; memcpy alone",
      LARGE,
      // Only to be seen: memcpy hands nothing over to another process.
      undefined,
      turnsOf(ours, "write", LARGE),
      () => memcpy.time(`${LARGE.count}`),
    ),
  ];
}

async function manyProducers(): Promise<Line[]> {
  await using ours = await RingPeers.start("deno", MANY, 2);
  await using java = await RingPeers.start("java", MANY, 2);
  const compare = (what: string, messages: Messages) =>
    lineOf(
      `${what}, two producers; Java`,
      messages,
      0.5,
      turnsOf(ours, "write", messages),
      turnsOf(java, "write", messages),
    );
  return [
    await compare("8 bytes", TINY),
    await compare("64 bytes", SMALL),
  ];
}

function turnsOf(peers: RingPeers, how: How, messages: Messages): Round {
  return () => peers.time(how, messages.length, messages.count);
}

async function lineOf(
  what: string,
  { count }: Messages,
  atLeast: number | undefined,
  ourTurn: Round,
  theirTurn: Round,
): Promise<Line> {
  for (let round = 0; round < WARM_UP; round++) {
    await ourTurn();
    await theirTurn();
  }
  const { ours, peer } = await takeTurns(ROUNDS, ourTurn, theirTurn);
  return {
    what,
    ours: showSpeed(count, ours),
    peer: showSpeed(count, peer),
    ratio: peer / ours,
    ...(atLeast === undefined ? {} : { goal: { atLeast } }),
  };
}

function showSpeed(count: number, nanoseconds: number): string {
  return `${(count / nanoseconds * 1000).toFixed(1)} million/s`;
}

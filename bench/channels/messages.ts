/**
 * How fast do messages pass from one Deno process to another, each sent and
 * received by itself, compared with what Deno has for that?
 *
 * @module
 */

import { LENGTH } from "./message_loops.ts";
import { MessagePeers, type Way } from "./message_peers.ts";
import type { Chart, Line, Report } from "../report.ts";
import { median, takeTurns, type Times } from "../rounds.ts";

const ROUNDS = 11;
const COUNT = 300_000;
/** The others are slower, so fewer are enough. */
const FEWER = 30_000;

/** Rounds until the compiler has finished. */
const WARM_UP = 3;

const STREAM_ROUNDS = 5;
const GIGABYTE = 2 ** 30;

/** Runs the benchmark of single messages. */
export async function messages(): Promise<Report> {
  await using peers = await MessagePeers.start();
  for (let i = 0; i < WARM_UP; i++) {
    await peers.time("channel", COUNT);
    await peers.time("channel-batches", COUNT);
    await peers.time("socket", FEWER);
  }
  const speeds = new Map<string, Times>();
  const compare = async (what: string, way: Way, count: number) => {
    const times = await takeTurns(
      ROUNDS,
      async () => await peers.time("channel", COUNT) / COUNT,
      async () => await peers.time(way, count) / count,
    );
    speeds.set(what, times);
  };
  await compare("Unix socket, read message by message", "socket", FEWER);
  await compare("Unix socket, cut from larger reads", "socket-bulk", FEWER);
  await compare("postMessage to a worker", "worker", FEWER);
  await compare("stdout of a child process", "pipe", FEWER);
  const batches = await takeTurns(
    ROUNDS,
    async () => await peers.time("channel-batches", COUNT) / COUNT,
    async () => await peers.time("socket", FEWER) / FEWER,
  );
  const besides = async (
    what: string,
    [way, by]: readonly [Way, Way],
    counts: readonly [number, number],
  ): Promise<Line> => {
    for (let i = 0; i < WARM_UP; i++) await peers.time(way, counts[0]);
    const { ours, peer } = await takeTurns(
      ROUNDS,
      async () => await peers.time(way, counts[0]) / counts[0],
      async () => await peers.time(by, counts[1]) / counts[1],
    );
    return {
      what,
      ours: `${perSecond(ours)} M/s`,
      peer: `${perSecond(peer)} M/s`,
      ratio: peer / ours,
    };
  };
  const least = "the least that Deno can do it in";
  return {
    question:
      `Send messages of ${LENGTH} bytes, and receive them with \`for await\``,
    peer: "peer",
    ratio: "speed / peer",
    lines: [
      {
        what: "batches(); Unix socket, read message by message",
        ours: `${perSecond(batches.ours)} M/s`,
        peer: `${perSecond(batches.peer)} M/s`,
        ratio: batches.peer / batches.ours,
        goal: { atLeast: 60 },
      },
      ...[...speeds].map(([what, { ours, peer }], index) => ({
        what,
        ours: `${perSecond(ours)} M/s`,
        peer: `${perSecond(peer)} M/s`,
        ratio: peer / ours,
        // The others are only to be seen.
        ...(index === 0 ? { goal: { atLeast: 20 } } : {}),
      })),
      await besides(
        `batches(), ${least}; Unix socket, read message by message`,
        ["least-batches", "socket"],
        [COUNT, FEWER],
      ),
      await besides(
        `message by message, ${least}; Unix socket, read so`,
        ["least", "socket"],
        [COUNT, FEWER],
      ),
      await besides(
        `message by message; ${least}`,
        ["channel", "least"],
        [COUNT, COUNT],
      ),
    ],
    chart: chartOf(speeds),
  };
}

function chartOf(speeds: ReadonlyMap<string, Times>): Chart {
  const barOf = (name: string, nanoseconds: number) => ({
    name,
    value: 1000 / nanoseconds,
    shown: perSecond(nanoseconds),
  });
  // Of the runs against each of the others, the one in the middle.
  const ours = median([...speeds.values()].map((times) => times.ours));
  return {
    title: `Messages of ${LENGTH} bytes between two Deno processes`,
    unit: "million/s",
    bars: [
      barOf("Sender and Receiver", ours),
      ...[...speeds].map(([name, { peer }]) => barOf(name, peer)),
    ],
  };
}

/** Runs the benchmark of streams. */
export async function streams(): Promise<Report> {
  await using peers = await MessagePeers.start();
  const { ours, peer } = await takeTurns(
    STREAM_ROUNDS,
    () => peers.time("channel-stream", GIGABYTE),
    () => peers.time("socket-stream", GIGABYTE),
  );
  return {
    question: "Stream 1 GiB from `writable` to `readable`",
    peer: "Unix socket",
    ratio: "speed / peer",
    lines: [{
      what: "chunks of 64 KiB",
      ours: `${(GIGABYTE / ours).toFixed(2)} GB/s`,
      peer: `${(GIGABYTE / peer).toFixed(2)} GB/s`,
      ratio: peer / ours,
      goal: { atLeast: 1 },
    }],
  };
}

function perSecond(nanoseconds: number): string {
  return (1000 / nanoseconds).toFixed(2);
}

/**
 * How many messages go through Aeron's media driver with this client, compared
 * with Aeron's own client in Java on both ends?
 *
 * @module
 */

import process from "node:process";
import { Aeron } from "../../aeron/mod.ts";
import { startDriver } from "../../tests/helpers/aeron/aeron_driver.ts";
import type { Check, Goal, Line, Report } from "../report.ts";
import { takeTurns } from "../rounds.ts";
import { AeronPeers, type Kind, type Language } from "./aeron_peers.ts";
import { TcpPeers } from "./tcp_peers.ts";

const ROUNDS = 15;
/** Rounds until the compilers of both languages have finished. */
const WARM_UP = 10;

const IPC = "aeron:ipc?term-length=64m";
const UDP = "aeron:udp?endpoint=127.0.0.1:24325|term-length=1m";

/** How long the messages are, and how many make a round. */
const SMALL = { length: 64, count: 2 ** 18 };
const LARGE = { length: 1024, count: 2 ** 16 };
const OVER_UDP = { length: 64, count: 2 ** 16 };

/** Sockets are slow enough to measure fewer. */
const LOOPS = { length: 64, count: 2 ** 17 };
const SOCKET_COUNT = 2 ** 10;

const PINGS = 2000;

/** Pauses have grown to their longest by then. */
const IDLE_BEFORE_MS = 11_000;
const IDLE_MS = 5000;

/** Runs the benchmark. */
export async function aeron(): Promise<Report> {
  await using driver = await startDriver();
  const { directory } = driver;
  const start = (language: Language, kind: Kind, channel: string) =>
    AeronPeers.start(directory, language, kind, channel, [
      "produce",
      "consume",
    ]);
  const speed = async (
    what: string,
    kind: Kind,
    channel: string,
    messages: readonly (typeof SMALL)[],
    atLeast: number,
  ): Promise<Line[]> => {
    await using ours = await start("deno", kind, channel);
    await using java = await start("java", kind, channel);
    const lines: Line[] = [];
    for (const { length, count } of messages) {
      lines.push(
        await lineOf(
          `${length} bytes, ${what}`,
          () => ours.time(length, count),
          () => java.time(length, count),
          perSecond(count),
          { atLeast },
        ),
      );
    }
    return lines;
  };
  /** How far a goal is from what Deno can do at all. */
  const least = async (kind: Kind): Promise<Line[]> => {
    const lines: Line[] = [];
    for (const { length, count } of [SMALL, LARGE]) {
      await using ours = await start("deno", kind, IPC);
      await using hand = await start("least", kind, IPC);
      await using java = await start("java", kind, IPC);
      const show = perSecond(count);
      const round = (peers: AeronPeers) => () => peers.time(length, count);
      const what = `${length} bytes, ${kind}`;
      lines.push(
        await lineOf(
          `${what}; the least that Deno can do it in`,
          round(ours),
          round(hand),
          show,
        ),
        await lineOf(
          `${what}, the least that Deno can do it in; Java`,
          round(hand),
          round(java),
          show,
        ),
      );
    }
    return lines;
  };
  const roundTrip = async (): Promise<Line> => {
    const start = (language: Language) =>
      AeronPeers.start(directory, language, "exclusive", IPC, [
        "lead",
        "follow",
      ]);
    await using ours = await start("deno");
    await using java = await start("java");
    return await lineOf(
      "64 bytes there and back, both looking all the time (time)",
      () => ours.ping(PINGS),
      () => java.ping(PINGS),
      (ns) => `${(ns / PINGS).toFixed(0)} ns`,
      { atMost: 1.8 },
    );
  };
  const loops = async (): Promise<Line> => {
    await using ours = await AeronPeers.start(
      directory,
      "deno",
      "exclusive",
      IPC,
      ["send", "receive"],
    );
    const { length, count } = LOOPS;
    await using sockets = await TcpPeers.start(length);
    return await lineOf(
      `${length} bytes, await send and for await; TCP in Deno`,
      () => ours.time(length, count),
      async () => await sockets.time(SOCKET_COUNT) * count / SOCKET_COUNT,
      perSecond(count),
      { atLeast: 10 },
    );
  };
  return {
    question: "Send messages through a media driver",
    checks: [await idle(directory)],
    peer: "Java",
    ratio: "speed / Java",
    lines: [
      ...await speed("exclusive", "exclusive", IPC, [SMALL, LARGE], 0.9),
      ...await speed("shared", "shared", IPC, [SMALL, LARGE], 0.8),
      ...await speed("exclusive, UDP", "exclusive", UDP, [OVER_UDP], 0.95),
      await roundTrip(),
      await loops(),
      ...await least("exclusive"),
      ...await least("shared"),
    ],
  };
}

/** What a client takes that waits for a message. */
async function idle(directory: string): Promise<Check> {
  using aeron = await Aeron.connect({ directory });
  using subscription = await aeron.addSubscription(IPC, 1999);
  const ended = new AbortController();
  const waiting = subscription.receive({ signal: ended.signal }).catch(
    () => {},
  );
  await delay(IDLE_BEFORE_MS);
  const { user, system } = process.cpuUsage();
  await delay(IDLE_MS);
  const used = process.cpuUsage({ user, system });
  ended.abort();
  await waiting;
  const percent = (used.user + used.system) / IDLE_MS / 10;
  return {
    what: `A client that waits takes at most 2 % of a core (${
      percent.toFixed(1)
    } %)`,
    met: percent <= 2,
  };
}

function perSecond(count: number): (nanoseconds: number) => string {
  return (ns) => `${(count / ns * 1000).toFixed(2)} million/s`;
}

async function delay(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

async function lineOf(
  what: string,
  ourTurn: () => Promise<number>,
  theirTurn: () => Promise<number>,
  show: (nanoseconds: number) => string,
  goal?: Goal,
): Promise<Line> {
  for (let round = 0; round < WARM_UP; round++) {
    await ourTurn();
    await theirTurn();
  }
  const { ours, peer } = await takeTurns(ROUNDS, ourTurn, theirTurn);
  const isSpeed = goal === undefined || "atLeast" in goal;
  return {
    what,
    ours: show(ours),
    peer: show(peer),
    ratio: isSpeed ? peer / ours : ours / peer,
    ...(goal === undefined ? {} : { goal }),
  };
}

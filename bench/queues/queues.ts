/**
 * What does a message through a queue of the system cost, beside C, and beside a
 * channel of this library?
 *
 * @module
 */

import { MessageQueue, SystemMessageQueue } from "../../queue/mod.ts";
import { undoLater } from "../../tools/undo.ts";
import { LENGTH } from "../channels/message_loops.ts";
import { MessagePeers, type Way } from "../channels/message_peers.ts";
import { Peer } from "../peer.ts";
import type { Line, Report } from "../report.ts";
import { takeTurns, timeOf } from "../rounds.ts";

const ROUNDS = 31;
const COUNT = 5000;
/** Rounds until the compiler has finished. */
const WARM_UP = 10;
const GOAL = { atMost: 2 };

const BETWEEN_ROUNDS = 7;
const BETWEEN_COUNT = 30_000;

/** Runs the benchmark. */
export async function queues(): Promise<Report> {
  return {
    question:
      `Send a message of ${LENGTH} bytes through a queue of the system, and receive it`,
    peer: "peer",
    ratio: "time / peer",
    lines: [...await besideC(), ...await besideChannel()],
  };
}

/** One process that sends, and receives what it sent. */
async function besideC(): Promise<Line[]> {
  await using peer = await Peer.start("bench/peers/queues/queues.c");
  using stack = new DisposableStack();
  const name = `/shmem-bench-${crypto.randomUUID()}`;
  const queue = stack.use(
    MessageQueue.create(name, { maxMessageLength: LENGTH }),
  );
  queue.unlink();
  const system = SystemMessageQueue.create();
  stack.use(undoLater(() => system.remove()));
  const message = new Uint8Array(LENGTH);
  const posixWay = () => {
    for (let time = 0; time < COUNT; time++) {
      queue.send(message);
      queue.receive();
    }
  };
  const systemWay = () => {
    for (let time = 0; time < COUNT; time++) {
      system.send(message);
      system.receive();
    }
  };
  const lines: Line[] = [];
  for (
    const { what, kind, way } of [
      {
        what: "MessageQueue; mq_send, mq_receive in C",
        kind: "posix",
        way: posixWay,
      },
      {
        what: "SystemMessageQueue; msgsnd, msgrcv in C",
        kind: "system",
        way: systemWay,
      },
    ]
  ) {
    for (let round = 0; round < WARM_UP; round++) way();
    const { ours, peer: theirs } = await takeTurns(
      ROUNDS,
      () => timeOf(way),
      () => peer.time(`${kind} ${COUNT}`),
    );
    lines.push({
      what,
      ours: showTime(ours / COUNT),
      peer: showTime(theirs / COUNT),
      ratio: ours / theirs,
      goal: GOAL,
    });
  }
  return lines;
}

/** One process that sends, and another that receives with `for await`. */
async function besideChannel(): Promise<Line[]> {
  await using peers = await MessagePeers.start();
  const lines: Line[] = [];
  for (
    const [what, way] of [
      ["sendAsync to for await; Sender and Receiver", "queue"],
      ["the same, System V", "system-queue"],
    ] as const satisfies readonly (readonly [string, Way])[]
  ) {
    const { ours, peer } = await takeTurns(
      BETWEEN_ROUNDS,
      () => peers.time(way, BETWEEN_COUNT),
      () => peers.time("channel", BETWEEN_COUNT),
    );
    lines.push({
      what,
      ours: showTime(ours / BETWEEN_COUNT),
      peer: showTime(peer / BETWEEN_COUNT),
      // Only to be seen.
      ratio: ours / peer,
    });
  }
  return lines;
}

function showTime(nanoseconds: number): string {
  return nanoseconds < 1000
    ? `${nanoseconds.toFixed(0)} ns`
    : `${(nanoseconds / 1000).toFixed(2)} µs`;
}

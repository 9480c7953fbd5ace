/**
 * How fast do two processes answer each other with messages?
 *
 * @module
 */

import { undoLater } from "../../tools/undo.ts";
import { RING_TRAILER_LENGTH } from "../../channel/mod.ts";
import { SharedMemory } from "../../mod.ts";
import { Program } from "../../tests/helpers/peers/program.ts";
import { denoRun, Peer } from "../peer.ts";
import type { Report } from "../report.ts";
import { CAPACITY } from "./ring_peers.ts";
import { takeTurns } from "../rounds.ts";

// As many as ping.ts has, for the same reason.
const ROUNDS = 51;
const COUNT = 2000;
const SCRIPT = "bench/peers/rings/ring_ping.ts";

/** Runs the benchmark. */
export async function ringPing(): Promise<Report> {
  await using pair = await Pair.start();
  await using peer = await Peer.start("bench/peers/locks/ping.c");
  const { ours, peer: theirs } = await takeTurns(
    ROUNDS,
    () => pair.time(COUNT),
    () => peer.time(`spin ${COUNT}`),
  );
  return {
    question: "Answer a message of 64 bytes, both looking all the time",
    peer: "C",
    ratio: "time / C",
    lines: [{
      what: "two rings; two words in C",
      ours: showTime(ours),
      peer: showTime(theirs),
      ratio: ours / theirs,
      goal: { atMost: 2 },
    }],
  };
}

/** Two processes, and a ring in each direction. */
class Pair implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #leader: Program;
  readonly #follower: Program;

  private constructor(
    stack: AsyncDisposableStack,
    leader: Program,
    follower: Program,
  ) {
    this.#stack = stack;
    this.#leader = leader;
    this.#follower = follower;
  }

  static async start(): Promise<Pair> {
    await using stack = new AsyncDisposableStack();
    const names = ["ping", "pong"].map((ring) => {
      const name = `/shmem-bench-${ring}-${crypto.randomUUID()}`;
      const size = CAPACITY + RING_TRAILER_LENGTH;
      const memory = stack.use(SharedMemory.create(name, { size }));
      stack.use(undoLater(() => memory.unlink()));
      return name;
    });
    const start = async (role: string) => {
      const program = Program.start([...denoRun(SCRIPT), role, ...names]);
      stack.use(program);
      await program.hear("ready\n");
      return program;
    };
    const leader = await start("lead");
    const follower = await start("follow");
    return new Pair(stack.move(), leader, follower);
  }

  async time(count: number): Promise<number> {
    await this.#follower.tell(`${count}`);
    await this.#leader.tell(`${count}`);
    await this.#follower.line();
    return Number(await this.#leader.line());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

function showTime(nanoseconds: number): string {
  return `${(nanoseconds / COUNT).toFixed(0)} ns`;
}

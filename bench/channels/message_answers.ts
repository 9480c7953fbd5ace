/**
 * How soon does the answer to a message come?
 *
 * @module
 */

import { undoLater } from "../../tools/undo.ts";
import { Receiver } from "../../channel/mod.ts";
import { NamedPipe } from "../../queue/mod.ts";
import { Peer } from "../peer.ts";
import type { Goal, Line, Report } from "../report.ts";
import { takeTurns } from "../rounds.ts";

const SCRIPT = "bench/peers/channels/message_answers.ts";
const ROUNDS = 15;

/** What wakes a process that sleeps in Deno, without a message. */
const LEAST = "a byte through a pipe";

/** Both sides share a processor, as in a container that has one. */
const TOGETHER = ["taskset", "--cpu-list", "0"];

/** Runs the benchmark. */
export async function answers(): Promise<Report> {
  await using apart = await Pair.start();
  await using together = await Pair.start(TOGETHER);
  return {
    question: "Send 64 bytes, and receive the answer",
    peer: "Unix socket",
    ratio: "time / peer",
    lines: [
      await apart.compare("one after the other", 0, 2000, { atMost: 0.3 }),
      await apart.compare("10 ms after the last", 10, 50, { atMost: 1.4 }),
      await apart.comparePipe(`one after the other; ${LEAST}`, 0, 2000),
      await apart.comparePipe(`10 ms after; ${LEAST}`, 10, 50),
      await together.compare("one after the other, on one processor", 0, 500),
    ],
  };
}

/** Two processes that answer each other. */
class Pair implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #leader: Peer;

  private constructor(stack: AsyncDisposableStack, leader: Peer) {
    this.#stack = stack;
    this.#leader = leader;
  }

  /**
   * Starts them.
   *
   * @param prefix A command that runs each of them, such as `taskset`.
   */
  static async start(prefix: readonly string[] = []): Promise<Pair> {
    await using stack = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir({ prefix: "shmem-bench-" });
    stack.use(undoLater(() => Deno.removeSync(folder, { recursive: true })));
    const name = `/shmem-bench-${crypto.randomUUID()}`;
    for (const which of ["there", "back"]) {
      stack.use(undoLater(() => Receiver.unlinkName(`${name}-${which}`)));
    }
    const pipes = ["there", "back"].map((which) => `${folder}/${which}`);
    for (const path of pipes) NamedPipe.create(path);
    const start = async (role: string) => {
      const args = [role, name, `${folder}/socket`, ...pipes];
      const peer = Peer.startDeno(SCRIPT, args, prefix);
      await stack.use(peer).answer();
      return peer;
    };
    const leader = await start("lead");
    await start("follow");
    return new Pair(stack.move(), leader);
  }

  /** Compares a channel with a socket. */
  async compare(
    what: string,
    pauseMs: number,
    count: number,
    goal?: Goal,
  ): Promise<Line> {
    const line = await this.#line(what, pauseMs, count, "socket");
    return goal === undefined ? line : { ...line, goal };
  }

  /** Compares it with the pipe that wakes who sleeps at a channel. */
  async comparePipe(
    what: string,
    pauseMs: number,
    count: number,
  ): Promise<Line> {
    return await this.#line(what, pauseMs, count, "pipe");
  }

  async #line(
    what: string,
    pauseMs: number,
    count: number,
    other: string,
  ): Promise<Line> {
    const time = (way: string) =>
      this.#leader.time(`${way} ${pauseMs} ${count}`);
    const { ours, peer } = await takeTurns(
      ROUNDS,
      () => time("channel"),
      () => time(other),
    );
    const show = (nanoseconds: number) =>
      `${(nanoseconds / count / 1000).toFixed(1)} µs`;
    return { what, ours: show(ours), peer: show(peer), ratio: ours / peer };
  }

  /** Ends them. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

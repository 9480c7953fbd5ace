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
const ROUNDS = 5;

/** What wakes a process that sleeps in Deno, without a message. */
const LEAST = "a byte through a pipe";

/** Runs the benchmark. */
export async function answers(): Promise<Report> {
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
    const peer = Peer.startDeno(SCRIPT, args, []);
    await stack.use(peer).answer();
    return peer;
  };
  const leader = await start("lead");
  await start("follow");
  const compare = async (
    what: string,
    pauseMs: number,
    count: number,
    goal?: Goal,
    other = "socket",
  ): Promise<Line> => {
    const time = (way: string) => leader.time(`${way} ${pauseMs} ${count}`);
    const { ours, peer } = await takeTurns(
      ROUNDS,
      () => time("channel"),
      () => time(other),
    );
    const show = (nanoseconds: number) =>
      `${(nanoseconds / count / 1000).toFixed(1)} µs`;
    const ratio = ours / peer;
    const line = { what, ours: show(ours), peer: show(peer), ratio };
    return goal === undefined ? line : { ...line, goal };
  };
  return {
    question: "Send 64 bytes, and receive the answer",
    peer: "Unix socket",
    ratio: "time / peer",
    lines: [
      await compare("one after the other", 0, 500, { atMost: 0.3 }),
      await compare("10 ms after the last", 10, 50, { atMost: 1.4 }),
      await compare(`one after the other; ${LEAST}`, 0, 500, undefined, "pipe"),
      await compare(`10 ms after; ${LEAST}`, 10, 50, undefined, "pipe"),
    ],
  };
}

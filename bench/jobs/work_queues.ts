import { WorkQueue } from "../../store/mod.ts";
import type { RedisClient } from "../../deps.ts";
import { undoLater } from "../../tools/undo.ts";
import { Peer } from "../peer.ts";
import type { Line } from "../report.ts";
import { middle, timesAsFast } from "./lines.ts";

const LENGTH = 64;
const COUNT = 2000;
const ROUNDS = 5;

/** One job after the other: put, taken and done. */
export async function workQueues(
  redis: RedisClient | undefined,
): Promise<Line[]> {
  const ours = await withQueue();
  const lines = [
    timesAsFast(
      "WorkQueue: put, take and done, beside a dispatcher over a socket",
      ours,
      await withDispatcher(),
      5,
    ),
  ];
  if (redis === undefined) return lines;
  const theirs = await withRedis(redis);
  return [
    ...lines,
    timesAsFast(
      "WorkQueue: put, take and done, beside Redis with LPUSH, BLMOVE, LREM",
      ours,
      theirs,
      20,
    ),
  ];
}

async function withQueue(): Promise<number> {
  const name = `/shmem-bench-${crypto.randomUUID()}`;
  using cleanup = new DisposableStack();
  const queue = cleanup.use(
    WorkQueue.create(name, { jobs: 1000, byteLength: LENGTH }),
  );
  cleanup.defer(() => queue.unlink());
  const value = new Uint8Array(LENGTH);
  return await middle(ROUNDS, 10 * COUNT, async () => {
    for (let i = 0; i < 10 * COUNT; i++) {
      await queue.put(value);
      const job = await queue.take();
      job.done();
    }
  });
}

async function withRedis(redis: RedisClient): Promise<number> {
  const value = "x".repeat(LENGTH);
  return await middle(ROUNDS, COUNT, async () => {
    for (let i = 0; i < COUNT; i++) {
      await redis.lPush("jobs", value);
      const job = await redis.blMove("jobs", "taken", "RIGHT", "LEFT", 1);
      if (job === null) throw new Error("There was no job");
      await redis.lRem("taken", 1, job);
    }
  });
}

async function withDispatcher(): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "shmem-bench-" });
  stack.use(undoLater(() => Deno.removeSync(folder, { recursive: true })));
  const path = `${folder}/socket`;
  const peer = Peer.startDeno("bench/peers/jobs/dispatcher.ts", [path]);
  await stack.use(peer).answer();
  const connect = async () =>
    stack.use(await Deno.connect({ transport: "unix", path }));
  const [putter, taker] = [await connect(), await connect()];
  const encoder = new TextEncoder();
  const put = new Uint8Array(1 + LENGTH).fill(7);
  put.set(encoder.encode("p"));
  const [take, done] = ["t", "d"].map((word) => encoder.encode(word));
  const answer = new Uint8Array(LENGTH);
  return await middle(ROUNDS, COUNT, async () => {
    for (let i = 0; i < COUNT; i++) {
      await putter.write(put);
      await putter.read(answer);
      await taker.write(take!);
      await taker.read(answer);
      await taker.write(done!);
    }
  });
}

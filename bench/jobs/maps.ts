import { SharedMap } from "../../store/mod.ts";
import type { RedisClient } from "../../deps.ts";
import type { Line } from "../report.ts";
import { best, line, middle, timesAsFast } from "./lines.ts";

const KEYS = Array.from({ length: 1000 }, (_, i) => `key:${i}`);

/** Sets and gets of 64 bytes, beside a `Map` with copies, and Redis. */
export async function maps(redis: RedisClient | undefined): Promise<Line[]> {
  const name = `/shmem-bench-${crypto.randomUUID()}`;
  using cleanup = new DisposableStack();
  const map = cleanup.use(SharedMap.create(name, { budget: 2 ** 24 }));
  cleanup.defer(() => map.unlink());
  const plain = new Map<string, Uint8Array>();
  const value = new Uint8Array(64).fill(7);
  const set = best(KEYS.length, () => {
    for (const key of KEYS) map.set(key, value);
  });
  const plainSet = best(KEYS.length, () => {
    for (const key of KEYS) plain.set(key, value.slice());
  });
  const get = best(KEYS.length, () => {
    for (const key of KEYS) map.get(key);
  });
  const plainGet = best(KEYS.length, () => {
    for (const key of KEYS) plain.get(key)?.slice();
  });
  const lines = [
    line("SharedMap: set, beside a Map with copies", set, plainSet),
    line("SharedMap: get, beside a Map with copies", get, plainGet),
  ];
  if (redis === undefined) return lines;
  const text = "x".repeat(64);
  const redisSet = await middle(5, KEYS.length, async () => {
    for (const key of KEYS) await redis.set(key, text);
  });
  const redisGet = await middle(5, KEYS.length, async () => {
    for (const key of KEYS) await redis.get(key);
  });
  return [
    ...lines,
    timesAsFast("SharedMap: set, beside Redis", set, redisSet, 15),
    timesAsFast("SharedMap: get, beside Redis", get, redisGet, 30),
  ];
}

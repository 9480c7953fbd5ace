/**
 * How fast are bytes copied into shared memory?
 *
 * @module
 */

import { SharedMemory } from "../../mod.ts";
import { Peer } from "../peer.ts";
import type { Report } from "../report.ts";
import { takeTurns, timeOf } from "../rounds.ts";

const ROUNDS = 21;
const SIZE = 64 * 1024 * 1024;
const COPIES = 4;

/** Runs the benchmark. */
export async function copy(): Promise<Report> {
  await using peer = await Peer.start(
    "bench/peers/memory/copy.c",
    String(SIZE),
  );
  const name = `/shmem-bench-${Deno.pid}`;
  using memory = SharedMemory.create(name, { size: SIZE });
  memory.unlink();
  using mapping = memory.map();
  const target = mapping.bytes;
  // Every page is touched before, on both sides.
  target.fill(1);
  const source = new Uint8Array(SIZE).fill(7);

  const times = await takeTurns(
    ROUNDS,
    () =>
      timeOf(() => {
        for (let copy = 0; copy < COPIES; copy++) target.set(source);
      }),
    () => peer.time(String(COPIES)),
  );
  return {
    question: "Copy 64 MiB into POSIX shared memory",
    peer: "memcpy in C",
    ratio: "speed / C",
    lines: [{
      what: "set",
      ours: showSpeed(times.ours),
      peer: showSpeed(times.peer),
      ratio: times.peer / times.ours,
      goal: { atLeast: 0.9 },
    }],
  };
}

function showSpeed(nanoseconds: number): string {
  return `${(SIZE * COPIES / nanoseconds).toFixed(2)} GB/s`;
}

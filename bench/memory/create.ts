/**
 * What does it cost to create, map, unmap and remove shared memory?
 *
 * @module
 */

import { formatBytes } from "../../deps.ts";
import { Segment, SharedMemory } from "../../mod.ts";
import { Peer } from "../peer.ts";
import type { Line, Report } from "../report.ts";
import { takeTurns, timeOf } from "../rounds.ts";

const ROUNDS = 15;
const GOAL = { atMost: 3 };

/** Sizes in bytes, and how many lives make a round. */
const SIZES = [
  { size: 4096, count: 2000 },
  { size: 1_000_000, count: 100 },
];

/** One life of shared memory of a kind. */
const LIVES = {
  sysv: (size: number) => {
    using segment = Segment.create({ size });
    try {
      segment.attach().unmap();
    } finally {
      segment.remove();
    }
  },
  posix: (size: number) => {
    const name = `/shmem-bench-${Deno.pid}`;
    using memory = SharedMemory.create(name, { size });
    try {
      memory.map().unmap();
    } finally {
      memory.unlink();
    }
  },
};

const LABELS = { sysv: "System V", posix: "POSIX" };

/** Runs the benchmark. */
export async function create(): Promise<Report> {
  await using peer = await Peer.start("bench/peers/memory/lifecycle.c");
  const lines: Line[] = [];
  for (const kind of ["sysv", "posix"] as const) {
    const live = LIVES[kind];
    for (const { size, count } of SIZES) {
      const times = await takeTurns(
        ROUNDS,
        () =>
          timeOf(() => {
            for (let life = 0; life < count; life++) live(size);
          }),
        () => peer.time(`${kind} ${size} ${count}`),
      );
      lines.push({
        what: `${LABELS[kind]}, ${formatBytes(size)}`,
        ours: showTime(times.ours / count),
        peer: showTime(times.peer / count),
        ratio: times.ours / times.peer,
        goal: GOAL,
      });
    }
  }
  return {
    question: "Create, map, unmap and remove shared memory",
    peer: "C",
    ratio: "time / C",
    lines,
  };
}

function showTime(nanoseconds: number): string {
  return `${(nanoseconds / 1000).toFixed(1)} µs`;
}

/**
 * What does reading through ReadonlyBytes cost?
 *
 * @module
 */

import { type ReadonlyBytes, SharedMemory } from "../../mod.ts";
import type { Line, Report } from "../report.ts";
import { takeTurns, timeOf } from "../rounds.ts";

const ROUNDS = 21;
const SIZE = 64 * 1024;
// So many that the compiler has done its best within the first round, which
// does not count.
const PASSES = 256;
const GOAL = { atMost: 1.5 };

/** The same bytes in ordinary memory, and the usual ways to read them. */
interface Plain {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly words: Int32Array;
  readonly longs: BigInt64Array;
}

/** One way to read all bytes: through this library, and without it. */
interface Reading {
  readonly what: string;
  readonly step: number;
  readonly ours: (memory: ReadonlyBytes) => number;
  readonly peer: (plain: Plain) => number;
}

// A loop for each way and each side, so that the compiler sees what it would
// see in a program that reads in this one way.
const READINGS: readonly Reading[] = [
  {
    what: "at(i); bytes[i]",
    step: 1,
    ours: (memory) => {
      let sum = 0;
      for (let i = 0; i < SIZE; i++) sum = (sum + memory.at(i)!) | 0;
      return sum;
    },
    peer: ({ bytes }) => {
      let sum = 0;
      for (let i = 0; i < SIZE; i++) sum = (sum + bytes[i]!) | 0;
      return sum;
    },
  },
  {
    what: "getUint8; DataView",
    step: 1,
    ours: (memory) => {
      let sum = 0;
      for (let i = 0; i < SIZE; i++) sum = (sum + memory.getUint8(i)) | 0;
      return sum;
    },
    peer: ({ view }) => {
      let sum = 0;
      for (let i = 0; i < SIZE; i++) sum = (sum + view.getUint8(i)) | 0;
      return sum;
    },
  },
  {
    what: "getUint32; DataView",
    step: 4,
    ours: (memory) => {
      let sum = 0;
      for (let i = 0; i < SIZE; i += 4) {
        sum = (sum + memory.getUint32(i, true)) | 0;
      }
      return sum;
    },
    peer: ({ view }) => {
      let sum = 0;
      for (let i = 0; i < SIZE; i += 4) {
        sum = (sum + view.getUint32(i, true)) | 0;
      }
      return sum;
    },
  },
  {
    what: "getFloat64; DataView",
    step: 8,
    ours: (memory) => {
      let sum = 0;
      for (let i = 0; i < SIZE; i += 8) sum += memory.getFloat64(i, true);
      return sum;
    },
    peer: ({ view }) => {
      let sum = 0;
      for (let i = 0; i < SIZE; i += 8) sum += view.getFloat64(i, true);
      return sum;
    },
  },
  {
    what: "getBigInt64; DataView",
    step: 8,
    ours: (memory) => {
      let sum = 0n;
      for (let i = 0; i < SIZE; i += 8) sum ^= memory.getBigInt64(i, true);
      return Number(sum);
    },
    peer: ({ view }) => {
      let sum = 0n;
      for (let i = 0; i < SIZE; i += 8) sum ^= view.getBigInt64(i, true);
      return Number(sum);
    },
  },
  {
    what: "loadInt32; Atomics.load",
    step: 4,
    ours: (memory) => {
      let sum = 0;
      for (let i = 0; i < SIZE; i += 4) sum = (sum + memory.loadInt32(i)) | 0;
      return sum;
    },
    peer: ({ words }) => {
      let sum = 0;
      for (let i = 0; i < words.length; i++) {
        sum = (sum + Atomics.load(words, i)) | 0;
      }
      return sum;
    },
  },
  {
    what: "loadBigInt64; Atomics.load",
    step: 8,
    ours: (memory) => {
      let sum = 0n;
      for (let i = 0; i < SIZE; i += 8) sum ^= memory.loadBigInt64(i);
      return Number(sum);
    },
    peer: ({ longs }) => {
      let sum = 0n;
      for (let i = 0; i < longs.length; i++) sum ^= Atomics.load(longs, i);
      return Number(sum);
    },
  },
];

/** Runs the benchmark. */
export async function getters(): Promise<Report> {
  using memory = SharedMemory.anonymous({ size: SIZE });
  using writer = memory.map();
  const words = new Int32Array(writer.bytes.buffer);
  for (let index = 0; index < words.length; index++) words[index] = index;
  const bytes = writer.bytes.slice();
  using reader = memory.map({ access: "read" });
  const plain = {
    bytes,
    view: new DataView(bytes.buffer),
    words: new Int32Array(bytes.buffer),
    longs: new BigInt64Array(bytes.buffer),
  };
  // See repeat().
  for (const { ours, peer } of READINGS) {
    repeat(ours, reader.bytes, 1);
    repeat(peer, plain, 1);
  }
  const lines: Line[] = [];
  for (const reading of READINGS) {
    lines.push(await compare(reading, reader.bytes, plain));
  }
  return {
    question: "Read 64 KiB through ReadonlyBytes, in nanoseconds per read",
    peer: "ordinary memory",
    ratio: "time / ordinary",
    lines,
  };
}

async function compare(
  { what, step, ours, peer }: Reading,
  memory: ReadonlyBytes,
  plain: Plain,
): Promise<Line> {
  let difference = 0;
  const times = await takeTurns(
    ROUNDS,
    () => timeOf(() => difference += repeat(ours, memory, PASSES)),
    () => timeOf(() => difference -= repeat(peer, plain, PASSES)),
  );
  if (difference !== 0) throw new Error(`${what}: the sums differ`);
  const show = (time: number) =>
    `${(time / (PASSES * SIZE / step)).toFixed(2)}`;
  return {
    what,
    ours: show(times.ours),
    peer: show(times.peer),
    ratio: times.ours / times.peer,
    goal: GOAL,
  };
}

/**
 * Calls every loop of both sides from this one place, which has seen all of
 * them before the first is measured. So the compiler gives each loop code of
 * its own. When it put loops into their caller instead, the plain one over
 * bytes came out five times slower, which flattered this library.
 */
function repeat<Memory>(
  loop: (memory: Memory) => number,
  memory: Memory,
  passes: number,
): number {
  let sum = 0;
  for (let pass = 0; pass < passes; pass++) sum += loop(memory);
  return sum;
}

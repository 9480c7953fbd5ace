/**
 * How fast is a large file read through a mapping?
 *
 * @module
 */

import { formatBytes } from "../../deps.ts";
import { privateMemoryOf } from "../../tools/private_memory.ts";
import { undoLater } from "../../tools/undo.ts";
import { MappedFile } from "../../mod.ts";
import type { Check, Report } from "../report.ts";
import { takeTurns } from "../rounds.ts";

const ROUNDS = 3;
const SIZE = 2 ** 30;
const GOAL = { atLeast: 1.5 };

/** Private memory that comes and goes without any mapping: compiled code, say. */
const NOISE = 4 * 1024 * 1024;

/** Runs the benchmark. */
export async function file(): Promise<Report> {
  const folder = await Deno.makeTempDir({ prefix: "shmem-bench-" });
  using _folder = undoLater(() => Deno.removeSync(folder, { recursive: true }));
  const path = `${folder}/words`;
  const expected = await fill(path);
  const check = (sum: number) => {
    if (sum !== expected) throw new Error("The sums differ");
  };

  const checks = await checkGrowth(path, check);
  const peer = async () => check(sumOf(await wordsOf(path)));
  const array = await takeTurns(
    ROUNDS,
    timed(() => check(sumByArray(path))),
    timed(peer),
  );
  const getter = await takeTurns(
    ROUNDS,
    timed(() => check(sumByGetter(path))),
    timed(peer),
  );
  return {
    question: "Sum all 32-bit words of a file of 1 GiB, cached by the system",
    peer: "Deno.readFile",
    ratio: "times as fast",
    lines: [
      {
        what: "Int32Array, access copy-on-write",
        ours: showTime(array.ours),
        peer: showTime(array.peer),
        ratio: array.peer / array.ours,
        goal: GOAL,
      },
      {
        what: "ReadonlyBytes.getInt32, access read",
        ours: showTime(getter.ours),
        peer: showTime(getter.peer),
        ratio: getter.peer / getter.ours,
        goal: GOAL,
      },
    ],
    checks,
  };
}

/** Sums through a typed array, which is read and never written: no page is copied. */
function sumByArray(path: string): number {
  using file = MappedFile.open(path, { access: "copy-on-write" });
  using mapping = file.map();
  return sumOf(new Int32Array(mapping.bytes.buffer));
}

/** Sums through memory that cannot be written. */
function sumByGetter(path: string): number {
  using file = MappedFile.open(path);
  using mapping = file.map();
  const { bytes } = mapping;
  let sum = 0;
  for (let offset = 0; offset < SIZE; offset += 4) {
    sum = (sum + bytes.getInt32(offset, true)) | 0;
  }
  return sum;
}

function sumOf(words: Int32Array): number {
  let sum = 0;
  for (let index = 0; index < words.length; index++) {
    sum = (sum + words[index]!) | 0;
  }
  return sum;
}

async function wordsOf(path: string): Promise<Int32Array> {
  const { buffer, byteOffset, length } = await Deno.readFile(path);
  return new Int32Array(buffer, byteOffset, length / 4);
}

/** Makes a file of random words, and gives their sum. */
async function fill(path: string): Promise<number> {
  const block = new Int32Array(SIZE / 64 / 4);
  const most = 65536 / 4;
  for (let start = 0; start < block.length; start += most) {
    crypto.getRandomValues(block.subarray(start, start + most));
  }
  using file = await Deno.open(path, { write: true, createNew: true });
  const writer = file.writable.getWriter();
  let sum = 0;
  for (let written = 0; written < SIZE; written += block.byteLength) {
    block[0] = written;
    await writer.write(new Uint8Array(block.buffer));
    sum = (sum + sumOf(block)) | 0;
  }
  await writer.close();
  return sum;
}

/** Looks at how much more private memory the process has while the file is mapped. */
async function checkGrowth(
  path: string,
  check: (sum: number) => void,
): Promise<Check[]> {
  const before = await privateMemoryOf([Deno.pid]);
  using file = MappedFile.open(path, { access: "copy-on-write" });
  using mapping = file.map();
  check(sumOf(new Int32Array(mapping.bytes.buffer)));
  const after = await privateMemoryOf([Deno.pid]);
  // Without /proc nobody knows.
  if (before === null || after === null) return [];
  const growth = Math.max(0, after - before);
  return [{
    what: `Private memory (RssAnon) does not grow while the file is mapped (${
      formatBytes(growth)
    })`,
    met: growth < NOISE,
  }];
}

function timed(work: () => void | Promise<void>): () => Promise<number> {
  return async () => {
    const start = performance.now();
    await work();
    return (performance.now() - start) * 1e6;
  };
}

function showTime(nanoseconds: number): string {
  return `${(nanoseconds / 1e6).toFixed(0)} ms`;
}

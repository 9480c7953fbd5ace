import { SharedMemory } from "../mod.ts";
import { notify, waitAsync } from "../sync/mod.ts";
import type { Crew } from "./crew.ts";
import { type Job, lengthOf } from "./jobs.ts";
import { partOf, type SourceFile } from "./source_file.ts";
import type { Done, Way } from "./way.ts";

const encoder = new TextEncoder();

/**
 * Words in front of the bytes: the round that is there, and behind it, for each
 * process, the round that it has finished.
 */
export const ROUND = 0;
/** Where the bytes start: behind a page for the words. */
export const BYTES_OFFSET = 4096;

/**
 * Shared memory: what a round needs is read into the memory once, and each
 * process goes through it in place. All that it is sent is a path and numbers.
 *
 * The memory has no name, so nothing of it can be left behind, and a small
 * `/dev/shm`, as containers have it, does not limit it.
 */
export const SHARING: Way = {
  name: "shared memory",
  program: "shared_worker.ts",
  permissions: ["--allow-ffi", "--allow-read=/proc", "--allow-write=/proc"],
  open: () => ({
    args: [],
    connect: () => Promise.resolve(),
    work,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }),
};

async function work(job: Job, source: SourceFile, crew: Crew): Promise<Done> {
  const byteLength = lengthOf(job, source.size);
  using memory = SharedMemory.anonymous({ size: BYTES_OFFSET + byteLength });
  using mapping = memory.map();
  const words = new Int32Array(mapping.bytes.buffer, 0, BYTES_OFFSET / 4);
  const bytes = mapping.bytes.subarray(BYTES_OFFSET);

  let copied = 0;
  const results = crew.workers.map((): string[] => []);
  for (const [index, worker] of crew.workers.entries()) {
    const { offset, length } = partOf(job, byteLength, index);
    const line = `${memory.path} ${index} ${offset} ${length} ${job.rounds}\n`;
    await worker.write(encoder.encode(line));
  }
  for (let round = 1; round <= job.rounds; round++) {
    // A table stays as it is from round to round, a frame is a new one.
    if (round === 1 || job.byteLength !== undefined) {
      copied += await source.readInto(bytes, round - 1);
    }
    Atomics.store(words, ROUND, round);
    notify(words, ROUND);
    for (const index of crew.workers.keys()) {
      const place = ROUND + 1 + index;
      while (Atomics.load(words, place) < round) {
        await waitAsync(words, place, round - 1);
      }
    }
  }
  for (const [index, worker] of crew.workers.entries()) {
    for (let round = 0; round < job.rounds; round++) {
      results[index]?.push(await worker.line());
    }
    await worker.close();
  }
  return { results, copied, shared: memory.status().allocated };
}

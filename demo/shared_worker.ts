/**
 * Works on shared memory. Started by the demo, which says on stdin which.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- stdout is the way to answer

import { SharedMemory } from "../mod.ts";
import { notify, wait } from "../sync/mod.ts";
import { READY } from "./crew.ts";
import { JOBS, workOf } from "./jobs.ts";
import { linesOf } from "./lines.ts";
import { BYTES_OFFSET, ROUND } from "./sharing.ts";

const job = JOBS.find(({ name }) => name === Deno.args[0]);
if (job === undefined) throw new TypeError("There is no such job");

// The first use of the library opens libc, which is a part of starting.
SharedMemory.anonymous({ size: 1 }).close();
console.log(READY);
for await (const line of linesOf(Deno.stdin.readable)) {
  const [path = "", ...numbers] = line.split(" ");
  const [index = 0, offset = 0, length = 0, rounds = 0] = numbers.map(Number);
  using memory = SharedMemory.openPath(path);
  using mapping = memory.map();
  const words = new Int32Array(mapping.bytes.buffer, 0, BYTES_OFFSET / 4);
  const start = BYTES_OFFSET + offset;
  const bytes = mapping.bytes.subarray(start, start + length);
  const work = workOf(job.name, length);
  const results = [];
  for (let round = 1; round <= rounds; round++) {
    while (Atomics.load(words, ROUND) < round) {
      wait(words, ROUND, round - 1);
    }
    work.take(bytes);
    results.push(work.end());
    Atomics.store(words, ROUND + 1 + index, round);
    notify(words, ROUND + 1 + index);
  }
  console.log(results.join("\n"));
}

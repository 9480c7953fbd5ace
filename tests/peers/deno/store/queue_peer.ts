/**
 * The other side of tests of `WorkQueue`, in Deno. A job is a number in text.
 *
 *     put NAME FIRST COUNT       puts numbers
 *     work NAME [DELAY]          does jobs until one is "end": adds 1 to the word of
 *         the number in NAME-done, then done(); prints how many it did
 *     hold NAME                  takes a job, says "took N", and keeps it
 *
 * @module
 */

// deno-lint-ignore-file no-console -- what it prints is what it answers

import { SharedMemory } from "../../../../mod.ts";
import { WorkQueue } from "../../../../store/mod.ts";

const [mode = "", name = "", ...rest] = Deno.args;
const place = name.includes("/", 1) ? { path: name } : name;
const decoder = new TextDecoder();
using queue = await WorkQueue.waitFor(place);

if (mode === "put") {
  const [first = 0, count = 0] = rest.map(Number);
  const encoder = new TextEncoder();
  for (let i = first; i < first + count; i++) {
    await queue.put(encoder.encode(String(i)));
  }
} else if (mode === "hold") {
  using job = await queue.take();
  console.log(`took ${decoder.decode(job.bytes)} ${job.attempts}`);
  await new Promise((resolve) => setTimeout(resolve, 1e8));
} else {
  using memory = SharedMemory.open(rest[0] ?? "");
  using mapping = memory.map();
  const counts = new Int32Array(mapping.bytes.buffer);
  let did = 0;
  for await (using job of queue) {
    const text = decoder.decode(job.bytes);
    if (text !== "end") {
      Atomics.add(counts, Number(text), 1);
      did++;
    }
    job.done();
    if (text === "end") break;
  }
  console.log(`did ${did}`);
}

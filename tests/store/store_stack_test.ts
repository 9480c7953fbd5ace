/**
 * Objects of the store where no stack is left: no lock stays taken, nothing stays
 * half-written, and nothing stays behind.
 *
 * @module
 */

import { assert, assertEquals } from "../../deps.ts";
import { type Job, Latest, SharedMap, WorkQueue } from "../../store/mod.ts";
import { traces } from "../helpers/channel/ends.ts";
import { atEveryDepth } from "../helpers/memory/every_depth.ts";
import { namesOf } from "../helpers/names.ts";
import { killTaker } from "../helpers/store/dead_taker.ts";

const MAKERS = {
  Latest: (name: string) => Latest.create(name, { byteLength: 64 }),
  SharedMap: (name: string) => SharedMap.create(name, { budget: 2 ** 16 }),
  WorkQueue: (name: string) =>
    WorkQueue.create(name, { jobs: 16, byteLength: 64 }),
};

const SMALL = { jobs: 4, byteLength: 8 };

for (const [what, make] of Object.entries(MAKERS)) {
  Deno.test(`${what} that cannot be created or closed for want of stack leaves nothing`, () => {
    using names = namesOf();
    let made = 0;
    let handle = make(`${names.start}-${made++}`);
    const { failed } = atEveryDepth(() => {
      handle.close();
      handle = make(`${names.start}-${made}`);
      made++;
    });
    handle.close();
    assert(failed > 0);
    assertEquals(traces(names.start), []);
    assertEquals(names.remove(), made);
  });
}

Deno.test("SharedMap's lock is free after changes that failed for want of stack", () => {
  using names = namesOf();
  using map = SharedMap.create(names.start, { budget: 2 ** 18 });
  using other = SharedMap.open(names.start);
  const { failed } = atEveryDepth((number) => {
    map.set(`key ${number % 7}`, new Uint8Array(number % 90).fill(number));
    map.get(`key ${number % 5}`);
    map.delete(`key ${number % 3}`);
  });
  assert(failed > 0);
  other.set("last", new Uint8Array([1, 2, 3]));
  assertEquals(map.get("last"), new Uint8Array([1, 2, 3]));
  for (const [, value] of other.entries()) {
    assert(value.every((byte) => byte === value[0]) || value.length === 3);
  }
  for (const key of [...other.keys()]) other.delete(key);
  assertEquals(other.usage().entries, 0);
});

Deno.test("WorkQueue's lock is free after calls that failed for want of stack", () => {
  using names = namesOf();
  using queue = WorkQueue.create(names.start, { jobs: 64, byteLength: 64 });
  using other = WorkQueue.open(names.start);
  const put = new Set<number>();
  const done = new Set<number>();
  const takeAll = (from: WorkQueue) => {
    for (;;) {
      const job = from.tryTake();
      if (job === null) return;
      done.add(
        new DataView(job.bytes.buffer, job.bytes.byteOffset).getInt32(0),
      );
      job.done();
    }
  };
  const { failed } = atEveryDepth((number) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setInt32(0, number);
    if (queue.tryPut(bytes) !== null) put.add(number);
    if (number % 10 === 0) takeAll(queue);
  });
  assert(failed > 0);
  // What a call that failed had taken comes again when its handle is closed.
  queue.close();
  takeAll(other);
  assertEquals([...put].filter((number) => !done.has(number)), []);
  assert(other.tryPut(new Uint8Array(8)) !== null);
});

Deno.test("a job of a killed process comes back to a handle whose first calls failed for want of stack", async () => {
  using names = namesOf();
  using queue = WorkQueue.create(names.start, SMALL);
  using warm = WorkQueue.create(`${names.start}-warm`, SMALL);
  await queue.put(Uint8Array.of(7));
  await killTaker(names.start);
  const jobs: Job[] = [];
  const { failed } = atEveryDepth((number) => {
    // The call in peace is for another one.
    const job = (number === 0 ? warm : queue).tryTake();
    if (job !== null) jobs.push(job);
  });
  assert(failed > 0);
  assertEquals(jobs.map(({ attempts }) => attempts), [2]);
  jobs[0]?.done();
  assertEquals(queue.status().taken, 0);
});

Deno.test("Job.done() that failed for want of stack may be repeated", async () => {
  using names = namesOf();
  const count = 4000;
  using queue = WorkQueue.create(names.start, { jobs: count, byteLength: 8 });
  const jobs: Job[] = [];
  for (let i = 0; i < count; i++) {
    await queue.put(new Uint8Array(8));
    jobs.push(await queue.take());
  }
  let ended = 0;
  const { failed, done } = atEveryDepth(() => {
    jobs[ended]?.done();
    ended++;
  });
  assert(failed > 0);
  assertEquals([ended, queue.status().taken], [done, count - done]);
});

Deno.test("Latest is whole after writes that failed for want of stack", () => {
  using names = namesOf();
  using latest = Latest.create(names.start, { byteLength: 64 });
  using reader = Latest.open(names.start);
  const { failed } = atEveryDepth((number) => {
    latest.write(new Uint8Array(64).fill(number));
    const { bytes } = reader.read()!;
    assert(bytes.every((byte) => byte === bytes[0]));
  });
  assert(failed > 0);
  latest.write(new Uint8Array(64).fill(99));
  assertEquals(reader.read()?.bytes, new Uint8Array(64).fill(99));
});

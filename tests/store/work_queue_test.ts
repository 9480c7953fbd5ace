/**
 * `WorkQueue` within one process: order, room, delays, attempts, errors, damage.
 *
 * @module
 */

import { SEED } from "../helpers/seed.ts";
import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
  loadFastCheck,
} from "../../deps.ts";
import { type Job, WorkQueue } from "../../store/mod.ts";
import { testName, testPath } from "../helpers/store/place.ts";

const fc = await loadFastCheck();

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function put(queue: WorkQueue, text: string): void {
  assert(queue.tryPut(encoder.encode(text)) !== null);
}

function textOf({ bytes }: Job): string {
  return decoder.decode(bytes);
}

/** Takes and ends all that is there. */
function drain(queue: WorkQueue): string[] {
  const texts: string[] = [];
  for (let job = queue.tryTake(); job !== null; job = queue.tryTake()) {
    texts.push(textOf(job));
    job.done();
  }
  return texts;
}

for (const testPlace of [testName, testPath]) {
  Deno.test(`jobs come in order, each to one handle, by ${testPlace.name}`, async () => {
    using at = testPlace();
    using queue = WorkQueue.create(at.place, { jobs: 10, byteLength: 33 });
    using other = WorkQueue.open(at.place);
    const numbers: number[] = [];
    for (let i = 0; i < 6; i++) {
      numbers.push(await queue.put(encoder.encode(`job ${i}`)));
    }
    assertEquals(numbers, [1, 2, 3, 4, 5, 6]);
    const seen: string[] = [];
    for (let i = 0; i < 3; i++) {
      for (const handle of [queue, other]) {
        using job = await handle.take();
        assertEquals([job.number, job.attempts], [seen.length + 1, 1]);
        seen.push(textOf(job));
        job.done();
      }
    }
    assertEquals(seen, [0, 1, 2, 3, 4, 5].map((i) => `job ${i}`));
    assertEquals(queue.tryTake(), null);
    assertEquals(queue.status(), {
      waiting: 0,
      delayed: 0,
      taken: 0,
      failed: 0,
    });
  });
}

Deno.test("a job that ends without done() goes back to where it was", async () => {
  using at = testName();
  using queue = WorkQueue.create(at.place, { jobs: 10, byteLength: 33 });
  for (const text of ["a", "b", "c"]) put(queue, text);
  {
    using job = await queue.take();
    assertEquals([textOf(job), job.attempts], ["a", 1]);
  }
  {
    using job = await queue.take();
    assertEquals([textOf(job), job.attempts], ["a", 2]);
    assertEquals(queue.status().taken, 1);
    job.done();
    assertThrows(() => job.done(), TypeError, "has ended");
    assertThrows(() => job.retry(), TypeError, "has ended");
  }
  assertEquals(drain(queue), ["b", "c"]);
});

Deno.test("after maxAttempts a job is a failed one, until done() or retry()", () => {
  using at = testName();
  using queue = WorkQueue.create(at.place, {
    jobs: 3,
    byteLength: 33,
    maxAttempts: 2,
  });
  for (const text of ["bad", "worse", "good"]) put(queue, text);
  for (let i = 0; i < 4; i++) queue.tryTake()?.retry();
  assertEquals(queue.status(), {
    waiting: 1,
    delayed: 0,
    taken: 0,
    failed: 2,
  });
  assertEquals(drain(queue), ["good"]);
  const [bad, worse] = queue.failed();
  assert(bad !== undefined && worse !== undefined);
  assertEquals([textOf(bad), bad.attempts], ["bad", 2]);
  bad.done();
  worse.retry();
  assertEquals(queue.failed(), []);
  const again = queue.tryTake();
  assertEquals([again && textOf(again), again?.attempts], ["worse", 1]);
  again?.done();
  put(queue, "x");
  queue.tryTake()?.retry();
  queue.tryTake()?.retry();
  const [first] = queue.failed();
  const [second] = queue.failed();
  first?.done();
  assertThrows(() => second?.done(), Deno.errors.InvalidData, "another handle");
});

Deno.test("put() waits for room, and take() for a job", async () => {
  using at = testName();
  using queue = WorkQueue.create(at.place, { jobs: 2, byteLength: 33 });
  put(queue, "1");
  put(queue, "2");
  assertEquals(queue.tryPut(encoder.encode("3")), null);
  await assertRejects(
    () => queue.put(encoder.encode("3"), { timeoutMs: 10 }),
    Deno.errors.TimedOut,
    "no room",
  );
  const third = queue.put(encoder.encode("3"));
  (await queue.take()).done();
  assertEquals(await third, 3);
  assertEquals(drain(queue), ["2", "3"]);
  await assertRejects(
    () => queue.take({ timeoutMs: 10 }),
    Deno.errors.TimedOut,
    "no job",
  );
  const controller = new AbortController();
  const aborted = queue.take({ signal: controller.signal });
  controller.abort(new RangeError("enough"));
  await assertRejects(() => aborted, RangeError, "enough");
  const next = queue.take();
  put(queue, "4");
  using job = await next;
  assertEquals(textOf(job), "4");
  job.done();
});

Deno.test("delayed jobs come when they are due, the earliest first", async () => {
  using at = testName();
  using queue = WorkQueue.create(at.place, { jobs: 50, byteLength: 33 });
  // One that is not due in the time of this test.
  await queue.put(encoder.encode("never"), { delayMs: 1e9 });
  put(queue, "0");
  assertEquals(queue.status().delayed, 1);
  (await queue.take()).done();
  assertEquals(queue.tryTake(), null);

  // By the clock of the calendar, in milliseconds: not before and not after.
  const due: { from: number; to: number }[] = [];
  for (let i = 0; i < 30; i++) {
    const delayMs = 20 + (i * 7) % 60;
    const from = Date.now() + delayMs;
    await queue.put(encoder.encode(String(i)), { delayMs });
    due.push({ from, to: Date.now() + delayMs });
  }
  const seen = [];
  while (seen.length < due.length) {
    using job = await queue.take({ timeoutMs: 30_000 });
    const its = due[Number(textOf(job))]!;
    assert(Date.now() >= its.from);
    seen.push(its);
    job.done();
  }
  for (const [index, { to }] of seen.entries()) {
    assert(seen.slice(0, index).every(({ from }) => from <= to));
  }

  const from = Date.now() + 30;
  {
    await queue.put(encoder.encode("again"));
    using job = await queue.take();
    job.retry({ delayMs: 30 });
  }
  {
    using job = await queue.take({ timeoutMs: 30_000 });
    assertEquals(textOf(job), "again");
    assert(Date.now() >= from);
    job.done();
  }
});

Deno.test("closing a handle gives back its jobs, and ends its waits", async () => {
  using at = testName();
  using queue = WorkQueue.create(at.place, { jobs: 5, byteLength: 33 });
  const other = WorkQueue.open(at.place);
  put(queue, "a");
  const job = await other.take();
  const waiting = other.take();
  other.close();
  await assertRejects(() => waiting, Deno.errors.BadResource);
  assertThrows(() => job.done(), Deno.errors.BadResource);
  using again = await queue.take({ timeoutMs: 30_000 });
  assertEquals([textOf(again), again.attempts], ["a", 2]);
  again.done();
  await assertRejects(() => other.take(), Deno.errors.BadResource);
  await assertRejects(
    () => other.put(new Uint8Array(1)),
    Deno.errors.BadResource,
  );
  assertThrows(() => other.status(), Deno.errors.BadResource);
});

Deno.test("WorkQueue does what a list would, for any order of operations", async () => {
  const step = fc.oneof(
    fc.record({ act: fc.constant("put" as const), n: fc.nat(99) }),
    fc.record({ act: fc.constant("take" as const), n: fc.nat(1) }),
    fc.record({ act: fc.constant("done" as const), n: fc.nat(5) }),
    fc.record({ act: fc.constant("retry" as const), n: fc.nat(5) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      using at = testName();
      using queue = WorkQueue.create(at.place, {
        jobs: 7,
        byteLength: 8,
        maxAttempts: 4,
      });
      using other = WorkQueue.open(at.place);
      const line: { text: string; attempts: number }[] = [];
      const held: { job: Job; text: string; attempts: number }[] = [];
      let failed = 0;
      for (const { act, n } of steps) {
        if (act === "put") {
          const room = line.length + held.length + failed < 7;
          const number = queue.tryPut(encoder.encode(String(n)));
          assertEquals(number !== null, room);
          if (room) line.push({ text: String(n), attempts: 0 });
        } else if (act === "take") {
          const job = (n === 0 ? queue : other).tryTake();
          const expected = line.shift();
          assertEquals(job && textOf(job), expected?.text ?? null);
          if (job === null || expected === undefined) continue;
          const attempts = expected.attempts + 1;
          assertEquals(job.attempts, attempts);
          held.push({ job, text: expected.text, attempts });
        } else if (held.length > 0) {
          const [taken] = held.splice(n % held.length, 1);
          if (taken === undefined) continue;
          if (act === "done") taken.job.done();
          else {
            taken.job.retry();
            if (taken.attempts >= 4) failed++;
            else line.unshift(taken);
          }
        }
        assertEquals(queue.status(), {
          waiting: line.length,
          delayed: 0,
          taken: held.length,
          failed,
        });
      }
      await Promise.resolve();
    }),
    { numRuns: 60, seed: SEED },
  );
});

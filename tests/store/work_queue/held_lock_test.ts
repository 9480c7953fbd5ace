/**
 * Objects of the store while another process has their lock: who waits says so and
 * for what, and what failed for that may be done again.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../deps.ts";
import { isSystemError } from "../../../mod.ts";
import {
  type Place,
  SharedBroadcastChannel,
  SharedMap,
  WorkQueue,
} from "../../../store/mod.ts";
import { holdLock, impatient } from "../../helpers/store/held_lock.ts";
import { testPath } from "../../helpers/store/place.ts";
import { started } from "../../helpers/sync/wait_peers.ts";
import { killTaker } from "../../helpers/store/dead_taker.ts";

const SHAPE = { jobs: 10, byteLength: 8 };
const MEANING = "another change has not ended in time";

/** Checks that an error says which object another process has the lock of. */
function assertHeld(error: unknown, what: string): void {
  assert(isSystemError(error), String(error));
  assertEquals(error.code, "ETIMEDOUT");
  assert(error.message.includes(`use ${what}`), error.message);
  assert(error.message.includes(MEANING), error.message);
}

Deno.test("a job of a killed process comes back to a handle whose first take() found the lock held", async () => {
  using at = testPath();
  using queue = WorkQueue.create(at.place, SHAPE);
  await queue.put(Uint8Array.of(7));
  await killTaker(at.name);
  await using other = await holdLock(at.name);
  const error = await assertRejects(() => queue.take({ timeoutMs: 20 }));
  assertEquals(queue.tryTake(), null);
  await other.release();
  using job = await queue.take({ timeoutMs: 30_000 });
  assertEquals([job.bytes, job.attempts], [Uint8Array.of(7), 2]);
  job.done();
  assertHeld(error, `work queue "${at.name}"`);
});

Deno.test("the first take() of a handle waits for the lock without blocking its thread", async () => {
  using at = testPath();
  using queue = WorkQueue.create(at.place, SHAPE);
  await queue.put(Uint8Array.of(7));
  await using other = await holdLock(at.name);
  const taking = started(queue.take({ timeoutMs: 30_000 }));
  await other.release();
  using job = await taking;
  assertEquals(job.bytes, Uint8Array.of(7));
  job.done();
});

Deno.test("a take() that waits for the lock ends with close(), and with its signal", async () => {
  using at = testPath();
  using queue = WorkQueue.create(at.place, SHAPE);
  using other = WorkQueue.open(at.place);
  await using lock = await holdLock(at.name);
  const controller = new AbortController();
  const aborted = started(queue.take({ signal: controller.signal }));
  const closed = started(other.take());
  controller.abort(new RangeError("enough"));
  await assertRejects(() => aborted, RangeError, "enough");
  other.close();
  await assertRejects(
    () => closed,
    Deno.errors.BadResource,
    `work queue "${at.name}": it is closed`,
  );
  await lock.release();
  assertEquals(queue.tryPut(new Uint8Array(1)), 1);
});

Deno.test("Job.done() and retry() that found the lock held may be repeated", async () => {
  using at = testPath();
  using queue = WorkQueue.create(at.place, SHAPE);
  await queue.put(Uint8Array.of(1));
  await queue.put(Uint8Array.of(2));
  using first = await queue.take();
  using second = await queue.take();
  {
    await using other = await holdLock(at.name);
    using _patience = impatient();
    for (const end of [() => first.done(), () => second.retry()]) {
      assertHeld(assertThrows(end), `work queue "${at.name}"`);
    }
    await other.release();
  }
  assertEquals([first.ended, second.ended], [false, false]);
  first.done();
  second.retry();
  assertEquals([first.ended, second.ended], [true, true]);
  assertThrows(() => first.done(), TypeError, "it has ended");
  assertEquals(queue.status(), { waiting: 1, delayed: 0, taken: 0, failed: 0 });
});

Deno.test("Job.done() of what is another's by now ends the job here", async () => {
  using at = testPath();
  using queue = WorkQueue.create(at.place, { ...SHAPE, maxAttempts: 1 });
  await queue.put(Uint8Array.of(1));
  queue.tryTake()?.retry();
  const [here] = queue.failed();
  const [there] = queue.failed();
  there?.done();
  assertThrows(() => here?.done(), Deno.errors.InvalidData, "another handle");
  assertEquals(here?.ended, true);
});

for (
  const [what, make, change] of [
    [
      "map",
      (place: Place) => SharedMap.create(place, { budget: 4096 }),
      (map: SharedMap) => map.set("key", Uint8Array.of(1)),
    ],
    [
      "broadcast channel",
      (place: Place) => new SharedBroadcastChannel(place, { capacity: 1024 }),
      (channel: SharedBroadcastChannel) => channel.postMessage(1),
    ],
  ] as const
) {
  Deno.test(`a ${what} that another process has the lock of is named, and goes on afterwards`, async () => {
    using at = testPath();
    using object = make(at.place);
    const act = () => Reflect.apply(change, null, [object]);
    await using other = await holdLock(at.name);
    {
      using _patience = impatient();
      assertHeld(assertThrows(act), `${what} "${at.name}"`);
    }
    await other.release();
    act();
  });
}

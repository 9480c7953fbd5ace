/**
 * What `WorkQueue` refuses: arguments, damage.
 *
 * @module
 */

import { fillRandomly } from "../helpers/seed.ts";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "../../deps.ts";
import { isSystemError, SharedMemory } from "../../mod.ts";
import { WorkQueue } from "../../store/mod.ts";
import { Mutex } from "../../sync/mod.ts";
import { testName } from "../helpers/store/place.ts";

const encoder = new TextEncoder();

function put(queue: WorkQueue, text: string): void {
  assert(queue.tryPut(encoder.encode(text)) !== null);
}

Deno.test("WorkQueue refuses wrong arguments before anything is made", async () => {
  using at = testName();
  const create = (options: unknown) =>
    Reflect.apply(WorkQueue.create, WorkQueue, [at.place, options]);
  for (const jobs of [0, -1, 1.5, 2 ** 25, "5", undefined]) {
    assertThrows(() => create({ jobs, byteLength: 8 }), RangeError, "jobs");
  }
  for (const byteLength of [0, 2 ** 31, NaN, undefined]) {
    assertThrows(() => create({ jobs: 5, byteLength }), RangeError);
  }
  for (const maxAttempts of [0, 4096, 1.5]) {
    assertThrows(
      () => create({ jobs: 5, byteLength: 8, maxAttempts }),
      RangeError,
      "maxAttempts",
    );
  }
  assertThrows(
    () => create({ jobs: 5, byteLength: 8, size: 1 }),
    TypeError,
    '"size"',
  );
  assertThrows(() => WorkQueue.open(at.place), Deno.errors.NotFound);
  using queue = WorkQueue.create(at.place, { jobs: 5, byteLength: 8 });
  const error = assertThrows(
    () =>
      WorkQueue.create(at.place, { jobs: 6, byteLength: 8, ifExists: "open" }),
    RangeError,
  );
  assertStringIncludes(error.message, "5 jobs of 8 bytes");
  assertStringIncludes(error.message, "6 of 8");
  const again = (maxAttempts?: number) =>
    create({ jobs: 5, byteLength: 8, ifExists: "open", maxAttempts });
  assertThrows(
    () => again(9),
    RangeError,
    "it has maxAttempts 3, and 9 was asked for",
  );
  for (const same of [3, undefined]) again(same).close();
  await assertRejects(() => queue.put(new Uint8Array(9)), RangeError);
  for (const delayMs of [-1, NaN, Infinity, "5"]) {
    await assertRejects(
      () => Reflect.apply(queue.put, queue, [new Uint8Array(1), { delayMs }]),
      RangeError,
      "delayMs",
    );
  }
  await assertRejects(
    () => Reflect.apply(queue.put, queue, ["text"]),
    TypeError,
  );
  await assertRejects(
    () => Reflect.apply(queue.take, queue, [{ timeout: 5 }]),
    TypeError,
    '"timeout"',
  );
  put(queue, "x");
  using job = await queue.take();
  assertThrows(
    () => Reflect.apply(job.retry, job, [{ delay: 5 }]),
    TypeError,
    '"delay"',
  );
  assertEquals(job.ended, false);
});

Deno.test("a queue that another program overwrites causes errors at most", async () => {
  for (let round = 0; round < 60; round++) {
    using at = testName();
    using queue = WorkQueue.create(at.place, { jobs: 20, byteLength: 8 });
    using other = WorkQueue.open(at.place);
    for (let i = 0; i < 10; i++) put(queue, String(i));
    const held = [queue.tryTake(), other.tryTake()];
    using memory = SharedMemory.open(at.name);
    using mapping = memory.map();
    const { bytes } = mapping;
    // Lists and jobs, without the mutex, and with it every other time.
    const start = round % 2 === 0 ? 128 : 256;
    const end = round % 3 === 0 ? bytes.length : start + 64;
    fillRandomly(bytes.subarray(start, end));
    const calls: (() => unknown)[] = [
      () => queue.tryPut(new Uint8Array(5)),
      () => other.tryTake()?.done(),
      () => queue.tryTake()?.retry(),
      () => held[0]?.done(),
      () => held[1]?.retry({ delayMs: 1 }),
      () => queue.failed().length,
      () => queue.status(),
    ];
    for (const call of [...calls, ...calls]) {
      try {
        call();
      } catch (error) {
        assert(
          error instanceof Deno.errors.InvalidData ||
            error instanceof TypeError || isSystemError(error),
          String(error),
        );
      }
    }
    await queue.take({ timeoutMs: 1 }).catch(() => {});
  }
});

Deno.test("WorkQueue.close() ends a call that was just given the lock", async () => {
  using at = testName();
  const queue = WorkQueue.create(at.place, { jobs: 10, byteLength: 33 });
  using other = WorkQueue.open(at.place);
  const { tryLock, lockAsync } = Mutex.prototype;
  using cleanup = new DisposableStack();
  cleanup.defer(() => Object.assign(Mutex.prototype, { tryLock, lockAsync }));
  // As if another process had it until now: it is closed between the moment when
  // the lock is given and the one when its taker goes on.
  Object.assign(Mutex.prototype, {
    tryLock: () => null,
    async lockAsync(this: Mutex) {
      const guard = await lockAsync.call(this);
      queue.close();
      return guard;
    },
  });
  await assertRejects(
    () => queue.put(new Uint8Array(3)),
    Deno.errors.BadResource,
    "it is closed",
  );
  Object.assign(Mutex.prototype, { tryLock, lockAsync });
  assertThrows(() => queue.tryTake(), Deno.errors.BadResource, "it is closed");
  queue.close();
  // The lock is free again.
  assertEquals(other.tryPut(new Uint8Array(3)), 1);
});

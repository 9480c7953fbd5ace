/**
 * Tasks that wait for a mutex.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "../../../deps.ts";
import { isSystemError } from "../../../mod.ts";
import { Mutex } from "../../../sync/mod.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { pause } from "../../helpers/sync/size.ts";

/** Not at the start, and not on a cache line of its own. */
const OFFSET = 200;

/** Where the block keeps the number of asynchronous waiters. */
const WAITERS = (OFFSET + 60) / 4;

function codeOf(error: unknown): string | undefined {
  return isSystemError(error) ? error.code : undefined;
}

Deno.test("Mutex.lockAsync() lets tasks in one at a time, in the order in which they came", async () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET);
  const order: number[] = [];
  let inside = 0;
  const task = async (number: number) => {
    using _guard = await mutex.lockAsync();
    assertEquals(++inside, 1);
    await pause(number % 3);
    order.push(number);
    inside--;
  };
  const numbers = Array.from({ length: 37 }, (_, number) => number);
  await Promise.all(numbers.map(task));
  assertEquals(order, numbers);
  assertEquals(memory.words[WAITERS], 0);
});

Deno.test("Mutex.lockAsync() lets every task in, though another takes the mutex again at once", async () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET);
  let waiting = true;
  const greedy = async () => {
    while (waiting) {
      using _guard = await mutex.lockAsync();
      await pause(1);
    }
  };
  const modest = async () => {
    await pause(5);
    using _guard = await mutex.lockAsync({ timeoutMs: 60_000 });
  };
  const ended = modest().finally(() => waiting = false);
  await Promise.all([greedy(), ended]);
});

Deno.test("Mutex.lockAsync() lets every task in, though another holds the mutex without a pause", async () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET);
  const end = performance.now() + 60_000;
  let waiting = true;
  const holder = await mutex.lockAsync();
  const modest = (async () => {
    using _guard = await mutex.lockAsync();
    waiting = false;
  })();
  await pause(5);
  holder.unlock();
  // Nothing here waits for anything but the mutex.
  while (waiting && performance.now() < end) {
    using _guard = await mutex.lockAsync();
  }
  const starved = waiting;
  await modest;
  assert(!starved, "the other task did not get the mutex");
});

Deno.test("Mutex.lockAsync() gives up when its time is over, and the mutex stays as it is", async () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET);
  using guard = mutex.lock();
  for (const timeoutMs of [0, 23, 77]) {
    const start = performance.now();
    const error = await assertRejects(
      () => mutex.lockAsync({ timeoutMs }),
      Deno.errors.TimedOut,
      "timed out",
    );
    assertEquals(codeOf(error), "ETIMEDOUT");
    assert(performance.now() - start >= timeoutMs - 1);
  }
  assertEquals(memory.words[WAITERS], 0);
  assertEquals(mutex.tryLock(), null);
  guard.unlock();
  using again = await mutex.lockAsync({ timeoutMs: 0 });
  assertEquals(again.ownerDied, false);
});

Deno.test("Mutex.lockAsync() ends with the signal's reason, and the others still get the mutex", async () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET);
  const holder = mutex.lock();
  const controller = new AbortController();
  const reason = new Error("not needed any more");
  const { signal } = controller;
  const aborted = mutex.lockAsync({ signal });
  const patient = mutex.lockAsync();
  await pause(5);
  controller.abort(reason);
  assertEquals(await assertRejects(() => aborted), reason);
  holder.unlock();
  using guard = await patient;
  assertEquals(guard.ownerDied, false);
  assertEquals(memory.words[WAITERS], 0);
  assertEquals(
    await assertRejects(() => mutex.lockAsync({ signal })),
    reason,
    "a signal that was given before",
  );
});

Deno.test("Mutex.lockAsync() does not keep the mutex when it is aborted at the moment of the release", async () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET);
  for (let round = 0; round < 100; round++) {
    const holder = mutex.lock();
    const controller = new AbortController();
    const waiter = mutex.lockAsync({ signal: controller.signal });
    const next = mutex.lockAsync();
    if (round % 2 === 0) await pause(1);
    holder.unlock();
    if (round % 3 === 0) await Promise.resolve();
    controller.abort(new Error("late"));
    try {
      (await waiter).unlock();
    } catch (error) {
      assert(error instanceof Error && error.message === "late");
    }
    (await next).unlock();
  }
  assertEquals(memory.words[WAITERS], 0);
});

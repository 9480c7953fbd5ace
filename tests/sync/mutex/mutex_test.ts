/**
 * `Mutex` among the tasks of one program.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../deps.ts";
import { isSystemError, munmap } from "../../../mod.ts";
import { Mutex, type MutexGuard } from "../../../sync/mod.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { pause } from "../../helpers/sync/size.ts";

/** Not at the start, and not on a cache line of its own. */
const OFFSET = 200;
/** Where the block keeps the number of asynchronous waiters. */
const WAITERS = (OFFSET + 60) / 4;

function codeOf(error: unknown): string | undefined {
  return isSystemError(error) ? error.code : undefined;
}

Deno.test("Mutex.create() makes a free mutex, and touches no byte around it", () => {
  using memory = testMemory();
  memory.bytes.fill(0xaa);
  const mutex = Mutex.create(memory.bytes, OFFSET);
  using guard = mutex.lock();
  assertEquals(guard.ownerDied, false);
  assert(memory.bytes.subarray(0, OFFSET).every((byte) => byte === 0xaa));
  assert(memory.bytes.subarray(OFFSET + 64).every((byte) => byte === 0xaa));
});

Deno.test("Mutex.open() finds the mutex that create() made, held or free", () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET);
  Mutex.open(memory.bytes, OFFSET).lock().unlock();
  using _guard = mutex.lock();
  assertEquals(Mutex.open(memory.bytes, OFFSET).tryLock(), null);
});

Deno.test("Mutex.create() makes a mutex anew over a free one", () => {
  using memory = testMemory();
  Mutex.create(memory.bytes, OFFSET).lock().unlock();
  Mutex.create(memory.bytes, OFFSET).lock().unlock();
});

Deno.test("Mutex.create() refuses a place whose mutex is held here", () => {
  using memory = testMemory();
  using _guard = Mutex.create(memory.bytes, OFFSET).lock();
  assertThrows(
    () => Mutex.create(memory.bytes, OFFSET),
    Deno.errors.Busy,
    "held",
  );
});

Deno.test("mutexes side by side are held independently", () => {
  using memory = testMemory();
  const first = Mutex.create(memory.bytes, 8);
  const second = Mutex.create(memory.bytes, 72);
  using a = first.lock();
  using b = second.lock();
  a.unlock();
  assertEquals(second.tryLock(), null);
  first.lock().unlock();
  b.unlock();
});

Deno.test("Mutex.tryLock() gives null while this program has the mutex, and a guard afterwards", () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET);
  {
    using guard = mutex.tryLock();
    assert(guard !== null);
    assertEquals(mutex.tryLock(), null);
  }
  using again = mutex.tryLock();
  assert(again !== null);
});

Deno.test("Mutex.lock() throws EDEADLK when this thread has the mutex, which stays held", () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET);
  using guard = mutex.lock();
  for (const options of [{}, { timeoutMs: 5000 }, { timeoutMs: 0 }]) {
    const error = assertThrows(() => mutex.lock(options), Error, "lockAsync()");
    assertEquals(codeOf(error), "EDEADLK");
  }
  assertEquals(mutex.tryLock(), null);
  guard.unlock();
  mutex.lock().unlock();
});

Deno.test("Mutex.lock() throws EDEADLK, too, when another object for the same mutex has it", () => {
  using memory = testMemory();
  using _guard = Mutex.create(memory.bytes, OFFSET).lock();
  const other = Mutex.open(memory.bytes, OFFSET);
  // The timeout only keeps a failure from hanging.
  const error = assertThrows(() => other.lock({ timeoutMs: 2000 }));
  assertEquals(codeOf(error), "EDEADLK");
});

Deno.test("MutexGuard.unlock() before the end of the block is enough", () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET);
  {
    using guard = mutex.lock();
    guard.unlock();
    mutex.lock().unlock();
  }
  mutex.lock().unlock();
});

Deno.test("a guard that is released twice throws, and leaves alone who has the mutex now", () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET);
  const unlocked = mutex.lock();
  unlocked.unlock();
  const disposed = mutex.lock();
  disposed[Symbol.dispose]();
  using _holder = mutex.lock();
  const message = "released before";
  assertThrows(() => unlocked.unlock(), TypeError, message);
  assertThrows(() => disposed.unlock(), TypeError, message);
  assertThrows(() => disposed[Symbol.dispose](), TypeError, message);
  unlocked[Symbol.dispose]();
  assertThrows(() => unlocked[Symbol.dispose](), TypeError, message);
  assertEquals(mutex.tryLock(), null);
});

Deno.test("an error inside a using block releases the mutex", () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET);
  assertThrows(
    () => {
      using _guard = mutex.lock();
      throw new Error("inside");
    },
    Error,
    "inside",
  );
  mutex.lock().unlock();
});

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
    using _guard = await mutex.lockAsync({ timeoutMs: 5000 });
  };
  const ended = modest().finally(() => waiting = false);
  await Promise.all([greedy(), ended]);
});

Deno.test("Mutex.lockAsync() lets every task in, though another holds the mutex without a pause", async () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET);
  const end = performance.now() + 5000;
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

Deno.test("memory cannot be unmapped while a mutex in it is held, and can afterwards", async () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET);
  const release: ((guard: MutexGuard) => void)[] = [
    (guard) => guard.unlock(),
    (guard) => guard[Symbol.dispose](),
  ];
  for (const end of release) {
    const guard = await mutex.lockAsync();
    for (const unmap of [() => memory.unmap(), () => munmap(memory.bytes)]) {
      assertThrows(unmap, Deno.errors.Busy, "a mutex in them is held");
    }
    assertEquals(memory.bytes.length, 5000);
    end(guard);
  }
  memory.unmap();
  assertEquals(memory.bytes.length, 0);
  const message = "its memory was unmapped";
  const gone = Deno.errors.BadResource;
  assertThrows(() => mutex.tryLock(), gone, message);
  assertThrows(() => mutex.lock(), gone, message);
  await assertRejects(() => mutex.lockAsync(), gone, message);
});

Deno.test("Mutex refuses timeouts that are none, and takes nothing", async () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET);
  for (const timeoutMs of [-1, NaN, -Infinity]) {
    const message = "the timeout must be milliseconds, 0 or more";
    assertThrows(() => mutex.lock({ timeoutMs }), RangeError, message);
    await assertRejects(
      () => mutex.lockAsync({ timeoutMs }),
      RangeError,
      message,
    );
  }
  mutex.lock().unlock();
});

/**
 * `ReadWriteLock` among the tasks of one program.
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
import { type ReadWriteGuard, ReadWriteLock } from "../../../sync/mod.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { pause } from "../../helpers/sync/size.ts";
import { random } from "../../helpers/seed.ts";

const OFFSET = 200;

function codeOf(error: unknown): string | undefined {
  return isSystemError(error) ? error.code : undefined;
}

Deno.test("ReadWriteLock.byteLength() is what create() takes, and open() finds the slots", () => {
  assertEquals(ReadWriteLock.byteLength(), 640);
  assertEquals(ReadWriteLock.byteLength(1), 192);
  assertEquals(ReadWriteLock.byteLength(11), 832);
  for (const slots of [0, -1, 1.5, NaN, 1025]) {
    assertThrows(() => ReadWriteLock.byteLength(slots), RangeError, "slots");
  }
  using memory = testMemory();
  memory.bytes.fill(0xaa);
  const lock = ReadWriteLock.create(memory.bytes, OFFSET, { slots: 11 });
  using _guard = lock.write();
  assertEquals(ReadWriteLock.open(memory.bytes, OFFSET).slots, 11);
  assert(memory.bytes.subarray(0, OFFSET).every((byte) => byte === 0xaa));
  assert(memory.bytes.subarray(OFFSET + 832).every((byte) => byte === 0xaa));
});

Deno.test("ReadWriteLock lets as many readers in together as it has slots, and no writer", () => {
  using memory = testMemory();
  const lock = ReadWriteLock.create(memory.bytes, OFFSET, { slots: 3 });
  const first = lock.read();
  using second = lock.tryRead();
  using third = lock.read();
  assert(second !== null && !second.ownerDied && !third.ownerDied);
  assertEquals(lock.tryRead(), null);
  assertEquals(lock.tryWrite(), null);
  first.unlock();
  assertEquals(lock.tryWrite(), null);
  using again = lock.tryRead();
  assert(again !== null);
});

Deno.test("ReadWriteLock.create() refuses a place whose lock is held here, and leaves it as it is", () => {
  using memory = testMemory();
  const lock = ReadWriteLock.create(memory.bytes, OFFSET, { slots: 2 });
  for (const take of [() => lock.read(), () => lock.write()]) {
    const guard = take();
    const before = memory.bytes.slice();
    assertThrows(
      () => ReadWriteLock.create(memory.bytes, OFFSET, { slots: 2 }),
      Deno.errors.Busy,
      "held",
    );
    assertEquals(memory.bytes, before);
    guard.unlock();
  }
  lock.write().unlock();
});

Deno.test("ReadWriteLock lets a writer in alone", () => {
  using memory = testMemory();
  const lock = ReadWriteLock.create(memory.bytes, OFFSET);
  const writer = lock.tryWrite();
  assert(writer !== null);
  assertEquals(lock.tryRead(), null);
  assertEquals(lock.tryWrite(), null);
  writer.unlock();
  lock.read().unlock();
  lock.write().unlock();
});

Deno.test("ReadWriteLock.writeAsync() waits for the readers, and later readers wait for it", async () => {
  using memory = testMemory();
  const lock = ReadWriteLock.create(memory.bytes, OFFSET);
  const order: string[] = [];
  const early = [await lock.readAsync(), await lock.readAsync()];
  const task = async (name: string, taken: Promise<ReadWriteGuard>) => {
    using _guard = await taken;
    order.push(name);
    await pause(3);
  };
  const writer = task("writer", lock.writeAsync());
  await pause(5);
  assertEquals(lock.tryRead(), null);
  const late = task("late reader", lock.readAsync());
  await pause(5);
  assertEquals(order, []);
  for (const guard of early) guard.unlock();
  await Promise.all([writer, late]);
  assertEquals(order, ["writer", "late reader"]);
});

Deno.test("tasks that read and write at random never meet a writer", async () => {
  using memory = testMemory();
  const lock = ReadWriteLock.create(memory.bytes, OFFSET, { slots: 3 });
  let [readers, writers, most] = [0, 0, 0];
  const read = async () => {
    using _guard = await lock.readAsync();
    readers++;
    most = Math.max(most, readers);
    assertEquals(writers, 0);
    await pause(random() * 2);
    assertEquals(writers, 0);
    readers--;
  };
  const write = async () => {
    using _guard = await lock.writeAsync();
    writers++;
    assertEquals([readers, writers], [0, 1]);
    await pause(random() * 2);
    assertEquals([readers, writers], [0, 1]);
    writers--;
  };
  await Promise.all(Array.from({ length: 12 }, async (_, task) => {
    for (let i = 0; i < 10; i++) {
      await ((task + i) % 4 === 0 ? write() : read());
    }
  }));
  assert(most > 1 && most <= 3, `${most} readers at once`);
});

Deno.test("a waiting reader gets any slot that becomes free", async () => {
  using memory = testMemory();
  const lock = ReadWriteLock.create(memory.bytes, OFFSET, { slots: 2 });
  using _first = lock.read();
  const second = lock.read();
  const waiter = lock.readAsync({ timeoutMs: 60_000 });
  await pause(5);
  second.unlock();
  using third = await waiter;
  assertEquals(third.ownerDied, false);
});

Deno.test("ReadWriteLock gives up when the time is over or the signal says so, and holds nothing then", async () => {
  using memory = testMemory();
  const lock = ReadWriteLock.create(memory.bytes, OFFSET, { slots: 2 });
  const reason = new Error("not needed any more");
  const attempts = [
    (options: { timeoutMs?: number; signal?: AbortSignal }) =>
      lock.readAsync(options),
    (options: { timeoutMs?: number; signal?: AbortSignal }) =>
      lock.writeAsync(options),
  ];
  for (const attempt of attempts) {
    {
      using _holder = lock.write();
      const error = await assertRejects(
        () => attempt({ timeoutMs: 13 }),
        Deno.errors.TimedOut,
      );
      assertEquals(codeOf(error), "ETIMEDOUT");
      const controller = new AbortController();
      const waiter = attempt({ signal: controller.signal });
      await pause(3);
      controller.abort(reason);
      assertEquals(await assertRejects(() => waiter), reason);
    }
    // Those that hold the gate while they wait for slots.
    using _first = lock.read();
    using _second = lock.read();
    await assertRejects(
      () => attempt({ timeoutMs: 13 }),
      Deno.errors.TimedOut,
    );
    const controller = new AbortController();
    const waiter = attempt({ signal: controller.signal });
    await pause(3);
    controller.abort(reason);
    assertEquals(await assertRejects(() => waiter), reason);
  }
  using alone = lock.tryWrite();
  assert(alone !== null);
  // Until the waits have left the kernel.
  await pause(20);
});

Deno.test("a guard of ReadWriteLock that is released twice throws, and leaves alone who has the lock now", () => {
  using memory = testMemory();
  const lock = ReadWriteLock.create(memory.bytes, OFFSET);
  for (const take of [() => lock.read(), () => lock.write()]) {
    const unlocked = take();
    unlocked.unlock();
    const disposed = take();
    disposed[Symbol.dispose]();
    using _writer = lock.write();
    const message = "released before";
    assertThrows(() => unlocked.unlock(), TypeError, message);
    assertThrows(() => disposed.unlock(), TypeError, message);
    assertThrows(() => disposed[Symbol.dispose](), TypeError, message);
    unlocked[Symbol.dispose]();
    assertThrows(() => unlocked[Symbol.dispose](), TypeError, message);
    assertEquals(lock.tryRead(), null);
  }
});

Deno.test("memory cannot be unmapped while a lock in it is held, and can afterwards", async () => {
  using memory = testMemory();
  const lock = ReadWriteLock.create(memory.bytes, OFFSET);
  for (const take of [() => lock.read(), () => lock.write()]) {
    using _guard = take();
    assertThrows(() => memory.unmap(), Deno.errors.Busy, "held");
  }
  memory.unmap();
  const gone = Deno.errors.BadResource;
  const message = "its memory was unmapped";
  assertThrows(() => lock.tryRead(), gone, message);
  assertThrows(() => lock.tryWrite(), gone, message);
  assertThrows(() => lock.read(), gone, message);
  assertThrows(() => lock.write(), gone, message);
  await assertRejects(() => lock.readAsync(), gone, message);
  await assertRejects(() => lock.writeAsync(), gone, message);
});

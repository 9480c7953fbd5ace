/** `Condition`: within one program, between processes, and with C. */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../deps.ts";
import { Condition, Mutex, type MutexGuard } from "../../../sync/mod.ts";
import { needing } from "../../helpers/needs.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { pause, until } from "../../helpers/sync/size.ts";
import { denoPeer, started } from "../../helpers/sync/wait_peers.ts";

/** Where things lie in these tests. */
const MUTEX = 72;

const CONDITION = 152;

const WAITERS = CONDITION / 4 + 2;

function setUp() {
  const memory = testMemory();
  const mutex = Mutex.create(memory.bytes, MUTEX);
  const condition = Condition.create(memory.bytes, CONDITION);
  return {
    memory,
    mutex,
    condition,
    waiters: () => Atomics.load(memory.words, WAITERS),
    [Symbol.dispose]: () => memory[Symbol.dispose](),
  };
}

/** Waits in a task of its own, and notes when it is back with the lock. */
function sleeper(
  mutex: Mutex,
  condition: Condition,
  back: (guard: MutexGuard) => void = () => {},
): Promise<string> {
  const task = async () => {
    using guard = await mutex.lockAsync();
    const result = await condition.waitAsync(guard);
    back(guard);
    return result;
  };
  return started(task());
}

Deno.test("Condition.waitAsync() releases the lock while it waits, and holds it again afterwards", async () => {
  using it = setUp();
  const waiting = sleeper(it.mutex, it.condition, () => {
    assertEquals(it.mutex.tryLock(), null);
  });
  await until(() => it.waiters() === 1, "it waits");
  {
    using guard = it.mutex.tryLock();
    assert(guard !== null, "the lock is not free");
    it.condition.notify();
    await pause(30);
  }
  assertEquals(await waiting, "ok");
  assertEquals(it.waiters(), 0);
  using guard = it.mutex.tryLock();
  assert(guard !== null);
});

Deno.test("Condition.wait() times out with the lock held again", () => {
  using it = setUp();
  using guard = it.mutex.lock();
  for (const timeoutMs of [0, 20]) {
    const start = performance.now();
    assertEquals(it.condition.wait(guard, { timeoutMs }), "timed-out");
    assert(performance.now() - start >= timeoutMs - 0.1);
    assertEquals(it.mutex.tryLock(), null);
  }
  assertEquals(it.waiters(), 0);
});

Deno.test("Condition.waitAsync() times out with the lock held again, even if it has to wait for it", async () => {
  using it = setUp();
  const guard = await it.mutex.lockAsync();
  const waiting = started(it.condition.waitAsync(guard, { timeoutMs: 20 }));
  const other = it.mutex.lock();
  await pause(60);
  other.unlock();
  assertEquals(await waiting, "timed-out");
  assertEquals(it.mutex.tryLock(), null);
  guard.unlock();
  assertEquals(it.waiters(), 0);
});

Deno.test("Condition.waitAsync() rejects with the signal's reason, with the lock held again", async () => {
  using it = setUp();
  const reason = new RangeError("of the test");
  const controller = new AbortController();
  const { signal } = controller;
  using guard = await it.mutex.lockAsync();
  const waiting = started(it.condition.waitAsync(guard, { signal }));
  await pause(20);
  controller.abort(reason);
  assert(await assertRejects(() => waiting, RangeError) === reason);
  assertEquals(it.mutex.tryLock(), null);
  // Aborted before: the lock is not released at all.
  const again = started(it.condition.waitAsync(guard, { signal }));
  assertEquals(it.mutex.tryLock(), null);
  assert(await assertRejects(() => again, RangeError) === reason);
  assertEquals(it.waiters(), 0);
});

Deno.test("Condition.notifyAll() wakes all, and each holds the lock alone", async () => {
  using it = setUp();
  let inside = 0;
  const waits = Array.from(
    { length: 20 },
    () =>
      sleeper(it.mutex, it.condition, () => {
        assertEquals(inside++, 0);
        inside--;
      }),
  );
  await until(() => it.waiters() === 20, "all wait");
  it.condition.notifyAll();
  assertEquals(await Promise.all(waits), Array(20).fill("ok"));
  assertEquals(it.waiters(), 0);
});

Deno.test("Condition.notify() wakes as many processes as it is told", async () => {
  using it = setUp();
  await using one = denoPeer(it.memory);
  await using other = denoPeer(it.memory);
  for (let ms = 100;; ms *= 3) {
    let woken = 0;
    const waits = [one, other].map((peer) =>
      started(peer.ask("await", MUTEX, CONDITION).finally(() => woken++))
    );
    await until(() => it.waiters() === 2, "both wait");
    // Counted, and soon asleep; then the kernel wakes exactly one. On a machine
    // that is so busy that one is not asleep yet, that one wakes, too: once more.
    await pause(ms);
    it.condition.notify(0);
    await pause(50);
    assertEquals(woken, 0);
    it.condition.notify();
    await until(() => woken > 0, "one is woken");
    await pause(100);
    const state = [woken, it.waiters()];
    it.condition.notifyAll();
    assertEquals(await Promise.all(waits), ["ok", "ok"]);
    if (ms > 2000) assertEquals(state, [1, 1]);
    if (state.every((count) => count === 1)) break;
  }
});

Deno.test("Condition.notify() for nobody is forgotten", async () => {
  using it = setUp();
  it.condition.notify();
  it.condition.notifyAll();
  it.condition.notify(7);
  using guard = await it.mutex.lockAsync();
  const options = { timeoutMs: 20 };
  assertEquals(await it.condition.waitAsync(guard, options), "timed-out");
});

Deno.test("a waiter of Condition that dies stays counted, and the others are notified", async () => {
  using it = setUp();
  {
    await using peer = denoPeer(it.memory);
    started(peer.ask("await", MUTEX, CONDITION));
    await until(() => it.waiters() === 1, "the peer waits");
    await pause(50);
  }
  assertEquals(it.waiters(), 1);
  const waits = [1, 2].map(() => sleeper(it.mutex, it.condition));
  await until(() => it.waiters() === 3, "they wait");
  it.condition.notifyAll();
  assertEquals(await Promise.all(waits), ["ok", "ok"]);
  assertEquals(it.waiters(), 1);
});

Deno.test(needing(
  ["native"],
  "Condition.waitAsync() is told when the owner of the mutex died meanwhile",
  async () => {
    using it = setUp();
    await using peer = denoPeer(it.memory);
    let ownerDied: boolean | undefined;
    const waiting = sleeper(it.mutex, it.condition, (guard) => {
      ownerDied = guard.ownerDied;
    });
    await until(() => it.waiters() === 1, "it waits");
    await peer.ask("hold", MUTEX);
    it.condition.notifyAll();
    await pause(30);
    await peer[Symbol.asyncDispose]();
    assertEquals(await waiting, "ok");
    assertEquals(ownerDied, true);
    using guard = it.mutex.lock();
    assertEquals(guard.ownerDied, false);
  },
));

Deno.test("Condition.wait() refuses a guard that is not held, and counts nobody", async () => {
  using it = setUp();
  const guard = it.mutex.lock();
  const waiting = started(it.condition.waitAsync(guard));
  const says = "Cannot ";
  assertThrows(() => it.condition.wait(guard), TypeError, says);
  await assertRejects(() => it.condition.waitAsync(guard), TypeError, says);
  assertEquals(it.waiters(), 1);
  it.condition.notifyAll();
  await waiting;
  guard.unlock();
  assertThrows(() => it.condition.wait(guard), TypeError, says);
  await assertRejects(() => it.condition.waitAsync(guard), TypeError, says);
  assertEquals(it.waiters(), 0);
});

Deno.test("Condition refuses wrong timeouts and counts, and keeps the lock", async () => {
  using it = setUp();
  using guard = it.mutex.lock();
  for (const timeoutMs of [-1, NaN]) {
    const says = "the timeout must be";
    const { condition } = it;
    assertThrows(() => condition.wait(guard, { timeoutMs }), RangeError, says);
    await assertRejects(
      () => condition.waitAsync(guard, { timeoutMs }),
      RangeError,
      says,
    );
    assertThrows(() => condition.notify(timeoutMs), RangeError, "the count");
  }
  assertEquals(it.mutex.tryLock(), null);
  assertEquals(it.waiters(), 0);
});

Deno.test("Condition.waitAsync() rejects with BadResource when its memory is unmapped, also out of a using block", async () => {
  using it = setUp();
  const waiting = sleeper(it.mutex, it.condition);
  await until(() => it.waiters() === 1, "it waits");
  it.memory.unmap();
  await assertRejects(() => waiting, Deno.errors.BadResource, "unmapped");
});

Deno.test("Condition.open() refuses memory without a condition, and places where none can be", () => {
  using memory = testMemory();
  const { bytes } = memory;
  assertThrows(() => Condition.open(bytes), TypeError, "there is none");
  Condition.create(bytes, CONDITION);
  Condition.open(bytes, CONDITION);
  Condition.open(bytes.subarray(CONDITION));
  assertThrows(
    () => Condition.open(bytes, CONDITION + 8),
    TypeError,
    "there is none",
  );
  for (const offset of [CONDITION + 4, 4992, -8, 1.5, NaN]) {
    assertThrows(() => Condition.open(bytes, offset), RangeError, "Cannot ");
    assertThrows(() => Condition.create(bytes, offset), RangeError, "Cannot ");
  }
  const heap = new Uint8Array(64);
  assertThrows(() => Condition.create(heap), TypeError, "not mapped memory");
});

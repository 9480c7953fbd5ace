/**
 * What ReadWriteLock refuses.
 *
 * @module
 */

import { assertEquals, assertRejects, assertThrows } from "../../../deps.ts";
import { isSystemError } from "../../../mod.ts";
import { ReadWriteLock } from "../../../sync/mod.ts";
import { testMemory } from "../../helpers/sync/memory.ts";

const OFFSET = 200;

function codeOf(error: unknown): string | undefined {
  return isSystemError(error) ? error.code : undefined;
}

Deno.test("ReadWriteLock throws EDEADLK when this thread would wait for itself, and stays as it is", () => {
  using memory = testMemory();
  const lock = ReadWriteLock.create(memory.bytes, OFFSET, { slots: 2 });
  const deadlocks = (call: () => unknown) => {
    assertEquals(codeOf(assertThrows(call)), "EDEADLK");
  };
  {
    using _reader = lock.read();
    deadlocks(() => lock.write());
    deadlocks(() => lock.write({ timeoutMs: 1000 }));
    using _second = lock.read();
    deadlocks(() => lock.read());
    assertEquals(lock.tryWrite(), null);
  }
  {
    using _writer = lock.write();
    deadlocks(() => lock.read());
    deadlocks(() => lock.write());
  }
  lock.write().unlock();
});

Deno.test("ReadWriteLock throws EDEADLK, too, when another object for the same lock has it", () => {
  using memory = testMemory();
  const lock = ReadWriteLock.create(memory.bytes, OFFSET, { slots: 2 });
  const other = ReadWriteLock.open(memory.bytes, OFFSET);
  using _reader = lock.read();
  // The timeout only keeps a failure from hanging.
  const error = assertThrows(() => other.write({ timeoutMs: 2000 }));
  assertEquals(codeOf(error), "EDEADLK");
});

Deno.test("ReadWriteLock refuses timeouts that are none", async () => {
  using memory = testMemory();
  const lock = ReadWriteLock.create(memory.bytes, OFFSET);
  for (const timeoutMs of [-1, NaN]) {
    assertThrows(() => lock.read({ timeoutMs }), RangeError, "timeout");
    assertThrows(() => lock.write({ timeoutMs }), RangeError, "timeout");
    await assertRejects(() => lock.readAsync({ timeoutMs }), RangeError);
    await assertRejects(() => lock.writeAsync({ timeoutMs }), RangeError);
  }
  lock.write().unlock();
});

Deno.test("ReadWriteLock.read() says that all slots are taken, and how to have more", async () => {
  using memory = testMemory();
  const lock = ReadWriteLock.create(memory.bytes);
  using cleanup = new DisposableStack();
  for (let reader = 0; reader < 8; reader++) cleanup.use(lock.read());
  assertEquals(lock.tryRead(), null);
  assertThrows(
    () => lock.read({ timeoutMs: 10 }),
    Error,
    "Cannot lock for reading: all 8 slots are taken, by this thread (EDEADLK from pthread_rwlock_rdlock); release one, make the lock with more `slots`, or wait with readAsync()",
  );
  await assertRejects(
    () => lock.readAsync({ timeoutMs: 10 }),
    Deno.errors.TimedOut,
    "Cannot lock for reading: timed out: all 8 slots are taken (ETIMEDOUT from pthread_rwlock_rdlock); release one, or make the lock with more `slots`",
  );
});

Deno.test("ReadWriteLock refuses options that do not exist, and a signal that was aborted before", () => {
  using memory = testMemory();
  assertThrows(
    // @ts-expect-error -- the types refuse it, too
    () => ReadWriteLock.create(memory.bytes, 0, { slot: 3 }),
    TypeError,
    'no option "slot"',
  );
  const lock = ReadWriteLock.create(memory.bytes);
  const signal = AbortSignal.abort(new Error("before"));
  assertThrows(() => lock.read({ signal }), Error, "before");
  assertThrows(() => lock.write({ signal }), Error, "before");
  lock.write().unlock();
});

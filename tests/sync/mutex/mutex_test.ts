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
import { Condition, Mutex, type MutexGuard } from "../../../sync/mod.ts";
import { testMemory } from "../../helpers/sync/memory.ts";

/** Not at the start, and not on a cache line of its own. */
const OFFSET = 200;

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

Deno.test("a guard that was released, and a wrong option, are told as what was asked for", () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET);
  const condition = Condition.create(memory.bytes, OFFSET + 256);
  const guard = mutex.lock();
  guard.unlock();
  assertThrows(
    () => condition.wait(guard),
    TypeError,
    "Cannot wait for condition: this guard was released before",
  );
  const options = { recursive: Symbol("yes") } as unknown as {
    recursive: boolean;
  };
  assertThrows(
    () => Mutex.create(memory.bytes, OFFSET + 512, options),
    TypeError,
    "`recursive` must be true or false: received Symbol(yes)",
  );
});

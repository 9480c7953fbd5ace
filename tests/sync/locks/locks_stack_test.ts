/**
 * Locks that are taken, waited for and released where the stack ends: nothing stays
 * locked, and nobody stays counted.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import {
  Barrier,
  Condition,
  Mutex,
  type ReadWriteGuard,
  ReadWriteLock,
  Semaphore,
} from "../../../sync/mod.ts";
import { atEveryDepth } from "../../helpers/memory/every_depth.ts";

/** A call that takes something and releases it, or fails, and what must hold then. */
interface Attempt {
  readonly act: () => void;
  readonly check: () => void;
}

/** Releases a guard now, or, when there is too little stack for that, later. */
class Releaser {
  #left: { unlock(): void }[] = [];

  release(guard: { unlock(): void } | null): void {
    if (guard === null) return;
    this.#left.push(guard);
    guard.unlock();
    this.#left.pop();
  }

  releaseRest(): void {
    for (const guard of this.#left.splice(0)) guard.unlock();
  }
}

function readWrite(
  take: (lock: ReadWriteLock) => ReadWriteGuard | null,
): (bytes: Uint8Array) => Attempt {
  return (bytes) => {
    const lock = ReadWriteLock.create(bytes, 0, { slots: 3 });
    const releaser = new Releaser();
    return {
      act: () => releaser.release(take(lock)),
      check: () => {
        releaser.releaseRest();
        const guard = lock.tryWrite();
        assert(guard !== null, "it is still locked");
        guard.unlock();
      },
    };
  };
}

/** A wait that sleeps, but not for long. */
const timeoutMs = 0.05;

const ATTEMPTS: Record<string, (bytes: Uint8Array) => Attempt> = {
  "ReadWriteLock.tryRead()": readWrite((lock) => lock.tryRead()),
  "ReadWriteLock.read()": readWrite((lock) => lock.read({ timeoutMs })),
  "ReadWriteLock.tryWrite()": readWrite((lock) => lock.tryWrite()),
  "ReadWriteLock.write()": readWrite((lock) => lock.write({ timeoutMs })),
  "Mutex.lock()": (bytes) => {
    const mutex = Mutex.create(bytes);
    const releaser = new Releaser();
    return {
      act: () => releaser.release(mutex.lock({ timeoutMs })),
      check: () => {
        releaser.releaseRest();
        assertEquals(mutex.heldHere, false);
      },
    };
  },
  "Condition.wait()": (bytes) => {
    const mutex = Mutex.create(bytes);
    const condition = Condition.create(bytes, 64);
    const guard = mutex.lock();
    return {
      act: () => {
        assertEquals(condition.wait(guard, { timeoutMs }), "timed-out");
      },
      check: () => {
        guard.unlock();
        assertEquals(mutex.heldHere, false);
      },
    };
  },
  "Semaphore.wait()": (bytes) => {
    const semaphore = Semaphore.createAt(bytes, 0, { value: 0 });
    const words = new Int32Array(bytes.buffer, bytes.byteOffset);
    return {
      act: () => {
        assertEquals(semaphore.wait({ timeoutMs }), "timed-out");
      },
      check: () => assertEquals([...words.subarray(0, 2)], [0, 0]),
    };
  },
  "Barrier.wait()": (bytes) => {
    const barrier = Barrier.create(bytes, 0, { parties: 2 });
    const words = new Int32Array(bytes.buffer, bytes.byteOffset);
    return {
      act: () => assertEquals(barrier.wait({ timeoutMs }), "timed-out"),
      check: () => assertEquals(words[2], 0),
    };
  },
};

/**
 * Each attempt has objects of its own, and a thread may hold 2000 locks. Calls beyond
 * that do nothing.
 */
const COUNT = 1900;
const BYTES_EACH = 384;

for (const [call, attemptOf] of Object.entries(ATTEMPTS)) {
  Deno.test(`${call} leaves nothing behind where the stack ends`, () => {
    using memory = SharedMemory.anonymous({ size: COUNT * BYTES_EACH });
    using mapping = memory.map();
    const attempts = Array.from(
      { length: COUNT },
      (_, i) =>
        attemptOf(mapping.bytes.subarray(BYTES_EACH * i, BYTES_EACH * (i + 1))),
    );
    const { failed, done } = atEveryDepth((number) => attempts[number]?.act());
    assert(failed > 0 && done > 0, `${failed}, ${done}`);
    for (const { check } of attempts) check();
  });
}

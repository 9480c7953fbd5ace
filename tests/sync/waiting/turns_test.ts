/**
 * Loops over waits that never have to wait: the rest of the program has its turns.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import {
  Barrier,
  Mutex,
  ReadWriteLock,
  Semaphore,
  SemaphoreSet,
  waitAsync,
} from "../../../sync/mod.ts";
import { testMemory } from "../../helpers/sync/memory.ts";

import { FileLock, SharedMemory } from "../../../mod.ts";
import { WorkQueue } from "../../../store/mod.ts";
import { randomName } from "../../helpers/names.ts";

/** Waits that end at once, for as often as one likes. */
const WAITS: Record<
  string,
  (memory: ReturnType<typeof testMemory>) => () => Promise<unknown>
> = {
  "waitAsync() of a word that another process keeps changing":
    ({ words }) => () => waitAsync(words, 1000, 1),
  // As another process can leave it.
  "Semaphore.waitAsync() of one that is posted without end": ({ bytes }) => {
    const semaphore = Semaphore.createAt(bytes, 0, { value: 2 ** 31 - 1 });
    return () => semaphore.waitAsync();
  },
  "Mutex.lockAsync()": ({ bytes }) => {
    const mutex = Mutex.create(bytes);
    return async () => {
      using _guard = await mutex.lockAsync();
    };
  },
  "ReadWriteLock.readAsync() and writeAsync()": ({ bytes }) => {
    const lock = ReadWriteLock.create(bytes);
    return async () => {
      {
        using _reading = await lock.readAsync();
      }
      using _writing = await lock.writeAsync();
    };
  },
  "Semaphore.waitAsync() with no time": ({ bytes }) => {
    const semaphore = Semaphore.createAt(bytes, 0, { value: 0 });
    return () => semaphore.waitAsync({ timeoutMs: 0 });
  },
  "Barrier.waitAsync() of one": ({ bytes }) => {
    const barrier = Barrier.create(bytes, 0, { parties: 1 });
    return () => barrier.waitAsync();
  },
};

async function turnComes(wait: () => Promise<unknown>): Promise<boolean> {
  let hasCome = false;
  const timer = setTimeout(() => hasCome = true, 0);
  // A limit, so that a failure ends, too.
  const end = performance.now() + 10_000;
  while (!hasCome && performance.now() < end) await wait();
  clearTimeout(timer);
  return hasCome;
}

for (const [what, start] of Object.entries(WAITS)) {
  Deno.test(`a loop over ${what} lets timers have their turn`, async () => {
    using memory = testMemory();
    assertEquals(await turnComes(start(memory)), true);
  });
}

Deno.test("a loop over SemaphoreSet.operateAsync() lets timers have their turn", async () => {
  using cleanup = new DisposableStack();
  const set = SemaphoreSet.create({ values: [0] });
  cleanup.defer(() => set.remove());
  const zero = [{ index: 0, delta: 0 }];
  assertEquals(await turnComes(() => set.operateAsync(zero)), true);
});

Deno.test("a loop over FileLock.lockAsync() lets timers have their turn", async () => {
  using memory = SharedMemory.anonymous({ size: 10 });
  const lock = async () => {
    using _lock = await FileLock.lockAsync(memory);
  };
  assertEquals(await turnComes(lock), true);
});

Deno.test("a loop over WorkQueue.put() or take() lets timers have their turn", async () => {
  using queue = WorkQueue.create(randomName(), { jobs: 3, byteLength: 8 });
  queue.unlink();
  const put = async () => {
    await queue.put(new Uint8Array(5));
    queue.tryTake()?.done();
  };
  assertEquals(await turnComes(put), true);
  const take = () => queue.take({ timeoutMs: 0 }).catch(() => {});
  assertEquals(await turnComes(take), true);
});

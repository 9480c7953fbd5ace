/**
 * `Mutex` and `Atomics` between Deno programs and workers: nothing is lost.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { Mutex } from "../../../sync/mod.ts";
import { denoRun, projectPath } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { Peer } from "../../helpers/peers/peer.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { pause, until } from "../../helpers/sync/size.ts";

const OFFSET = 200;
const COUNTER = 100;

function denoPeer(path: string): Peer {
  const script = projectPath("tests/peers/deno/locks/lock_peer.ts");
  return Peer.start(denoRun(script, { args: [path] }));
}

Deno.test("two programs that add a million times to a plain word under a mutex lose nothing", async () => {
  using memory = testMemory();
  Mutex.create(memory.bytes, OFFSET);
  const each = 500_000;
  await using first = denoPeer(memory.path);
  await using second = denoPeer(memory.path);
  await Promise.all(
    [first, second].map((peer) => peer.ask("count", OFFSET, COUNTER, each)),
  );
  assertEquals(2 * each - (memory.words[COUNTER] ?? 0), 0);
});

Deno.test("two programs that add two million times to a word with Atomics lose nothing", async () => {
  using memory = testMemory();
  const each = 1_000_000;
  await using first = denoPeer(memory.path);
  await using second = denoPeer(memory.path);
  await Promise.all(
    [first, second].map((peer) => peer.ask("add", COUNTER, each)),
  );
  assertEquals(2 * each - (memory.words[COUNTER] ?? 0), 0);
});

Deno.test("tasks that wait with lockAsync() and a program that blocks with lock() lose nothing", async () => {
  using memory = testMemory();
  const { words } = memory;
  const mutex = Mutex.create(memory.bytes, OFFSET);
  const [tasks, rounds, theirs] = [5, 200, 500_000];
  await using peer = denoPeer(memory.path);
  const answer = peer.ask("count", OFFSET, COUNTER, theirs);
  await until(() => words[COUNTER] !== 0, "the program counts");
  await Promise.all(Array.from({ length: tasks }, async () => {
    for (let i = 0; i < rounds; i++) {
      using _guard = await mutex.lockAsync();
      const before = words[COUNTER] ?? 0;
      // A task that came in meanwhile would be lost.
      await Promise.resolve();
      words[COUNTER] = before + 1;
    }
  }));
  await answer;
  assertEquals(tasks * rounds + theirs - (words[COUNTER] ?? 0), 0);
});

/** A worker that takes the mutex, says so, and keeps it for a time. */
const WORKER = `
import { SharedMemory } from "${new URL("../../../mod.ts", import.meta.url)}";
import { Mutex } from "${new URL("../../../sync/mod.ts", import.meta.url)}";
onmessage = ({ data: { path, offset, ms } }) => {
  const mapping = SharedMemory.openPath(path).map();
  const guard = Mutex.open(mapping.bytes, offset).lock();
  postMessage(guard.ownerDied);
  if (ms === null) return;
  setTimeout(() => {
    mapping.bytes[0] = 1;
    guard.unlock();
  }, ms);
};`;

async function lockInWorker(
  path: string,
  ms: number | null,
): Promise<Worker> {
  const url = URL.createObjectURL(
    new Blob([WORKER], { type: "application/javascript" }),
  );
  const worker = new Worker(url, { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => reject(new Error(event.message));
  worker.postMessage({ path, offset: OFFSET, ms });
  await promise;
  URL.revokeObjectURL(url);
  return worker;
}

Deno.test("Mutex.lock() waits for a worker of the same program, which is another thread", async () => {
  using memory = testMemory();
  const mutex = Mutex.create(memory.bytes, OFFSET);
  const worker = await lockInWorker(memory.path, 40);
  using cleanup = new DisposableStack();
  cleanup.defer(() => worker.terminate());
  using guard = mutex.lock({ timeoutMs: 60_000 });
  assertEquals([guard.ownerDied, memory.bytes[0]], [false, 1]);
});

Deno.test(needing(
  ["native"],
  "a mutex whose worker was terminated while it had it goes to the next one, who is told",
  async () => {
    using memory = testMemory();
    const mutex = Mutex.create(memory.bytes, OFFSET);
    for (let round = 0; round < 5; round++) {
      const worker = await lockInWorker(memory.path, null);
      const waiter = mutex.lockAsync({ timeoutMs: 60_000 });
      await pause(2 * round);
      worker.terminate();
      const guard = round % 2 === 0
        ? await waiter
        : mutex.lock({ timeoutMs: 60_000 });
      assertEquals(guard.ownerDied, true);
      guard.unlock();
      if (round % 2 !== 0) (await waiter).unlock();
    }
  },
));

Deno.test(needing(
  ["native"],
  "a worker that waits in Mutex.lock() can be terminated",
  async () => {
    using memory = testMemory();
    const mutex = Mutex.create(memory.bytes, OFFSET);
    const url = URL.createObjectURL(
      new Blob([WORKER.replace("const guard", "postMessage(0); const guard")], {
        type: "application/javascript",
      }),
    );
    const guard = mutex.lock();
    const worker = new Worker(url, { type: "module" });
    const waits = new Promise((resolve) => worker.onmessage = resolve);
    worker.postMessage({ path: memory.path, offset: OFFSET, ms: null });
    await waits;
    await pause(20);
    worker.terminate();
    guard.unlock();
    // Whether the worker still got it or not, its end leaves it free.
    await pause(150);
    mutex.lock({ timeoutMs: 60_000 }).unlock();
  },
));

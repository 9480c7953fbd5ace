/**
 * What would crash or hang a process that waits. Every hazard is met in a Deno
 * of its own, which must live on.
 */

import { assertEquals } from "../../../deps.ts";
import { ROOT } from "../../helpers/deno.ts";
import { survive } from "../../helpers/memory/child_report.ts";

const HEAD = `
import { Barrier, Condition, Mutex, notify, wait, waitAsync } from "${new URL(
  "sync/mod.ts",
  ROOT,
)}";
import { useWaitStrategy } from "${new URL(
  "sync/parking/parking_lot.ts",
  ROOT,
)}";
const memory = shmem.SharedMemory.anonymous({ size: 9001 });
const map = () => {
  const mapping = memory.map();
  return { mapping, words: new Int32Array(mapping.bytes.buffer, 0, 2250) };
};
useWaitStrategy(Deno.args[0] ?? "auto");
`;

Deno.test("wait(), waitAsync() and notify() on memory that was unmapped say so", async () => {
  const seen = await survive(`${HEAD}
const { mapping, words } = map();
const part = words.subarray(3, 9);
mapping.unmap();
for (const [what, view] of Object.entries({ words, part })) {
  const said = (act) => { try { return act(); } catch (error) { return error.name + error.message.includes("unmapped"); } };
  see(what + ": wait", () => said(() => wait(view, 0, 0, 0)));
  see(what + ": notify", () => said(() => notify(view, 0)));
  await seeLater(what + ": waitAsync", () => waitAsync(view, 0, 0).catch((error) => error.name + error.message.includes("unmapped")));
}
`);
  const said = "TypeErrortrue";
  assertEquals(seen, {
    "words: wait": said,
    "words: notify": said,
    "words: waitAsync": said,
    "part: wait": said,
    "part: notify": said,
    "part: waitAsync": said,
  });
});

for (const strategy of ["auto", "polling"]) {
  Deno.test(`memory may be unmapped in any moment of a wait (${strategy})`, async () => {
    const seen = await survive(`${HEAD}
useWaitStrategy("${strategy}");
const settled = [];
const note = (promise) => promise.then((value) => settled.push(value), (error) => settled.push(error.name));
// How far the wait has come when it is aborted, timed out, woken and unmapped.
const pauses = [async () => {}, () => Promise.resolve(), turn, () => new Promise((resolve) => setTimeout(resolve, 20))];
for (const before of pauses) {
  for (const after of pauses) {
    for (const how of ["abort", "timeout", "wake", "nothing"]) {
      const { mapping, words } = map();
      words.fill(0);
      const controller = new AbortController();
      const options = how === "timeout" ? { timeoutMs: 1 } : { signal: controller.signal };
      note(waitAsync(words, 7, 0, options));
      note(waitAsync(words, 7, 0));
      await before();
      if (how === "abort") controller.abort(new RangeError());
      if (how === "wake") (Atomics.store(words, 7, 1), notify(words, 7));
      await after();
      mapping.unmap();
    }
  }
}
const end = performance.now() + 60_000;
while (settled.length < 128 && performance.now() < end) await turn();
see("settled", () => settled.length);
see("ends", () => [...new Set(settled)].sort());
`);
    assertEquals(seen, {
      settled: "128",
      ends: "BadResource,RangeError,ok,timed-out",
    });
  });

  Deno.test(`a wait on memory that is transferred to another owner settles, and other waits go on (${strategy})`, async () => {
    const seen = await survive(`${HEAD}
useWaitStrategy("${strategy}");
const given = map();
const other = map();
const [lost, stays] = [waitAsync(given.words, 3, 0, { timeoutMs: 300 }), waitAsync(other.words, 4, 0)];
lost.catch(() => {});
await turn();
structuredClone(given.words.buffer, { transfer: [given.words.buffer] });
const more = waitAsync(other.words, 5, 0, { timeoutMs: 20 });
await seeLater("more", () => more);
Atomics.store(other.words, 4, 1);
notify(other.words, 4);
await seeLater("other", () => stays);
see("settles", () => true);
await Promise.allSettled([lost]);
await seeLater("afterwards", () => waitAsync(given.words, 3, 0));
`);
    assertEquals(seen, {
      "more": "timed-out",
      "other": "ok",
      "settles": "true",
      "afterwards": "TypeError",
    });
  });
}

Deno.test("waits without a timeout end with an error when their memory is transferred to another owner", async () => {
  const seen = await survive(`${HEAD}
import { ReadWriteLock, Semaphore } from "${new URL("sync/mod.ts", ROOT)}";
const fresh = () => {
  const mapping = shmem.SharedMemory.anonymous({ size: 4096 }).map();
  return { mapping, words: new Int32Array(mapping.bytes.buffer) };
};
const held = [];
const waits = {
  word: ({ words }) => waitAsync(words, 3, 0),
  mutex: ({ mapping }) => {
    const mutex = Mutex.create(mapping.bytes);
    held.push(mutex.lock());
    return mutex.lockAsync();
  },
  lock: ({ mapping }) => {
    const lock = ReadWriteLock.create(mapping.bytes, 0);
    held.push(lock.write());
    return lock.readAsync();
  },
  semaphore: ({ mapping }) => Semaphore.createAt(mapping.bytes, 0, { value: 0 }).waitAsync(),
  barrier: ({ mapping }) => Barrier.create(mapping.bytes, 0, { parties: 2 }).waitAsync(),
  condition: ({ mapping }) => Condition.create(mapping.bytes, 128).waitAsync(Mutex.create(mapping.bytes).lock()),
};
for (const [what, start] of Object.entries(waits)) {
  const given = fresh();
  const wait = start(given);
  wait.catch(() => {});
  await turn();
  const { buffer } = given.mapping.bytes;
  structuredClone(buffer, { transfer: [buffer] });
  await seeLater(what, () => wait.catch(({ name, message }) => name + ": " + /it was closed|transferred/.exec(message)));
}
`);
  const transferred = "BadResource: transferred";
  assertEquals(seen, {
    word: transferred,
    mutex: transferred,
    lock: transferred,
    semaphore: transferred,
    barrier: transferred,
    condition: transferred,
  });
});

Deno.test("a thousand mappings that go under their waits leave nothing behind", async () => {
  const seen = await survive(`${HEAD}
let gone = 0;
for (let round = 0; round < 100; round++) {
  const mappings = Array.from({ length: 10 }, () => map());
  const waits = mappings.map(({ words }, index) => waitAsync(words, index, 0).catch(() => gone++));
  if (round % 2) await turn();
  for (const { mapping } of mappings) mapping.unmap();
  await Promise.all(waits);
}
see("gone", () => gone);
const { words } = map();
await seeLater("next", () => waitAsync(words, 3, 0, { timeoutMs: 5 }));
`);
  assertEquals(seen, { gone: "1000", next: "timed-out" });
});

Deno.test("the barrier and the condition on memory that was unmapped say so", async () => {
  const seen = await survive(`${HEAD}
const { mapping } = map();
const barrier = Barrier.create(mapping.bytes, 0, { parties: 2 });
const condition = Condition.create(mapping.bytes, 16);
const mutex = Mutex.create(mapping.bytes, 64);
const guard = mutex.lock();
see("while held", () => mapping.unmap());
guard.unlock();
mapping.unmap();
see("barrier wait", () => barrier.wait());
await seeLater("barrier waitAsync", () => barrier.waitAsync());
see("condition wait", () => condition.wait(guard));
await seeLater("condition waitAsync", () => condition.waitAsync(guard));
see("condition notify", () => condition.notify());
see("condition notifyAll", () => condition.notifyAll());
`);
  assertEquals(seen, {
    "while held": "Busy",
    "barrier wait": "BadResource",
    "barrier waitAsync": "BadResource",
    "condition wait": "BadResource",
    "condition waitAsync": "BadResource",
    "condition notify": "BadResource",
    "condition notifyAll": "BadResource",
  });
});

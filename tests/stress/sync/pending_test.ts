/** A hundred thousand pending waits, and thousands of those that take their time. */

import { testsOf } from "../../helpers/sync/pending.ts";

for (
  const test of testsOf({
    "waitAsync() for words of their own": {
      count: 5000,
      program: `
const waits = many((index) => waitAsync(words, index, 0));
await seeRest("rest");
for (let i = COUNT - 1; i >= 0; i--) (Atomics.store(words, i, 1), notify(words, i, 1));
await seeLater("ends", async () => count(await Promise.all(waits)));
`,
      sees: { ends: "5000 ok" },
    },
    "Condition.waitAsync()": {
      count: 5000,
      program: `
const mutex = Mutex.create(bytes, 0);
const condition = Condition.create(bytes, 64);
const waits = many(async () => { using guard = await mutex.lockAsync(); return await condition.waitAsync(guard); });
await seeRest("rest");
{ using _guard = await mutex.lockAsync(); condition.notifyAll(); }
await seeLater("ends", async () => count(await Promise.all(waits)));
`,
      sees: { ends: "5000 ok" },
    },
    "Barrier.waitAsync()": {
      count: 5000,
      program: `
const barriers = many((index) => Barrier.create(bytes, 16 * index, { parties: 2 }));
const waits = barriers.map((barrier) => barrier.waitAsync());
await seeRest("rest");
const others = barriers.map((_, index) => Barrier.open(bytes, 16 * index).waitAsync());
await seeLater("ends", async () => count(await Promise.all(waits)));
await seeLater("others", async () => count(await Promise.all(others)));
`,
      sees: { ends: "5000 ok", others: "5000 last" },
    },
    "ReadWriteLock.readAsync() behind one that writes": {
      count: 5000,
      program: `
const lock = ReadWriteLock.create(bytes, 0);
const writing = await lock.writeAsync();
const waits = many(async () => { (await lock.readAsync()).unlock(); return "read"; });
await seeRest("rest");
writing.unlock();
await seeLater("ends", async () => count(await Promise.all(waits)));
`,
      sees: { ends: "5000 read" },
    },
    "waitAsync() with timeouts and signals": {
      count: 100_000,
      program: `
const controller = new AbortController();
const { signal } = controller;
const waits = many((index) => waitAsync(words, index, 0, index % 2 ? { timeoutMs: 2000 + index % 100 } : { signal }).catch((error) => error.name));
await seeRest("rest");
controller.abort();
await seeLater("ends", async () => count(await Promise.all(waits)));
`,
      sees: { ends: "50000 AbortError,50000 timed-out" },
    },
    "waitAsync() for more words than the kernel is asked to wait for": {
      count: 100_000,
      program: `
const waits = many((index) => waitAsync(words, index, 0));
await seeRest("rest");
see("few threads", () => threads() < 50);
for (let i = 0; i < COUNT; i += 1) Atomics.store(words, i, 1);
for (let i = 0; i < COUNT; i += 1) notify(words, i);
await seeLater("ends", async () => count(await Promise.all(waits)));
`,
      sees: { "few threads": "true", ends: "100000 ok" },
    },
    "Semaphore.waitAsync() by tasks that read a file each": {
      count: 5000,
      program: `
const limit = Semaphore.createAt(bytes, 0, { value: 10 });
let done = 0;
const tasks = many(async () => {
  await limit.waitAsync();
  await Deno.readTextFile(new URL(MOD).pathname);
  limit.post();
  done++;
});
await seeRest("rest");
await Promise.all(tasks);
see("done", () => done);
`,
      sees: { done: "5000" },
    },
    "SemaphoreSet.operateAsync()": {
      count: 5000,
      program: `
const set = SemaphoreSet.create({ values: [0] });
const waits = many(() => set.operateAsync([{ index: 0, delta: -1 }]));
await seeRest("rest");
set.setValue(0, COUNT);
await seeLater("ends", async () => count(await Promise.all(waits)));
set.remove();
`,
      sees: { ends: "5000 ok" },
    },
  })
) Deno.test(test);

/** Thousands of pending waits of each sort, beside files, names and timers. */

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
    "waitAsync() for words of their own that another process or thread changes":
      {
        count: 5000,
        program: `
const theirs = new Int32Array(memory.map().bytes.buffer, 0, 250_000);
const waits = many((index) => waitAsync(words, index, 0));
await seeRest("rest");
for (let i = COUNT - 1; i >= 0; i--) (Atomics.store(theirs, i, 1), notify(theirs, i, 1));
await seeLater("ends", async () => count(await Promise.all(waits)));
`,
        sees: { ends: "5000 ok" },
      },
    "waitAsync() for one word": {
      count: 5000,
      program: `
const waits = many(() => waitAsync(words, 7, 0));
await seeRest("rest");
Atomics.store(words, 7, 1);
see("one", () => notify(words, 7, 1));
see("some", () => notify(words, 7, 1000));
see("all", () => notify(words, 7));
await seeLater("ends", async () => count(await Promise.all(waits)));
`,
      sees: { one: "1", some: "1000", all: "3999", ends: "5000 ok" },
    },
    "Mutex.lockAsync()": {
      count: 5000,
      program: `
const mutexes = many((index) => Mutex.create(bytes, 64 * index));
const guards = mutexes.slice(0, 1000).map((mutex) => mutex.lock());
const again = mutexes.slice(0, 1000).map((_, index) => Mutex.open(bytes, 64 * index));
const waits = many((index) => again[index % 1000].lockAsync());
await seeRest("rest");
let locked = 0;
const tasks = waits.map(async (wait) => { (await wait).unlock(); locked++; });
for (const guard of guards) guard.unlock();
await Promise.all(tasks);
see("locked", () => locked);
`,
      sees: { locked: "5000" },
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
  })
) Deno.test(test);

/** Thousands of pending waits of each sort, beside files, names and timers. */

import { testsOf } from "../../helpers/sync/pending.ts";

for (
  const test of testsOf({
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
  })
) Deno.test(test);

/** A hundred thousand pending waits, and thousands of those that take their time. */

import { testsOf } from "../../helpers/sync/pending.ts";

for (
  const test of testsOf({
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

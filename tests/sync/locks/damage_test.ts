/**
 * Locks and counters whose bytes are overwritten: errors at worst.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { runDeno } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { randomSeed, surviveDamage } from "../../helpers/sync/damage.ts";
import { shareOf } from "../../helpers/sync/size.ts";

const SYNC = new URL("../../../sync/mod.ts", import.meta.url).href;

Deno.test("a program that overwrites its locks while they are free, held and waited for lives", async () => {
  await surviveDamage(shareOf(5000), randomSeed(), "self");
});

Deno.test(needing(
  ["cc"],
  "a program lives whose locks another program overwrites all the time",
  async () => {
    await surviveDamage(shareOf(5000), randomSeed(), "peer");
  },
));

/** Programs of a few lines that ended by a signal when glibc held the locks. */
const PROGRAMS: readonly (readonly [string, string, string])[] = [
  [
    "overwrites the links of a mutex that it holds is told at the release",
    `const g = x.lock();
    crypto.getRandomValues(m.bytes.subarray(24, 40));
    told(() => g.unlock());
    x.lock().unlock();`,
    "EINVAL corrupt lock\n",
  ],
  [
    "empties a mutex that it holds is told, and its other locks go on",
    `const g = x.lock(); m.bytes.fill(0, 0, 64);
    told(() => g.unlock());
    const other = Y.Mutex.create(more.bytes); m.unmap();
    other.lock().unlock();`,
    "EINVAL corrupt lock\n",
  ],
  [
    "writes another protocol into a free mutex is told",
    `w[4] = 0xC0; w[0] = 0xfff80000 | 0;
    told(() => x.tryLock());
    w[4] = 0xB2; w[0] = 999999;
    told(() => x.lock({ timeoutMs: 30 }));`,
    "EINVAL corrupt lock\nEINVAL corrupt lock\n",
  ],
  [
    "transfers the memory of a mutex that it holds is told, and the mutex is free",
    `const g = x.lock();
    const moved = structuredClone(m.bytes.buffer, { transfer: [m.bytes.buffer] });
    told(() => g.unlock());
    console.log(new Int32Array(moved)[0]);
    Y.Mutex.create(more.bytes).lock().unlock();`,
    "transferred\n0\n",
  ],
  [
    "writes another futex flag into a semaphore goes on",
    `const s = Y.Semaphore.createAt(m.bytes, 1024); const v = w.subarray(256);
    v[1] = 1; v[2] = 0x41; s.post(); console.log(s.wait({ timeoutMs: 100 }));
    console.log(s.wait({ timeoutMs: 10 })); v[0] = -5; told(() => s.post());`,
    "ok\ntimed-out\nEINVAL corrupt\n",
  ],
  [
    "empties a mutex while it waits for it gets it, or its time ends",
    `const g = x.lock(); const wait = x.lockAsync({ timeoutMs: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    Y.Semaphore; m.bytes.fill(0, 0, 64);
    told(() => g.unlock());
    await wait.then((guard) => guard.unlock(), (error) => console.log(error.code));`,
    "EINVAL corrupt lock\nEINVAL\n",
  ],
];

for (const [what, source, expected] of PROGRAMS) {
  Deno.test(`a program that ${what}`, async () => {
    const { code, signal, stdout, stderr } = await runDeno(`
      import { SharedMemory } from "mod.ts";
      import * as Y from ${JSON.stringify(SYNC)};
      const m = SharedMemory.anonymous({ size: 4096 }).map();
      const more = SharedMemory.anonymous({ size: 4096 }).map();
      const w = new Int32Array(m.bytes.buffer);
      const x = Y.Mutex.create(m.bytes);
      function told(call) {
        try {
          call();
          console.log("nothing");
        } catch ({ code, message }) {
          const words = /corrupt lock|corrupt|transferred/.exec(message);
          console.log([code, words].filter(Boolean).join(" "));
        }
      }
      ${source}
    `);
    assertEquals({ code, signal, stdout, stderr }, {
      code: 0,
      signal: null,
      stdout: expected,
      stderr: "",
    });
  });
}

/**
 * Locks that are opened and forgotten by the ten thousands.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { runDeno } from "../../helpers/deno.ts";

Deno.test("50 000 locks and semaphores that were opened and forgotten take no memory", async () => {
  const { stdout, stderr } = await runDeno(
    `
    import { SharedMemory } from "mod.ts";
    import * as Y from ${
      JSON.stringify(new URL("../../../sync/mod.ts", import.meta.url).href)
    };
    const { bytes } = SharedMemory.anonymous({ size: 8192 }).map();
    Y.Mutex.create(bytes, 0); Y.Semaphore.createAt(bytes, 64, { value: 1 }).close();
    Y.Condition.create(bytes, 128); Y.ReadWriteLock.create(bytes, 256);
    Y.Barrier.create(bytes, 4096, { parties: 1 });
    const name = "/shmem-test-" + crypto.randomUUID().slice(0, 8);
    Y.Semaphore.create(name).close();
    const opens = [
      () => Y.Mutex.open(bytes, 0).lock().unlock(),
      () => { using s = Y.Semaphore.openAt(bytes, 64); s.wait(); s.post(); },
      () => Y.Condition.open(bytes, 128).notify(),
      () => Y.ReadWriteLock.open(bytes, 256).read().unlock(),
      () => Y.Barrier.open(bytes, 4096).wait(),
      () => Y.Semaphore.open(name).close(),
    ];
    const settle = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      gc();
      return Deno.memoryUsage().heapUsed;
    };
    for (const open of opens) {
      const times = open === opens.at(-1) || open === opens[3] ? 5000 : 50000;
      for (let i = 0; i < 500; i++) open();
      const before = await settle();
      for (let i = 0; i < times; i++) {
        open();
        // What is only weakly referred to goes between turns.
        if (i % 1000 === 0) await null;
      }
      const grown = (await settle()) - before;
      if (grown > 2e6) console.log(String(open), grown);
    }
    Y.Semaphore.unlinkName(name);
    console.log("done");
    `,
    { permissions: ["-A", "--v8-flags=--expose-gc"] },
  );
  assertEquals([stderr, stdout], ["", "done\n"]);
});

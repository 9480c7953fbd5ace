/** `waitAsync`: within one program, in both ways to wait. */

import { assert, assertEquals, assertRejects } from "../../../deps.ts";
import { notify, waitAsync } from "../../../sync/mod.ts";
import {
  useWaitStrategy,
  type WaitStrategy,
} from "../../../sync/parking/parking_lot.ts";
import { testMemory } from "../../helpers/sync/memory.ts";
import { pause, until } from "../../helpers/sync/size.ts";
import { started } from "../../helpers/sync/wait_peers.ts";

const STRATEGIES: readonly WaitStrategy[] = ["auto", "polling"];

/** Waits one way until the end of a block. */
function strategy(chosen: WaitStrategy): Disposable {
  useWaitStrategy(chosen);
  return { [Symbol.dispose]: () => useWaitStrategy("auto") };
}

/** Declares a test for each way to wait. */
function testBoth(name: string, test: () => Promise<void>): void {
  for (const chosen of STRATEGIES) {
    Deno.test(`${name} (${chosen})`, async () => {
      using _strategy = strategy(chosen);
      await test();
    });
  }
}

testBoth(
  "waitAsync() resolves with ok when the word changes and is notified",
  async () => {
    using memory = testMemory();
    const { words } = memory;
    const waiting = started(waitAsync(words, 3, 0));
    await pause(30);
    Atomics.store(words, 3, 1);
    notify(words, 3);
    assertEquals(await waiting, "ok");
  },
);

testBoth(
  "waitAsync() sees a change that was made before it could sleep",
  async () => {
    using memory = testMemory();
    const { words } = memory;
    const waiting = started(waitAsync(words, 3, 0));
    Atomics.store(words, 3, 1);
    notify(words, 3);
    assertEquals(await waiting, "ok");
  },
);

testBoth(
  "waitAsync() resolves with not-equal when the word has another value",
  async () => {
    using memory = testMemory();
    memory.words[3] = -7;
    assertEquals(await waitAsync(memory.words, 3, 7), "not-equal");
    assertEquals(
      await waitAsync(memory.words, 3, 7, { timeoutMs: 0 }),
      "not-equal",
    );
    const unsigned = 0x1_0000_0000 - 7;
    const options = { timeoutMs: 1 };
    assertEquals(
      await waitAsync(memory.words, 3, unsigned, options),
      "timed-out",
    );
  },
);

testBoth(
  "waitAsync() resolves with timed-out, each when its own time is over and not before",
  async () => {
    using memory = testMemory();
    const order: number[] = [];
    const waits = [80, 0.5, 40, 0, 20].map(async (timeoutMs) => {
      const start = performance.now();
      const result = await waitAsync(memory.words, 3, 0, { timeoutMs });
      const took = performance.now() - start;
      assert(took >= timeoutMs, `${took} ms instead of ${timeoutMs}`);
      order.push(timeoutMs);
      return result;
    });
    assertEquals(await Promise.all(waits), Array(5).fill("timed-out"));
    assertEquals(order, [0, 0.5, 20, 40, 80]);
  },
);

testBoth(
  "waitAsync() rejects with the reason of a signal that was aborted before, and never waits",
  async () => {
    using memory = testMemory();
    const reason = new TypeError("of the test");
    const options = { signal: AbortSignal.abort(reason) };
    for (const value of [0, 1]) {
      const error = await assertRejects(
        () => waitAsync(memory.words, 3, value, options),
        TypeError,
      );
      assertEquals(error === reason, true);
    }
    await pause(20);
    assertEquals(notify(memory.words, 3), 0);
  },
);

testBoth(
  "waitAsync() rejects with the signal's reason when it is aborted meanwhile, and others wait on",
  async () => {
    using memory = testMemory();
    const { words } = memory;
    for (const reason of [new RangeError("of the test"), "text", undefined]) {
      const controller = new AbortController();
      const { signal } = controller;
      const aborted = started(waitAsync(words, 3, 0, { signal }));
      const other = started(waitAsync(words, 3, 0));
      await pause(20);
      controller.abort(reason);
      const caught = await aborted.then(() => "settled", (error) => error);
      assertEquals(caught === signal.reason, true, String(caught));
      if (reason !== undefined) assertEquals(caught === reason, true);
      Atomics.store(words, 3, 1);
      notify(words, 3);
      assertEquals(await other, "ok");
      Atomics.store(words, 3, 0);
    }
  },
);

testBoth(
  "waitAsync() that is aborted at once, in the same turn, rejects",
  async () => {
    using memory = testMemory();
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = started(waitAsync(memory.words, 3, 0, { signal }));
    controller.abort();
    const error = await assertRejects(() => waiting, DOMException);
    assertEquals(error.name, "AbortError");
  },
);

testBoth(
  "waitAsync() does not mind a signal that is aborted after it has settled",
  async () => {
    using memory = testMemory();
    const controller = new AbortController();
    const { signal } = controller;
    const options = { signal, timeoutMs: 5 };
    assertEquals(await waitAsync(memory.words, 3, 0, options), "timed-out");
    controller.abort();
    await pause(5);
  },
);

testBoth(
  "waitAsync() with AbortSignal.timeout() rejects with its TimeoutError",
  async () => {
    using memory = testMemory();
    const signal = AbortSignal.timeout(20);
    const error = await assertRejects(
      () => waitAsync(memory.words, 3, 0, { signal }),
      DOMException,
    );
    assertEquals(error.name, "TimeoutError");
  },
);

testBoth(
  "waitAsync() rejects with BadResource when its memory is unmapped, and waits on other memory go on",
  async () => {
    using memory = testMemory();
    using other = testMemory();
    const going = Array.from(
      { length: 5 },
      () => started(waitAsync(memory.words, 3, 0)),
    );
    const staying = started(waitAsync(other.words, 3, 0));
    await pause(20);
    memory.unmap();
    for (const wait of going) {
      await assertRejects(
        () => wait,
        Deno.errors.BadResource,
        "the memory was unmapped",
      );
    }
    Atomics.store(other.words, 3, 1);
    notify(other.words, 3);
    assertEquals(await staying, "ok");
  },
);

testBoth(
  "waitAsync() rejects when its memory is unmapped in the turn in which it started",
  async () => {
    using memory = testMemory();
    const waiting = started(waitAsync(memory.words, 3, 0));
    memory.unmap();
    await assertRejects(() => waiting, Deno.errors.BadResource, "unmapped");
  },
);

testBoth(
  "waitAsync() takes a timeout beyond any calendar for no timeout",
  async () => {
    using memory = testMemory();
    const { words } = memory;
    for (const timeoutMs of [2 ** 31, 2 ** 53, 1e25, Number.MAX_VALUE]) {
      const waiting = started(waitAsync(words, 3, 0, { timeoutMs }));
      await pause(20);
      Atomics.add(words, 3, 1);
      notify(words, 3);
      assertEquals(await waiting, "ok");
      Atomics.store(words, 3, 0);
    }
  },
);

testBoth(
  "notify() wakes all who wait for a word, and nobody who waits for another",
  async () => {
    using memory = testMemory();
    const { words } = memory;
    const waits = Array.from(
      { length: 300 },
      (_, index) => started(waitAsync(words, index % 3, 0)),
    );
    await pause(30);
    let settled = 0;
    for (const wait of waits) wait.then(() => settled++);
    Atomics.store(words, 1, 1);
    notify(words, 1);
    await until(() => settled === 100, "the second word's waits settle");
    await pause(30);
    assertEquals(settled, 100);
    for (const word of [0, 2]) {
      Atomics.store(words, word, 1);
      notify(words, word);
    }
    assertEquals(await Promise.all(waits), Array(300).fill("ok"));
  },
);

Deno.test("waits that were pending when the strategy changed settle as they would have", async () => {
  using memory = testMemory();
  const { words } = memory;
  using _strategy = strategy("auto");
  const controller = new AbortController();
  const { signal } = controller;
  const waits = [
    started(waitAsync(words, 0, 0)),
    started(waitAsync(words, 1, 0, { signal })),
    started(waitAsync(words, 2, 0, { timeoutMs: 60 })),
  ];
  await pause(10);
  useWaitStrategy("polling");
  waits.push(started(waitAsync(words, 0, 0)));
  controller.abort("of the test");
  Atomics.store(words, 0, 1);
  notify(words, 0);
  const ends = await Promise.allSettled(waits);
  assertEquals(
    ends.map((end) => end.status === "fulfilled" ? end.value : end.reason),
    ["ok", "of the test", "timed-out", "ok"],
  );
});

Deno.test("waits that moved to share a thread can be aborted after the strategy has changed", async () => {
  using memory = testMemory();
  using _strategy = strategy("auto");
  const controllers = Array.from(
    { length: 140 },
    () => new AbortController(),
  );
  let settled = 0;
  for (const [index, { signal }] of controllers.entries()) {
    started(waitAsync(memory.words, index, 0, { signal }))
      .catch(() => settled++);
  }
  await pause(20);
  // Room in the first group, and a reason for the second to look.
  controllers.slice(0, 50).forEach((controller) => controller.abort());
  await pause(20);
  controllers[139]?.abort();
  await pause(20);
  useWaitStrategy("polling");
  controllers.forEach((controller) => controller.abort());
  await until(() => settled === 140, "every wait is aborted");
});

/**
 * `SemaphoreSet.operateAsync()`.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "../../../deps.ts";
import { isSystemError } from "../../../mod.ts";
import { SemaphoreSet } from "../../../sync/mod.ts";
import { pause, until } from "../../helpers/sync/size.ts";

const TAKE = [{ index: 0, delta: -1 }];
const GIVE = [{ index: 0, delta: 1 }];

function codeOf(error: unknown): string | undefined {
  return isSystemError(error) ? error.code : undefined;
}

function testSet(
  values: readonly number[],
): Disposable & { readonly set: SemaphoreSet } {
  const set = SemaphoreSet.create({ values });
  return { set, [Symbol.dispose]: () => set.remove() };
}

Deno.test("SemaphoreSet.operateAsync() ends at once where nothing has to wait", async () => {
  using made = testSet([1]);
  const { set } = made;
  assertEquals(await set.operateAsync(TAKE, { timeoutMs: 0 }), "ok");
  assertEquals(await set.operateAsync(TAKE, { timeoutMs: 0 }), "timed-out");
  const noWait = [{ index: 0, delta: -1, noWait: true }];
  assertEquals(await set.operateAsync(noWait), "timed-out");
  assertEquals(await set.operateAsync(GIVE), "ok");
  assertEquals(set.values, [1]);
});

Deno.test("SemaphoreSet.operateAsync() waits for more and for zero, and blocks nothing", async () => {
  using made = testSet([0, 1]);
  const { set } = made;
  const more = set.operateAsync(TAKE);
  const zero = set.operateAsync([{ index: 1, delta: 0 }]);
  await until(() => set.state(0).waitingForMore === 1, "it waits for more");
  await until(() => set.state(1).waitingForZero === 1, "it waits for zero");
  set.operate([{ index: 0, delta: 1 }, { index: 1, delta: -1 }]);
  assertEquals(await Promise.all([more, zero]), ["ok", "ok"]);
  assertEquals(set.values, [0, 0]);
});

Deno.test("SemaphoreSet.operateAsync() gives up when its time is over, with nothing done", async () => {
  using made = testSet([0, 5]);
  const { set } = made;
  for (const timeoutMs of [13, 300]) {
    const start = performance.now();
    const operations = [{ index: 1, delta: -1 }, ...TAKE];
    assertEquals(
      await set.operateAsync(operations, { timeoutMs }),
      "timed-out",
    );
    assert(performance.now() - start >= timeoutMs - 1);
  }
  assertEquals(set.values, [0, 5]);
  for (const timeoutMs of [-1, NaN]) {
    await assertRejects(
      () => set.operateAsync(GIVE, { timeoutMs }),
      RangeError,
    );
  }
  assertEquals(set.values, [0, 5]);
});

Deno.test("SemaphoreSet.operateAsync() lets four wait in the kernel, and the rest queue", async () => {
  using made = testSet([0]);
  const { set } = made;
  const waits = Array.from({ length: 11 }, () => set.operateAsync(TAKE));
  await until(() => set.state(0).waitingForMore === 4, "four wait");
  let most = 0;
  for (let given = 0; given < waits.length; given++) {
    for (let look = 0; look < 5; look++) {
      most = Math.max(most, set.state(0).waitingForMore);
      await pause(1);
    }
    set.operate(GIVE);
  }
  assertEquals(await Promise.all(waits), new Array(11).fill("ok"));
  assertEquals(most, 4);
  assertEquals(set.values, [0]);
});

Deno.test("waits of SemaphoreSet.operateAsync() leave Deno's other work alone", async () => {
  using made = testSet([0]);
  const { set } = made;
  const waits = Array.from({ length: 60 }, () => set.operateAsync(TAKE));
  await pause(20);
  const reads = Array.from(
    { length: 100 },
    () => Deno.stat(new URL(import.meta.url)),
  );
  assertEquals((await Promise.all(reads)).every((info) => info.isFile), true);
  set.setValue(0, 60);
  assertEquals(new Set(await Promise.all(waits)), new Set(["ok"]));
});

Deno.test("an aborted wait of SemaphoreSet.operateAsync() takes nothing, in the kernel or in the queue", async () => {
  using made = testSet([0]);
  const { set } = made;
  const reason = new Error("not needed any more");
  const controller = new AbortController();
  const { signal } = controller;
  const waits = Array.from(
    { length: 7 },
    () => set.operateAsync(TAKE, { signal }),
  );
  const patient = set.operateAsync(TAKE);
  await until(() => set.state(0).waitingForMore === 4, "four wait");
  controller.abort(reason);
  const reasons = waits.map((wait) => assertRejects(() => wait));
  for (const error of await Promise.all(reasons)) assertEquals(error, reason);
  // The kernel lets go of them a moment later.
  set.setValue(0, 3);
  assertEquals(await patient, "ok");
  await until(() => set.state(0).waitingForMore === 0, "nobody waits");
  await until(() => set.values[0] === 2, "nothing was taken");
  await assertRejects(() => set.operateAsync(TAKE, { signal }), Error, "not n");
  assertEquals(set.values, [2]);
});

Deno.test("SemaphoreSet.operateAsync() hears a signal that comes at once", async () => {
  using made = testSet([0]);
  const { set } = made;
  const reason = new Error("at once");
  for (let tasks = 0; tasks < 4; tasks++) {
    const controller = new AbortController();
    const { signal } = controller;
    // The timeout only keeps a failure from hanging.
    const wait = set.operateAsync(TAKE, { signal, timeoutMs: 60_000 });
    for (let i = 0; i < tasks; i++) await Promise.resolve();
    controller.abort(reason);
    assertEquals(await assertRejects(() => wait), reason);
  }
});

Deno.test("SemaphoreSet.operateAsync() tells that the set was removed, to those who wait and who queue", async () => {
  const set = SemaphoreSet.create({ values: [0] });
  const waits = Array.from({ length: 6 }, () => set.operateAsync(TAKE));
  await until(() => set.state(0).waitingForMore === 4, "four wait");
  set.remove();
  const message = `semaphore set ${set.id}`;
  const errors = waits.map((wait) => assertRejects(() => wait, Error, message));
  for (const error of await Promise.all(errors)) {
    // EINVAL is what it is called when the removal was not seen by the kernel.
    assert(["EIDRM", "EINVAL"].includes(codeOf(error) ?? ""), `${error}`);
  }
});

Deno.test("SemaphoreSet.operateAsync() that waited in the kernel when the set was removed throws EIDRM", async () => {
  const set = SemaphoreSet.create({ values: [0] });
  const wait = set.operateAsync(TAKE);
  await until(() => set.state(0).waitingForMore === 1, "it waits");
  set.remove();
  assertEquals(codeOf(await assertRejects(() => wait)), "EIDRM");
});

Deno.test("SemaphoreSet.close() ends operateAsync() in the kernel and in the queue, with nothing done", async () => {
  using made = testSet([0]);
  const { set } = made;
  using other = SemaphoreSet.open({ id: set.id });
  const waits = Array.from({ length: 7 }, () => other.operateAsync(TAKE));
  await until(() => set.state(0).waitingForMore === 4, "four wait");
  other.close();
  const message =
    `Cannot wait any longer for semaphore set ${set.id}: the handle was closed`;
  await Promise.all(
    waits.map((wait) =>
      assertRejects(() => wait, Deno.errors.BadResource, message)
    ),
  );
  set.setValue(0, 3);
  assertEquals(set.values, [3]);
});

Deno.test("SemaphoreSet.operateAsync() with noWait gives up as soon as that one would wait", async () => {
  using made = testSet([0, 0]);
  const { set } = made;
  // The first waits, the second must not: it is refused once the first is there.
  const mixed = [...TAKE, { index: 1, delta: -1, noWait: true }];
  const wait = set.operateAsync(mixed);
  await until(() => set.state(0).waitingForMore === 1, "it waits");
  await pause(10);
  set.operate(GIVE);
  assertEquals(await wait, "timed-out");
  assertEquals(set.values, [1, 0]);
});

Deno.test("SemaphoreSet.operateAsync() that was aborted has done all or nothing, and says which", async () => {
  using made = testSet([0, 0]);
  const { set } = made;
  const reason = new Error("late");
  for (let round = 0; round < 5; round++) {
    set.setValues([0, 0]);
    const controller = new AbortController();
    const { signal } = controller;
    const operations = [...TAKE, { index: 1, delta: 1 }];
    const wait = set.operateAsync(operations, { signal });
    await until(() => set.state(0).waitingForMore === 1, "it waits");
    controller.abort(reason);
    // In the same turn: the kernel does what waits for it at once.
    set.operate(GIVE);
    const taken = set.operate([{ index: 1, delta: -1 }], { timeoutMs: 0 });
    const done = await wait.catch((error) => error);
    if (done === "ok") {
      assertEquals([taken, set.values], ["ok", [0, 0]]);
    } else {
      assertEquals([done, taken, set.values], [reason, "timed-out", [1, 0]]);
    }
  }
});

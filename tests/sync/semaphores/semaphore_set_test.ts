/**
 * `SemaphoreSet` within one program: values, operations, times, errors.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import { isSystemError } from "../../../mod.ts";
import { SemaphoreSet } from "../../../sync/mod.ts";
import { randomKey } from "../../helpers/names.ts";

function codeOf(error: unknown): string | undefined {
  return isSystemError(error) ? error.code : undefined;
}

/** A set until the end of a block. */
function testSet(
  values: number | readonly number[],
): Disposable & { readonly set: SemaphoreSet } {
  const set = SemaphoreSet.create({ values });
  return { set, [Symbol.dispose]: () => set.remove() };
}

Deno.test("SemaphoreSet.create() makes as many semaphores as asked for, with their values", () => {
  using zeros = testSet(3);
  assertEquals([zeros.set.count, zeros.set.key, zeros.set.created], [
    3,
    0,
    true,
  ]);
  assertEquals(zeros.set.values, [0, 0, 0]);
  using given = testSet([5, 0, 32767]);
  assertEquals(given.set.values, [5, 0, 32767]);
  assertEquals(given.set.count, 3);
});

Deno.test("SemaphoreSet.open() finds a set by key and by id", () => {
  using cleanup = new DisposableStack();
  const key = randomKey();
  const made = SemaphoreSet.create({ key, values: [4, 2] });
  cleanup.defer(() => made.remove());
  for (
    const set of [
      SemaphoreSet.open({ key }),
      SemaphoreSet.open({ id: made.id }),
    ]
  ) {
    assertEquals([set.id, set.key, set.count, set.created], [
      made.id,
      key,
      2,
      false,
    ]);
    assertEquals(set.values, [4, 2]);
  }
});

Deno.test("SemaphoreSet.create() fails with EEXIST, or opens what is there and keeps its values", () => {
  using cleanup = new DisposableStack();
  const key = randomKey();
  const made = SemaphoreSet.create({ key, values: [4, 2] });
  cleanup.defer(() => made.remove());
  const error = assertThrows(
    () => SemaphoreSet.create({ key, values: 2 }),
    Deno.errors.AlreadyExists,
    `Cannot create semaphore set with key 0x${(key >>> 0).toString(16)}`,
  );
  assertEquals(codeOf(error), "EEXIST");
  const same = SemaphoreSet.create({ key, values: [9, 9], ifExists: "open" });
  assertEquals([same.created, same.values], [false, [4, 2]]);
  assertThrows(
    () => SemaphoreSet.create({ key, values: 3, ifExists: "open" }),
    RangeError,
    "it has 2 semaphores, and 3 were expected",
  );
});

Deno.test("SemaphoreSet.open() fails with ENOENT for a key and EINVAL for an id that has none", () => {
  const key = randomKey();
  const absent = assertThrows(
    () => SemaphoreSet.open({ key }),
    Deno.errors.NotFound,
    "Cannot open semaphore set with key",
  );
  assertEquals(codeOf(absent), "ENOENT");
  const error = assertThrows(() => SemaphoreSet.open({ id: 0x7fff_ffff }));
  assertEquals(codeOf(error), "EINVAL");
  assertThrows(() => SemaphoreSet.open({ key: 0 }), RangeError, "IPC_PRIVATE");
  assertThrows(() => SemaphoreSet.open({}), TypeError, "its key or its id");
  assertThrows(
    () => SemaphoreSet.open({ key, id: 1 }),
    TypeError,
    "its key or its id",
  );
});

Deno.test("SemaphoreSet.create() refuses values and options that make no sense, and leaves no set", () => {
  const key = randomKey();
  for (const values of [0, -1, 1.5, NaN, 65536, [], [1, -1], [32768], [0.5]]) {
    assertThrows(() => SemaphoreSet.create({ key, values }), RangeError);
  }
  for (const mode of [-1, 0o1000]) {
    assertThrows(
      () => SemaphoreSet.create({ key, values: 1, mode }),
      RangeError,
    );
  }
  assertThrows(
    () => SemaphoreSet.create({ key: 2 ** 32, values: 1 }),
    RangeError,
  );
  assertThrows(() => SemaphoreSet.open({ key }), Deno.errors.NotFound);
});

Deno.test("SemaphoreSet.create() fails with EINVAL above the limit of semaphores in a set", () => {
  const { maxPerSet } = SemaphoreSet.limits();
  if (maxPerSet >= 65535) return;
  const error = assertThrows(
    () => SemaphoreSet.create({ values: maxPerSet + 1 }),
  );
  assertEquals(codeOf(error), "EINVAL");
});

Deno.test("SemaphoreSet.operate() does all operations or none", () => {
  using made = testSet([3, 1, 0]);
  const { set } = made;
  const take = [{ index: 0, delta: -2 }, { index: 1, delta: -1 }, {
    index: 2,
    delta: 7,
  }];
  assertEquals(set.operate(take), "ok");
  assertEquals(set.values, [1, 0, 7]);
  for (const timeoutMs of [0, 23]) {
    assertEquals(set.operate(take, { timeoutMs }), "timed-out");
    assertEquals(set.values, [1, 0, 7]);
  }
});

Deno.test("SemaphoreSet.operate() does operations in order, several on one semaphore too", () => {
  using made = testSet([0]);
  const { set } = made;
  const [up, down] = [{ index: 0, delta: 2 }, { index: 0, delta: -2 }];
  assertEquals(set.operate([up, down]), "ok");
  assertEquals(set.operate([down, up], { timeoutMs: 0 }), "timed-out");
  assertEquals(set.operate([up, up, down]), "ok");
  assertEquals(set.values, [2]);
});

Deno.test("SemaphoreSet.operate() waits for zero", () => {
  using made = testSet([1, 0]);
  const { set } = made;
  const zero = (index: number) => ({ index, delta: 0 });
  assertEquals(set.operate([zero(1)]), "ok");
  assertEquals(set.operate([zero(0)], { timeoutMs: 12 }), "timed-out");
  // Wait for zero, and take it, in one step.
  const claim = [zero(1), { index: 1, delta: 1 }];
  assertEquals(set.operate(claim), "ok");
  assertEquals(set.operate(claim, { timeoutMs: 12 }), "timed-out");
  assertEquals(set.values, [1, 1]);
});

Deno.test("SemaphoreSet.operate() takes its time before it gives up, and none with noWait", () => {
  using made = testSet([0, 1]);
  const { set } = made;
  for (const timeoutMs of [17, 130, 240]) {
    const start = performance.now();
    assertEquals(
      set.operate([{ index: 0, delta: -1 }], { timeoutMs }),
      "timed-out",
    );
    assert(performance.now() - start >= timeoutMs - 1);
  }
  const noWait = true;
  const mixes = [
    [{ index: 0, delta: -1, noWait }],
    [{ index: 1, delta: 0, noWait }],
    [{ index: 1, delta: -1 }, { index: 0, delta: -1, noWait }],
    [{ index: 0, delta: -1, noWait }, { index: 1, delta: 0 }],
  ];
  for (const mix of mixes) assertEquals(set.operate(mix), "timed-out");
  assertEquals(set.values, [0, 1]);
});

Deno.test("SemaphoreSet.operate() refuses operations that make no sense, and changes nothing", () => {
  using made = testSet([1, 1]);
  const { set } = made;
  assertThrows(() => set.operate([]), TypeError, "there is no operation");
  for (const index of [-1, 2, 65535, 65536, 0.5, NaN]) {
    const operations = [{ index: 0, delta: 1 }, { index, delta: 1 }];
    assertThrows(() => set.operate(operations), RangeError, "index");
  }
  for (const delta of [32768, -32768, 65536, 0.5, NaN]) {
    const operations = [{ index: 0, delta: 1 }, { index: 1, delta }];
    assertThrows(() => set.operate(operations), RangeError, "delta");
  }
  for (const timeoutMs of [-1, NaN]) {
    const operations = [{ index: 0, delta: 1 }];
    assertThrows(() => set.operate(operations, { timeoutMs }), RangeError);
  }
  assertEquals(set.values, [1, 1]);
});

Deno.test("SemaphoreSet refuses lists without an end, and changes nothing", () => {
  using made = testSet([1, 1]);
  const { set } = made;
  const endless = <Item>(item: Item): Item[] =>
    new Proxy([item], {
      get: (list, key) =>
        key === "length" ? Infinity : Reflect.get(list, key) ?? item,
    });
  const many = "there must be 65535 at most";
  const operations = endless({ index: 0, delta: 1 });
  assertThrows(() => set.operate(operations), RangeError, many);
  assertThrows(() => set.setValues(endless(1)), RangeError, many);
  const values = endless(1);
  assertThrows(() => SemaphoreSet.create({ values }), RangeError, many);
  assertEquals(set.values, [1, 1]);
});

Deno.test("SemaphoreSet.operate() throws ERANGE above the largest value, and changes nothing", () => {
  using made = testSet([1, 32767]);
  const { set } = made;
  const error = assertThrows(
    () => set.operate([{ index: 0, delta: 1 }, { index: 1, delta: 1 }]),
    Error,
    `Cannot operate semaphore set ${set.id}`,
  );
  assertEquals(codeOf(error), "ERANGE");
  assertEquals(set.values, [1, 32767]);
});

Deno.test("SemaphoreSet.operate() throws E2BIG above the limit of operations, and changes nothing", () => {
  using made = testSet([0]);
  const { set } = made;
  const { maxOperations } = SemaphoreSet.limits();
  const operation = { index: 0, delta: 1 };
  const most = new Array(maxOperations).fill(operation);
  const error = assertThrows(() => set.operate([...most, operation]));
  assertEquals(codeOf(error), "E2BIG");
  assertEquals(set.values, [0]);
  assertEquals(set.operate(most), "ok");
  assertEquals(set.values, [maxOperations]);
});

Deno.test("SemaphoreSet.setValues() and setValue() set what they are given, and refuse what does not fit", () => {
  using made = testSet([1, 2, 3]);
  const { set } = made;
  set.setValues([7, 0, 32767]);
  set.setValue(1, 9);
  assertEquals(set.values, [7, 9, 32767]);
  for (const values of [[1], [1, 2, 3, 4], [1, 2, -1], [1, 2, 32768]]) {
    assertThrows(() => set.setValues(values), RangeError);
  }
  assertThrows(() => set.setValue(3, 0), RangeError, "index");
  assertThrows(() => set.setValue(0, 32768), RangeError, "value");
  assertEquals(set.values, [7, 9, 32767]);
});

Deno.test("SemaphoreSet throws EINVAL once it is removed", () => {
  const set = SemaphoreSet.create({ values: [1] });
  set.remove();
  const calls = [
    () => set.remove(),
    () => set.values,
    () => set.status(),
    () => set.state(0),
    () => set.setValue(0, 1),
    () => set.setValues([1]),
    () => set.operate([{ index: 0, delta: 1 }]),
    () => set.set({ mode: 0o600 }),
  ];
  for (const call of calls) {
    const error = assertThrows(call, Error, `semaphore set ${set.id}`);
    assertEquals(codeOf(error), "EINVAL");
  }
});

Deno.test("SemaphoreSet.open() takes no id for 0 that is none", () => {
  const options = { id: null } as unknown as { id: number };
  assertThrows(() => SemaphoreSet.open(options), TypeError, "Cannot use id");
});

/**
 * What wait(), waitAsync() and notify() refuse.
 *
 * @module
 */

import {
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "../../../deps.ts";
import { notify, wait, waitAsync } from "../../../sync/mod.ts";
import { testMemory } from "../../helpers/sync/memory.ts";

/** What `wait`, `waitAsync` and `notify` all refuse as a view. */
function wrongViews(): [string, unknown, string][] {
  const memory = testMemory();
  const { buffer } = memory.bytes;
  const gone = memory.words;
  const views: [string, unknown, string][] = [
    ["Uint32Array", new Uint32Array(buffer, 0, 4), "Int32Array"],
    ["BigInt64Array", new BigInt64Array(buffer, 0, 4), "Int32Array"],
    ["Uint8Array", memory.bytes, "Int32Array"],
    ["DataView", new DataView(buffer), "Int32Array"],
    ["the buffer", buffer, "Int32Array"],
    ["plain array", [0, 0], "Int32Array"],
    ["a proxy", new Proxy(new Int32Array(buffer, 0, 4), {}), "Int32Array"],
    ["null", null, "Int32Array"],
    ["undefined", undefined, "Int32Array"],
    ["heap memory", new Int32Array(4), "not mapped memory"],
    ["a SharedArrayBuffer", new Int32Array(new SharedArrayBuffer(8)), "mapped"],
    ["unmapped memory", gone, "unmapped"],
  ];
  memory[Symbol.dispose]();
  return views;
}

Deno.test("wait(), waitAsync() and notify() refuse values that are no 32-bit integers, naming them", async () => {
  using memory = testMemory();
  const { words } = memory;
  for (const value of [1.5, NaN, Infinity, 0x1_0000_0000, -0x8000_0001]) {
    const says = `received ${value}`;
    assertThrows(() => wait(words, 0, value, 0), RangeError, says);
    await assertRejects(() => waitAsync(words, 0, value), RangeError, says);
  }
  for (const value of ["0", 0n, null, undefined]) {
    assertThrows(() => Reflect.apply(wait, null, [words, 0, value]), TypeError);
  }
});

Deno.test("wait(), waitAsync() and notify() refuse what is not an Int32Array over mapped memory", async () => {
  for (const [what, view, says] of wrongViews()) {
    const refused = [
      assertThrows(() => Reflect.apply(wait, null, [view, 0, 0, 0]), TypeError),
      assertThrows(() => Reflect.apply(notify, null, [view, 0]), TypeError),
      await assertRejects(
        () => Reflect.apply(waitAsync, null, [view, 0, 0]),
        TypeError,
      ),
    ];
    for (const { message } of refused) {
      assertStringIncludes(message, "Cannot ", what);
      assertStringIncludes(message, says, what);
    }
  }
});

Deno.test("wait(), waitAsync() and notify() refuse an index outside the view, even where there is memory", async () => {
  using memory = testMemory();
  const part = memory.words.subarray(10, 13);
  for (const index of [-1, 3, 1.5, NaN, Infinity, 2 ** 32]) {
    const says = `received ${index}`;
    assertThrows(() => wait(part, index, 0, 0), RangeError, says);
    assertThrows(() => notify(part, index), RangeError, says);
    await assertRejects(() => waitAsync(part, index, 0), RangeError, says);
  }
  const empty = memory.words.subarray(4, 4);
  assertThrows(() => wait(empty, 0, 0, 0), RangeError, "index");
  assertThrows(() => Reflect.apply(notify, null, [part, "1"]), TypeError);
});

Deno.test("wait() and waitAsync() refuse timeouts that are negative, NaN or no numbers", async () => {
  using memory = testMemory();
  const { words } = memory;
  for (const timeout of [-1, -0.001, NaN, -Infinity]) {
    for (const options of [timeout, { timeoutMs: timeout }]) {
      const says = "the timeout must be milliseconds";
      assertThrows(() => wait(words, 0, 0, options), RangeError, says);
      await assertRejects(
        () => waitAsync(words, 0, 0, options),
        RangeError,
        says,
      );
    }
  }
  for (const wrong of ["5", 5n, null, true, () => 5]) {
    const args = [words, 0, 0, wrong];
    const says = "it takes options with timeoutMs, signal";
    assertThrows(() => Reflect.apply(wait, null, args), TypeError, says);
    await assertRejects(
      () => Reflect.apply(waitAsync, null, args),
      TypeError,
      says,
    );
  }
});

Deno.test("wait() and waitAsync() refuse options that do not exist, and signals that are none", async () => {
  using memory = testMemory();
  for (
    const [wrong, says] of [
      [{ timeout: 5 }, 'no option "timeout"'],
      [{ timeoutMs: 5, Signal: null }, 'no option "Signal"'],
      [{ signal: new EventTarget() }, "must be an AbortSignal"],
    ] as const
  ) {
    const args = [memory.words, 0, 0, wrong];
    assertThrows(() => Reflect.apply(wait, null, args), TypeError, says);
    await assertRejects(
      () => Reflect.apply(waitAsync, null, args),
      TypeError,
      says,
    );
  }
});

Deno.test("notify() refuses counts that are negative, NaN or no numbers", () => {
  using memory = testMemory();
  const says = "Cannot notify: the count must be a number, 0 or more: received";
  for (const count of [-1, -0.5, NaN, -Infinity]) {
    assertThrows(
      () => notify(memory.words, 0, count),
      RangeError,
      `${says} ${count}`,
    );
  }
  const shown = [["1", '"1"'], [1n, "1n"], [{}, "[object Object]"], [
    null,
    "null",
  ]];
  for (const [count, text] of shown) {
    assertThrows(
      () => Reflect.apply(notify, null, [memory.words, 0, count]),
      TypeError,
      `${says} ${text}`,
    );
  }
});

/**
 * `unblock`, and where it cannot help.
 */

import { assertEquals, assertThrows } from "../../../deps.ts";
import {
  firstDifference,
  makeRing,
  MANY_TO_ONE,
  ONE_TO_ONE,
  payload,
  readAll,
  readTypes,
  TAIL,
  type TestRing,
} from "../../helpers/channel/rings.ts";

/** A producer that moved the tail and died before it wrote anything. */
function dieAfterTheTail(
  { longs, capacity }: TestRing,
  byteLength: number,
): void {
  const cell = (capacity + TAIL) / 8;
  longs[cell] = (longs[cell] ?? 0n) + BigInt(byteLength);
}

/** Asserts that `unblock` finds nothing to do, and changes nothing. */
function assertHelpless({ ring, memory }: TestRing): void {
  const before = memory.slice();
  for (let i = 0; i < 2; i++) assertEquals(ring.unblock(), false);
  assertEquals(firstDifference(memory, before), -1);
}

Deno.test("ManyToOneRingBuffer.unblock() does nothing in an empty ring", () => {
  for (const start of [0n, 640n]) {
    assertHelpless(makeRing(MANY_TO_ONE, 128, start));
  }
});

Deno.test("ManyToOneRingBuffer.unblock() leaves a committed message alone", () => {
  const test = makeRing(MANY_TO_ONE, 128);
  test.ring.write(1, payload(5));
  test.ring.tryClaim(2, 5);
  assertHelpless(test);
  assertEquals(readTypes(test.ring), [1]);
});

Deno.test("ManyToOneRingBuffer.unblock() turns an open claim into padding, one a call", () => {
  const { ring } = makeRing(MANY_TO_ONE, 128);
  const dead = [ring.tryClaim(1, 5), ring.tryClaim(2, 13)];
  ring.write(3, payload(5));
  assertEquals(ring.unblock(), true);
  assertEquals(ring.unblock(), false);
  assertEquals(readTypes(ring), []);
  assertEquals(ring.unblock(), true);
  assertThrows(() => ring.commit(dead[1] ?? 0), TypeError, "aborted");
  assertEquals(readTypes(ring), [3]);
  assertEquals(ring.size, 0);
});

Deno.test("ManyToOneRingBuffer.unblock() frees a ring that is full of one dead claim after the other", () => {
  const { ring, memory } = makeRing(MANY_TO_ONE, 64);
  while (ring.tryClaim(1, 8) > 0);
  assertEquals(ring.size, 64);
  for (let i = 0; i < 4; i++) {
    assertEquals(ring.unblock(), true);
    assertEquals(readAll(ring), []);
  }
  assertEquals(ring.size, 0);
  assertEquals(memory.subarray(0, 64).every((byte) => byte === 0), true);
  assertEquals(ring.unblock(), false);
});

Deno.test("ManyToOneRingBuffer.unblock() pads a claim without a header up to the next record", () => {
  for (const next of ["write", "tryClaim"] as const) {
    const test = makeRing(MANY_TO_ONE, 128);
    const { ring, words } = test;
    dieAfterTheTail(test, 40);
    assertHelpless(test);
    if (next === "write") ring.write(7, payload(3));
    else ring.tryClaim(7, 3);
    assertEquals(ring.unblock(), true);
    assertEquals([words[0], words[1]], [40, -1]);
    assertEquals(readTypes(ring), next === "write" ? [7] : []);
    assertEquals(ring.consumerPosition, next === "write" ? 56n : 40n);
  }
});

Deno.test("ManyToOneRingBuffer.unblock() pads up to the record at the tail of a full ring", () => {
  const test = makeRing(MANY_TO_ONE, 64);
  const { ring } = test;
  ring.write(1, payload(8));
  ring.write(2, payload(8));
  assertEquals(readTypes(ring, 1), [1]);
  assertEquals(readTypes(ring, 1), [2]);
  dieAfterTheTail(test, 32);
  ring.write(3, payload(8));
  ring.write(4, payload(8));
  assertEquals(ring.size, 64);
  // The gap reaches to the end of the data area: nobody can tell where it ends.
  assertHelpless(test);
});

Deno.test("ManyToOneRingBuffer.unblock() cannot see past the end of the data area", () => {
  const test = makeRing(MANY_TO_ONE, 64);
  const { ring, words } = test;
  for (let i = 0; i < 3; i++) ring.write(1, payload(8));
  readAll(ring);
  dieAfterTheTail(test, 16);
  ring.write(2, payload(8));
  assertHelpless(test);
  // Nor is the word behind it taken for a record.
  words[64 / 4] = 16;
  assertHelpless(test);
});

Deno.test("ManyToOneRingBuffer.unblock() does not take a length for one that leaves the data area", () => {
  const test = makeRing(MANY_TO_ONE, 64);
  const { ring, words } = test;
  ring.tryClaim(1, 5);
  for (const length of [-65, -(2 ** 31), -1, -7]) {
    words[0] = length;
    assertHelpless(test);
  }
});

Deno.test("ManyToOneRingBuffer.unblock() works where the low word of the positions wraps", () => {
  const start = 2n ** 32n - 64n;
  const test = makeRing(MANY_TO_ONE, 64, start);
  const { ring } = test;
  for (let i = 0; i < 3; i++) ring.write(1, payload(8));
  ring.tryClaim(1, 8);
  ring.read(() => {});
  assertEquals(ring.consumerPosition, start + 48n);
  assertEquals(ring.unblock(), true);
  ring.read(() => {});
  assertEquals(ring.consumerPosition, 2n ** 32n);
  ring.tryClaim(1, 8);
  assertEquals(ring.unblock(), true);
  assertEquals(readTypes(ring), []);
  assertEquals(ring.consumerPosition, 2n ** 32n + 16n);
});

Deno.test("ManyToOneRingBuffer.unblock() inside a handler fails", () => {
  const { ring } = makeRing(MANY_TO_ONE, 128);
  ring.write(1, payload(3));
  ring.tryClaim(2, 3);
  let asked = 0;
  ring.read(() => {
    assertThrows(() => ring.unblock(), TypeError, "handler");
    asked++;
  });
  assertEquals(asked, 1);
  assertEquals(ring.unblock(), true);
});

Deno.test("OneToOneRingBuffer.unblock() never does anything", () => {
  const test = makeRing(ONE_TO_ONE, 128);
  assertHelpless(test);
  test.ring.tryClaim(1, 5);
  assertHelpless(test);
  dieAfterTheTail(test, 16);
  test.ring.write(2, payload(5));
  assertHelpless(test);
});

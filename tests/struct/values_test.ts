/**
 * What values each type takes, and what it makes of them.
 *
 * @module
 */

import { assert, assertEquals, assertThrows, fc } from "../../deps.ts";
import {
  array,
  atomic,
  bitset,
  bool,
  bytes,
  chars,
  enumeration,
  f32,
  f64,
  i16,
  i32,
  i64,
  i8,
  safe,
  struct,
  u16,
  u32,
  u64,
  u8,
} from "../../struct/mod.ts";
import { layouts } from "../helpers/struct/random_layouts.ts";

const All = struct({
  u8,
  u16,
  u32,
  u64,
  i8,
  i16,
  i32,
  i64,
  f32,
  f64,
  bool,
  safe: safe(u64),
  safeSigned: safe(i64),
  text: chars(7),
  raw: bytes(5),
  side: enumeration({ buy: 1, sell: 2 }, u8),
  bits: bitset({ low: 0, high: 31 }, u32),
  numbers: array(u16, 3),
  point: struct({ x: f32, y: f32 }),
  shared: atomic(i64),
});

Deno.test("a view reads what was written, for the limits of every number", () => {
  const view = All.at(new Uint8Array(All.size));
  const limits = {
    u8: [0, 0xff],
    u16: [0, 0xffff],
    u32: [0, 0xffffffff],
    i8: [-0x80, 0x7f],
    i16: [-0x8000, 0x7fff],
    i32: [-0x80000000, 0x7fffffff],
    f32: [-1.5, Infinity, 3.4028234663852886e38],
    f64: [Number.MIN_VALUE, -Infinity, Number.MAX_VALUE],
    safe: [0, Number.MAX_SAFE_INTEGER],
    safeSigned: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  } as const;
  for (const [name, values] of Object.entries(limits)) {
    for (const value of values) {
      view.write({ [name]: value });
      assertEquals(Reflect.get(view, name), value, name);
    }
  }
  for (const value of [0n, 2n ** 64n - 1n]) {
    view.u64 = value;
    assertEquals(view.u64, value);
  }
  for (const value of [-(2n ** 63n), 2n ** 63n - 1n]) {
    view.i64 = value;
    assertEquals(view.i64, value);
  }
  view.f64 = NaN;
  assert(Number.isNaN(view.f64));
});

Deno.test("values out of range are a RangeError, and change nothing", () => {
  const memory = crypto.getRandomValues(new Uint8Array(All.size));
  const before = memory.slice();
  const view = All.at(memory);
  const wrong: Record<string, readonly unknown[]> = {
    u8: [-1, 256, 0.5, NaN, Infinity],
    u16: [-1, 65536],
    u32: [-1, 2 ** 32, 1.5],
    u64: [-1n, 2n ** 64n],
    i8: [-129, 128],
    i16: [-32769, 32768],
    i32: [-(2 ** 31) - 1, 2 ** 31],
    i64: [-(2n ** 63n) - 1n, 2n ** 63n],
    f32: [3.5e38, -1e300],
    safe: [-1, 2 ** 53, 0.5],
    safeSigned: [-(2 ** 53), NaN],
    text: ["12345678", "ééé€", "a\0b", "\ud800"],
    raw: [new Uint8Array(4), new Uint8Array(6)],
    side: ["hold", "toString", "__proto__"],
    bits: [{ middle: true }, { toString: true }],
    numbers: [[1, 2], [1, 2, 3, 4], [1, 2, -1]],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      assertThrows(
        () => Reflect.apply(view.write, view, [{ [name]: value }]),
        RangeError,
        `Struct.${name}`,
      );
      // With another field that is right, which must not be written either.
      assertThrows(
        () => Reflect.apply(view.write, view, [{ i32: 7, [name]: value }]),
        RangeError,
      );
    }
  }
  assertThrows(() => view.shared.add(2n ** 63n), RangeError);
  assertEquals(memory, before);
});

Deno.test("values of the wrong kind are a TypeError, and change nothing", () => {
  const memory = crypto.getRandomValues(new Uint8Array(All.size));
  const before = memory.slice();
  const view = All.at(memory);
  const wrong: Record<string, readonly unknown[]> = {
    u8: ["1", null, 5n, {}, Symbol()],
    u32: ["1", 5n, [5]],
    u64: [1, "1", null],
    f64: ["1", null, 1n],
    f32: ["1", true],
    bool: [1, 0, "true", null],
    safe: [1n, "1"],
    text: [1, null, new Uint8Array(7)],
    raw: [[1, 2, 3, 4, 5], "hello", new Uint16Array(5)],
    side: [1, null],
    bits: [1, null, "low", { low: 1 }],
    numbers: [5, "123", { length: 3 }],
    point: [5, null, [1, 2], { z: 1 }, { x: "1" }],
    shared: [1],
  };
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      assertThrows(
        () => Reflect.apply(view.write, view, [{ [name]: value }]),
        TypeError,
      );
      if (Reflect.getOwnPropertyDescriptor(view, name) === undefined) {
        assertThrows(() => {
          Reflect.set(view, name, value, view);
        }, TypeError);
      }
    }
  }
  assertThrows(
    () => Reflect.apply(view.write, view, [{ prise: 1 }]),
    TypeError,
    'it has no field "prise"',
  );
  assertEquals(memory, before);
});

Deno.test("a value that answers differently when asked again is asked once", () => {
  const T = struct({ point: struct({ n: u8 }) });
  const memory = new Uint8Array(T.size);
  let asked = 0;
  const value = {
    get n() {
      return asked++ === 0 ? 5 : 500;
    },
  };
  T.at(memory).write({ point: value });
  assertEquals([...memory], [5]);
  assertEquals(asked, 1);
});

Deno.test("text fills its room up with NUL, and ends at the first", () => {
  const memory = new Uint8Array(All.size).fill(0xff);
  const view = All.at(memory);
  view.text = "é";
  const at = All.offsets.text;
  assertEquals([...memory.subarray(at, at + 8)], [
    195,
    169,
    0,
    0,
    0,
    0,
    0,
    255,
  ]);
  view.text = "1234567";
  assertEquals(view.text, "1234567");
  view.text = "";
  assertEquals(view.text, "");
  memory.set([65, 0xff, 66, 0, 67], at);
  assertEquals(view.text, "A\ufffdB");
});

Deno.test("what memory holds and a type has not is a RangeError", () => {
  const memory = new Uint8Array(All.size).fill(0xff);
  const view = All.at(memory);
  assertThrows(() => view.side, RangeError, "there is 255 in memory");
  assertThrows(() => view.safe, RangeError, "read it as u64");
  assertThrows(() => view.read(), RangeError);
  assertEquals(view.bool, true);
});

Deno.test("bits without a name are left alone", () => {
  const T = struct({ bits: bitset({ one: 1, two: 2 }, u8) });
  const memory = Uint8Array.of(0b1000_0001);
  const { bits } = T.at(memory);
  bits.set("one");
  assertEquals(memory[0], 0b1000_0011);
  bits.write({ one: false, two: true });
  assertEquals(memory[0], 0b1000_0101);
  assertEquals(bits.read(), { one: false, two: true });
  assertEquals(bits.has("two"), true);
});

Deno.test("bitset() takes every bit of all integers, signed ones too", () => {
  for (const base of [u8, u16, u32, i8, i16, i32] as const) {
    const T = struct({ b: bitset({ top: base.size * 8 - 1, low: 0 }, base) });
    const view = T.at(new Uint8Array(T.size));
    view.b.set("top");
    assertEquals(view.b.read(), { top: true, low: false }, base.name);
    view.b.set("top", false);
    assertEquals(view.b.read(), { top: false, low: false }, base.name);
  }
  for (const base of [u64, i64]) {
    const T = struct({ b: bitset({ top: 63 }, base) });
    const view = T.at(new Uint8Array(T.size));
    view.b.set("top");
    assertEquals(view.b.has("top"), true);
  }
});

Deno.test("atomic() works as Atomics does, for each integer", () => {
  const T = struct({
    a: atomic(u32),
    b: atomic(i32),
    c: atomic(u64),
    d: atomic(i64),
  });
  const { a, b, c, d } = T.at(new Uint8Array(T.size + 16), 8);
  assertEquals(a.add(0xffffffff), 0);
  assertEquals(a.add(2), 0xffffffff);
  assertEquals(a.load(), 1);
  b.store(-5);
  assertEquals(b.compareExchange(-5, 7), -5);
  assertEquals(b.compareExchange(-5, 8), 7);
  assertEquals(b.exchange(9), 7);
  assertEquals(c.exchange(2n ** 64n - 1n), 0n);
  assertEquals(c.load(), 2n ** 64n - 1n);
  d.store(-1n);
  assertEquals(d.load(), -1n);
});

Deno.test("types made of others refuse what those cannot do", () => {
  assertThrows(() => enumeration({ a: 256 }, u8), RangeError);
  assertThrows(() => enumeration({ a: 1, b: 1 }, u8), RangeError, "a and b");
  assertThrows(() => enumeration({}, u8), RangeError, "no names");
  assertThrows(() => enumeration({ "a b": 1 }, u8), RangeError);
  assertThrows(() => enumeration({ a: 1 }, f64), TypeError);
  assertThrows(() => bitset({ a: 8 }, u8), RangeError);
  assertThrows(() => bitset({ a: 1, b: 1 }, u8), RangeError);
  assertThrows(() => atomic(u16), TypeError);
  assertThrows(() => atomic(f64), TypeError);
  assertThrows(
    () => Reflect.apply(safe, null, [u32]),
    TypeError,
    "u64 or i64",
  );
  for (const length of [0, -1, 1.5, 2 ** 33, NaN]) {
    assertThrows(() => chars(length), RangeError);
    assertThrows(() => bytes(length), RangeError);
    assertThrows(() => array(u8, length), RangeError);
  }
  assertThrows(() => Reflect.apply(array, null, ["u8", 3]), TypeError);
  assertThrows(() => array(array(u64, 2 ** 20), 2 ** 20), RangeError);
});

Deno.test("FieldType.read() and write() take memory at an offset", () => {
  const memory = new Uint8Array(12);
  u32.write(memory, 5, 0x01020304);
  assertEquals([...memory.subarray(5, 9)], [4, 3, 2, 1]);
  assertEquals(u32.read(memory, 5), 0x01020304);
  assertThrows(() => u32.read(memory, 9), RangeError);
  assertThrows(() => u32.write(memory, -1, 0), RangeError);
  assertThrows(() => u32.write(memory, 0, -1), RangeError);
});

Deno.test("any layout reads back what was written, and leaves gaps alone", () => {
  fc.assert(
    fc.property(
      layouts,
      fc.integer({ min: 0, max: 255 }),
      (sample, garbage) => {
        const { type, value } = sample;
        // Bits without a name stay; zero lets them compare.
        const memory = new Uint8Array(type.size + 16).fill(garbage);
        const view = type.at(memory, 8);
        view.write(value);
        assertEquals(view.read(), value);
        assertEquals(
          [...memory.subarray(0, 8), ...memory.subarray(-8)],
          Array(16).fill(garbage),
        );
      },
    ),
    { numRuns: 150 },
  );
});

/**
 * What values each type takes, and what it makes of them.
 *
 * @module
 */

import { SEED } from "../helpers/seed.ts";
import {
  assert,
  assertEquals,
  assertThrows,
  loadFastCheck,
} from "../../deps.ts";
import {
  atomic,
  bitset,
  i16,
  i32,
  i64,
  i8,
  struct,
  u16,
  u32,
  u64,
  u8,
} from "../../struct/mod.ts";
import { layouts } from "../helpers/struct/random_layouts.ts";
import { All } from "../helpers/struct/every_type.ts";

const fc = await loadFastCheck();

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
  for (const text of ["\ufeffAB", "\ufeff", "\ufeff\ufeff", "A\ufeff"]) {
    view.text = text;
    assertEquals(view.text, text);
  }
  memory.set([65, 0xff, 66, 0, 67], at);
  assertEquals(view.text, "A\ufffdB");
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
    { numRuns: 150, seed: SEED },
  );
});

/**
 * What values each type refuses.
 *
 * @module
 */

import { fillRandomly } from "../helpers/seed.ts";
import { assertEquals, assertThrows } from "../../deps.ts";
import {
  array,
  atomic,
  bitset,
  bytes,
  chars,
  enumeration,
  f64,
  safe,
  u16,
  u32,
  u64,
  u8,
} from "../../struct/mod.ts";
import { All } from "../helpers/struct/every_type.ts";

Deno.test("values out of range are a RangeError, and change nothing", () => {
  const memory = fillRandomly(new Uint8Array(All.size));
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
  const memory = fillRandomly(new Uint8Array(All.size));
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

Deno.test("what memory holds and a type has not is a RangeError", () => {
  const memory = new Uint8Array(All.size).fill(0xff);
  const view = All.at(memory);
  assertThrows(() => view.side, RangeError, "there is 255 in memory");
  assertThrows(() => view.safe, RangeError, "read it as u64");
  assertThrows(() => view.read(), RangeError);
  assertEquals(view.bool, true);
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

Deno.test("what a view has no place for is a TypeError, and is not kept beside the memory", () => {
  const memory = fillRandomly(new Uint8Array(2 * All.size));
  const before = memory.slice();
  const view = All.at(memory);
  const list = All.array(memory);
  const { point, numbers, bits, shared } = view;
  const wrong: readonly (readonly [object, PropertyKey, unknown])[] = [
    [view, "prise", 5],
    [view, Symbol("u8"), 5],
    [point, "z", 1],
    [numbers, 0, 7],
    [numbers, 3, 7],
    [numbers, "length", 9],
    [list, 0, { u8: 1 }],
    [list, "get", () => view],
    [list.get(1), "prise", 5],
    [bits, "low", true],
    [bits, "has", () => true],
    [shared, "value", 4n],
    [shared, "load", () => 4n],
  ];
  for (const [target, key, value] of wrong) {
    const had = Reflect.get(target, key);
    assertThrows(
      () => Object.assign(target, { [key]: value }),
      TypeError,
    );
    assertEquals(Reflect.get(target, key), had, String(key));
  }
  assertEquals(memory, before);
  assertEquals([list.length, numbers.length], [2, 3]);
  // What has a place is still written.
  Object.assign(view, { u8: 5 });
  assertEquals(memory[All.offsets.u8], 5);
});

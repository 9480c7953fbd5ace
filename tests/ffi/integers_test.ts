import { assertEquals, assertThrows } from "../../deps.ts";
import {
  checkI32,
  checkInteger,
  checkU32,
  describe,
} from "../../ffi/libc/integers.ts";

Deno.test("checkI32() gives back what an int or a key_t can hold", () => {
  for (const value of [0, 1, -1, 0x7fff_ffff, -0x8000_0000]) {
    assertEquals(checkI32(value, "the key"), value);
  }
});

Deno.test("checkI32() refuses what the FFI would wrap to another number", () => {
  for (const value of [0x8000_0000, -0x8000_0001, 2 ** 32 + 1, 2 ** 53]) {
    assertThrows(
      () => checkI32(value, "the key"),
      RangeError,
      `Cannot use the key: it must be an integer from -2147483648 to 2147483647: received ${value}`,
    );
  }
});

Deno.test("checkU32() gives back what a uid_t or a gid_t can hold", () => {
  for (const value of [0, 1, 0x8000_0000, 0xffff_ffff]) {
    assertEquals(checkU32(value, "uid"), value);
  }
});

Deno.test("checkU32() refuses negative numbers and those above 32 bits", () => {
  for (const value of [-1, 0x1_0000_0000, Number.MAX_SAFE_INTEGER]) {
    assertThrows(
      () => checkU32(value, "uid"),
      RangeError,
      `Cannot use uid: it must be an integer from 0 to 4294967295: received ${value}`,
    );
  }
});

Deno.test("checkInteger() takes both ends of its range, and nothing beyond", () => {
  assertEquals(checkInteger(3, "count", 3, 7), 3);
  assertEquals(checkInteger(7, "count", 3, 7), 7);
  assertThrows(() => checkInteger(2, "count", 3, 7), RangeError, "received 2");
  assertThrows(() => checkInteger(8, "count", 3, 7), RangeError, "received 8");
});

Deno.test("checkInteger() refuses numbers that are not integers", () => {
  for (const value of [0.5, NaN, Infinity, -Infinity, 1e-300]) {
    assertThrows(
      () => checkInteger(value, "count", -10, 10),
      RangeError,
      `it must be an integer from -10 to 10: received ${value}`,
    );
  }
});

Deno.test("checkInteger() refuses what is not a number with a TypeError", () => {
  const wrong = [
    ["7", '"7"'],
    [7n, "7"],
    [undefined, "undefined"],
    [null, "null"],
    [true, "true"],
    [[7], "7"],
    [Symbol("seven"), "Symbol(seven)"],
    [new Number(7), "7"],
  ];
  for (const [value, shown] of wrong) {
    assertThrows(
      // As plain JavaScript would call it.
      () => Reflect.apply(checkInteger, undefined, [value, "count", 0, 10]),
      TypeError,
      `Cannot use count: it must be a number: received ${String(shown)}`,
    );
  }
});

Deno.test("describe() quotes strings, so that an empty one shows", () => {
  assertEquals(describe(""), '""');
  assertEquals(describe('a "b"\n'), '"a \\"b\\"\\n"');
  assertEquals(describe(12n), "12n");
});

Deno.test("describe() shows the beginning of what is long, and how long bytes are", () => {
  const text = describe("x".repeat(1_000_000));
  assertEquals(text.length < 5000, true);
  assertEquals(text.endsWith("… (1000002 characters)"), true);
  assertEquals(describe(new Uint8Array(1_000_000)), "1000000 bytes");
  assertEquals(describe(new DataView(new ArrayBuffer(3))), "3 bytes");
});

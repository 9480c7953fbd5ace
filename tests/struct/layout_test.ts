/**
 * Where fields come to lie, and what is refused.
 *
 * @module
 */

import {
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "../../deps.ts";
import {
  array,
  atomic,
  chars,
  enumeration,
  f32,
  f64,
  field,
  struct,
  u16,
  u32,
  u64,
  u8,
} from "../../struct/mod.ts";
import type { AnyType } from "../../struct/types/field_type.ts";

Deno.test("struct() places fields as C does", () => {
  const Trade = struct({
    id: u64,
    price: f64,
    quantity: u32,
    side: enumeration({ buy: 1, sell: 2 }, u8),
    name: chars(16),
  });
  assertEquals(Trade.size, 40);
  assertEquals(Trade.align, 8);
  assertEquals(Trade.offsets, {
    id: 0,
    price: 8,
    quantity: 16,
    side: 20,
    name: 21,
  });
});

Deno.test("struct() fills up to a multiple of its alignment", () => {
  assertEquals(struct({ a: u32, b: u8 }).size, 8);
  assertEquals(struct({ a: u32, b: u8 }, { align: 64 }).size, 64);
  assertEquals(struct({ a: u32, b: u8 }, { packed: true }).size, 5);
  const inner = struct({ a: u64, b: u8 });
  assertEquals(struct({ x: u8, inner, y: u8 }).offsets, {
    x: 0,
    inner: 8,
    y: 24,
  });
  assertEquals(struct({ x: u8, inner, y: u8 }, { packed: true }).size, 18);
});

Deno.test("field() places a field elsewhere", () => {
  const T = struct({
    a: u8,
    b: field(u32, { at: 16 }),
    c: u8,
    d: field(u16, { align: 32 }),
  });
  assertEquals(T.offsets, { a: 0, b: 16, c: 20, d: 32 });
  assertEquals([T.size, T.align], [64, 32]);
});

Deno.test("endian is the struct's, the field's first, and of each number", () => {
  const T = struct({
    a: u16,
    b: field(u16, { endian: "little" }),
    c: array(f32, 2),
    d: struct({ n: u16 }),
  }, { endian: "big" });
  const memory = new Uint8Array(T.size);
  T.at(memory).write({ a: 1, b: 1, c: [1, 1], d: { n: 1 } });
  assertEquals(
    memory.toHex(),
    "0001" + "0100" + "3f800000".repeat(2) + "0100" + "0000",
  );
  assertEquals(T.at(memory).c.get(1), 1);
});

Deno.test("struct() refuses what cannot be", () => {
  const refusals: [() => unknown, string][] = [
    [() => struct({}), "no fields"],
    [() => struct({ "a b": u8 }), "letters, digits"],
    [() => struct({ read: u8 }), "views have read of their own"],
    [() => struct({ ["__proto__"]: u8 }), "__proto__"],
    [() => struct({ a: u32, b: field(u8, { at: 3 }) }), "a ends at 4"],
    [() => struct({ a: field(u32, { at: 2 }) }), "a multiple of 4"],
    [() => struct({ a: field(u32, { align: 2 }) }), "less takes packed"],
    [() => struct({ a: u8 }, { align: 3 }), "power of two"],
    [() => struct({ a: u8 }, { align: 2 ** 17 }), "power of two"],
    [() => struct({ a: field(u8, { at: -1 }) }), "at must be"],
    [
      () => struct({ a: field(u8, { at: 2 ** 32 - 1 }) }, { align: 2 }),
      "may have",
    ],
    [() => struct({ a: u8 }, { name: "a-b" }), "letters, digits"],
    [
      () => struct({ a: u8, b: atomic(u32) }, { packed: true }),
      "b is atomic",
    ],
    [() => struct({ a: atomic(u32) }, { endian: "big" }), "big-endian"],
    [
      () => struct({ a: u8, b: struct({ c: atomic(u32) }) }, { packed: true }),
      "b is atomic",
    ],
  ];
  for (const [make, message] of refusals) {
    assertThrows(make, RangeError, message);
  }
});

Deno.test("struct() and field() refuse unknown options by name", () => {
  assertThrows(
    () => Reflect.apply(struct, null, [{ a: u8 }, { pack: true }]),
    TypeError,
    '"pack"',
  );
  assertThrows(
    () => Reflect.apply(field, null, [u8, { offset: 3 }]),
    TypeError,
    '"offset"',
  );
  for (const wrong of [u8.name, 5, null, undefined, {}, { type: 5 }]) {
    assertThrows(
      () => Reflect.apply(struct, null, [{ a: wrong }]),
      TypeError,
      "field a takes a type",
    );
  }
  for (const wrong of [null, 5, [u8], "a"]) {
    assertThrows(() => Reflect.apply(struct, null, [wrong]), TypeError);
  }
});

Deno.test("struct() refuses types that lie too deep in one another, and layouts too long to write", () => {
  let nested: AnyType = u8;
  for (let depth = 0; depth < 101; depth++) nested = struct({ a: nested });
  const deeper = nested;
  assertThrows(
    () => struct({ a: deeper }),
    RangeError,
    "100 deep, and field a is deeper",
  );
  let doubled: AnyType = u8;
  const error = assertThrows(() => {
    for (let i = 0; i < 40; i++) doubled = struct({ a: doubled, b: doubled });
  }, RangeError);
  assertStringIncludes(error.message, "its layout may take 1048576 characters");
});

Deno.test("Struct.hash tells layouts apart, and not names of structs", () => {
  const base = struct({ a: u32, b: u16 });
  assertEquals(base.hash, struct({ a: u32, b: u16 }, { name: "Other" }).hash);
  // The same in every version: written down.
  assertEquals(base.layout, "{a:u32@0;b:u16@4}size=8,align=4");
  assertEquals(base.hash, HASH);
  const others = [
    struct({ a: u32, c: u16 }),
    struct({ b: u16, a: u32 }),
    struct({ a: u32, b: u16 }, { packed: true }),
    struct({ a: u32, b: u16 }, { align: 16 }),
    struct({ a: u32, b: u16 }, { endian: "big" }),
    struct({ a: u32, b: field(u16, { at: 6 }) }),
    struct({ a: u32, b: enumeration({ x: 1 }, u16) }),
    struct({ a: u32, b: enumeration({ x: 2 }, u16) }),
    struct({ a: u32, b: array(u8, 2) }),
  ];
  const hashes = new Set([base, ...others].map(({ hash }) => hash));
  assertEquals(hashes.size, others.length + 1);
  assertNotEquals(base.hash, 0n);
});

/** FNV-1a, 64 bits, of the layout above, by another program. */
const HASH = 13738425900889958201n;

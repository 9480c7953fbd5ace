/**
 * Arrays of structs as tables of Arrow, through the library's own format.
 *
 * @module
 */

import { assertEquals, assertThrows, loadArrow } from "../../deps.ts";
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
  field,
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
import { toArrow } from "../../tools/arrow.ts";

const Inner = struct({ x: f32, y: field(u16, { endian: "big" }) });

const Every = struct({
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
  text: chars(9),
  raw: bytes(3),
  side: enumeration({ buy: 1, sell: 2 }, u8),
  flags: bitset({ read: 2, write: 1 }, u8),
  big: safe(u64),
  count: atomic(u32),
  list: array(f64, 3),
  inner: Inner,
  inners: array(Inner, 2),
});

const ROWS = [1, 2, 3].map((n) => ({
  u8: n,
  u16: 1000 * n,
  u32: 2 ** 31 + n,
  u64: 2n ** 63n + BigInt(n),
  i8: -n,
  i16: -1000 * n,
  i32: -(2 ** 30) - n,
  i64: -(2n ** 62n) - BigInt(n),
  f32: n / 4,
  f64: n / 3,
  bool: n % 2 === 0,
  text: `Zoë ${n}`,
  raw: Uint8Array.of(n, 0, 255),
  side: n === 2 ? "sell" as const : "buy" as const,
  flags: { read: n > 1, write: n === 1 },
  big: 2 ** 52 + n,
  count: n,
  list: [n, n / 2, -n],
  inner: { x: n / 8, y: n },
  inners: [{ x: n, y: 1 }, { x: -n, y: 65535 }],
}));

/** What Arrow's values are without its classes. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array || typeof value !== "object") return value;
  if (value === null) return null;
  const json: unknown = Reflect.get(value, "toJSON");
  const parts: unknown = typeof json === "function"
    ? json.call(value)
    : [...value as Iterable<unknown>];
  return Array.isArray(parts) ? parts.map(plain) : Object.fromEntries(
    Object.entries(Object(parts)).map(([name, part]) => [name, plain(part)]),
  );
}

Deno.test("toArrow() makes a column of each field, which other programs read", async () => {
  const arrow = await loadArrow();
  const memory = new Uint8Array(4 * Every.size);
  const elements = Every.array(memory, ROWS.length);
  ROWS.forEach((row, i) => elements.set(i, row));
  const made = toArrow(arrow, Every, memory, ROWS.length);
  for (const format of ["stream", "file"] as const) {
    const table = arrow.tableFromIPC(arrow.tableToIPC(made, format));
    assertEquals([table.numRows, table.numCols], [3, 20]);
    for (const name of Object.keys(Every.offsets)) {
      const column = table.getChild(name);
      const expected = ROWS.map((row) => {
        const value: unknown = Reflect.get(row, name);
        return name === "big" ? BigInt(Number(value)) : value;
      });
      assertEquals([...column ?? []].map(plain), expected, name);
    }
    assertEquals(String(table.getChild("u64")?.type), "Uint64");
    assertEquals(
      String(table.getChild("side")?.type),
      "Dictionary<Int32, Utf8>",
    );
  }
});

Deno.test("toArrow() refuses memory that is too short, or means nothing", async () => {
  const arrow = await loadArrow();
  const Order = struct({ side: enumeration({ buy: 1 }, u8) });
  assertThrows(() => toArrow(arrow, Order, new Uint8Array(2), 3), RangeError);
  assertThrows(
    () => toArrow(arrow, Order, Uint8Array.of(1, 9)),
    RangeError,
    "there is 9",
  );
  const table = toArrow(arrow, Order, Uint8Array.of(1, 1));
  assertEquals([...table.getChild("side") ?? []], ["buy", "buy"]);
});

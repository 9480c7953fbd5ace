import { assertEquals } from "../../deps.ts";
import { Struct } from "../../ffi/libc/layout.ts";

/** One field of each type, all at the same odd offset. */
const LAYOUT = {
  size: 13,
  fields: {
    i16: { offset: 3, type: "i16" },
    u16: { offset: 3, type: "u16" },
    i32: { offset: 3, type: "i32" },
    u32: { offset: 3, type: "u32" },
    i64: { offset: 3, type: "i64" },
    u64: { offset: 3, type: "u64" },
  },
} as const;

/** The extremes of each type, as far as a number holds them exactly. */
const EXTREMES = [
  ["i16", -0x8000, 0x7fff],
  ["u16", 0, 0xffff],
  ["i32", -0x8000_0000, 0x7fff_ffff],
  ["u32", 0, 0xffff_ffff],
  ["i64", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ["u64", 0, Number.MAX_SAFE_INTEGER],
] as const;

for (const [type, ...values] of EXTREMES) {
  Deno.test(`Struct reads what it wrote into a field of type ${type}`, () => {
    const struct = new Struct(LAYOUT);
    for (const value of values) {
      struct.set(type, value);
      assertEquals(struct.get(type), value);
      assertEquals(struct.getBig(type), BigInt(value));
    }
  });
}

Deno.test("Struct starts zeroed, with the size of its layout", () => {
  assertEquals(new Struct(LAYOUT).bytes, new Uint8Array(13));
});

Deno.test("Struct.set() writes low bytes first, and none beside the field", () => {
  const struct = new Struct(LAYOUT);
  struct.bytes.fill(0xaa);
  struct.set("u16", 0x0102);
  const expected = new Uint8Array(13).fill(0xaa);
  expected.set([0x02, 0x01], 3);
  assertEquals(struct.bytes, expected);
});

Deno.test("Struct.getBig() is exact where a number is not", () => {
  const struct = new Struct(LAYOUT);
  struct.bytes.fill(0xff);
  assertEquals(struct.getBig("u64"), 0xffff_ffff_ffff_ffffn);
  assertEquals(struct.getBig("i64"), -1n);
});

/**
 * What the compiler makes of layouts. `deno check` is the test: a line whose
 * type is another does not compile, nor does an `@ts-expect-error` above a line
 * that does.
 *
 * @module
 */

import { assertEquals } from "../../deps.ts";
import {
  array,
  atomic,
  type AtomicCell,
  type Bits,
  bitset,
  bool,
  bytes,
  chars,
  type Elements,
  enumeration,
  f32,
  field,
  type ReadableBytes,
  type ReadonlyBits,
  safe,
  struct,
  u32,
  u64,
  u8,
} from "../../struct/mod.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? true : false;

/** Compiles only when both types are the same. */
function expectType<Expected>() {
  return <Actual>(
    _value: Actual,
    _same: Same<Actual, Expected>,
  ): void => {};
}

const Point = struct({ x: f32, y: f32 });
const T = struct({
  number: u32,
  placed: field(u32, { align: 16 }),
  big: u64,
  safe: safe(u64),
  flag: bool,
  text: chars(4),
  raw: bytes(4),
  side: enumeration({ buy: 1, sell: 2 }, u8),
  wide: enumeration({ none: 0n }, u64),
  bits: bitset({ a: 0, b: 1 }, u8),
  list: array(u32, 3),
  point: Point,
  points: array(Point, 2),
  shared: atomic(u64),
});

Deno.test("views have the types of their fields", () => {
  const view = T.at(new Uint8Array(T.size));
  view.side = "buy";
  expectType<number>()(view.number, true);
  expectType<number>()(view.placed, true);
  expectType<bigint>()(view.big, true);
  expectType<number>()(view.safe, true);
  expectType<boolean>()(view.flag, true);
  expectType<string>()(view.text, true);
  expectType<Uint8Array>()(view.raw, true);
  expectType<"none">()(view.wide, true);
  expectType<Bits<"a" | "b">>()(view.bits, true);
  expectType<Elements<typeof u32>>()(view.list, true);
  expectType<number>()(view.point.x, true);
  expectType<number>()(view.points.get(0).y, true);
  expectType<AtomicCell<bigint>>()(view.shared, true);
  const copy = view.read();
  expectType<"buy" | "sell">()(copy.side, true);
  expectType<number[]>()(copy.list, true);
  expectType<{ x: number; y: number }>()(copy.point, true);
  expectType<{ x: number; y: number }[]>()(copy.points, true);
  expectType<bigint>()(copy.shared, true);
  expectType<Record<"a" | "b", boolean>>()(copy.bits, true);
  expectType<number>()(T.offsets.points, true);
  assertEquals(T.offsets.placed, 16);
});

/** Compiled, and never called: its lines would throw. */
export function wrong(readable: ReadableBytes): void {
  const view = T.at(new Uint8Array(T.size));
  // @ts-expect-error a bigint for a number
  view.number = 1n;
  // @ts-expect-error a number for a bigint
  view.big = 1;
  // @ts-expect-error no such member
  view.side = "hold";
  // @ts-expect-error parts are not replaced
  view.point = { x: 1, y: 2 };
  // @ts-expect-error no such field
  view.write({ prise: 1 });
  // @ts-expect-error no such bit
  view.bits.set("c");
  // @ts-expect-error no such option
  struct({ a: u8 }, { pack: true });
  // @ts-expect-error a number has no members of bigints
  enumeration({ a: 1n }, u8);
  // @ts-expect-error no such field
  T.offsets.nothing;
  const reader = T.at(readable);
  expectType<number>()(reader.number, true);
  expectType<ReadonlyBits<"a" | "b">>()(reader.bits, true);
  // @ts-expect-error it reads only
  reader.number = 1;
  // @ts-expect-error it reads only
  reader.write({ number: 1 });
  // @ts-expect-error it reads only
  reader.points.get(0).x = 1;
  // @ts-expect-error it reads only
  reader.list.set(0, 1);
  // @ts-expect-error it reads only
  reader.shared.store(1n);
}

/**
 * Random types with random values.
 *
 * @module
 */

import { type Arbitrary, loadFastCheck } from "../../../deps.ts";
import {
  type AnyType,
  array,
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
  u16,
  u32,
  u64,
  u8,
} from "../../../struct/mod.ts";

const fc = await loadFastCheck();

/** A value of one leaf of a layout, and the way to it. */
export interface Leaf {
  /** Names and indexes: `["points", 2, "x"]`. */
  readonly path: readonly (string | number)[];
  readonly kind: LeafKind;
  readonly big: boolean;
  /** How another program prints it: a decimal number, or bytes in hex. */
  readonly text: string;
}

/** What a program prints, and how. */
export type LeafKind =
  | "u8"
  | "u16"
  | "u32"
  | "u64"
  | "i8"
  | "i16"
  | "i32"
  | "i64"
  | "f32"
  | "f64"
  | "bool"
  | "chars"
  | "bytes";

/** A type with a value of it. */
export interface Sample {
  readonly type: AnyType;
  readonly value: unknown;
  leaves(big: boolean): Leaf[];
}

const NUMBERS = { u8, u16, u32, u64, i8, i16, i32, i64, f32, f64 } as const;
type NumberName = keyof typeof NUMBERS;

const names: readonly NumberName[] = [
  "u8",
  "u16",
  "u32",
  "u64",
  "i8",
  "i16",
  "i32",
  "i64",
  "f32",
  "f64",
];

/** Numbers of one type. */
export function numbersOf(name: NumberName): Arbitrary<number | bigint> {
  const bits = Number(name.slice(1));
  switch (name) {
    case "f32":
      return fc.float({ noNaN: true, noDefaultInfinity: true });
    case "f64":
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case "u64":
      return fc.bigInt(0n, 2n ** 64n - 1n);
    case "i64":
      return fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
    default:
      return name.startsWith("u")
        ? fc.integer({ min: 0, max: 2 ** bits - 1 })
        : fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
  }
}

/** One leaf. */
export function leaf(kind: LeafKind, big: boolean, text: string): Leaf[] {
  return [{ path: [], kind, big, text }];
}

const numberSample: Arbitrary<Sample> = fc.constantFrom(...names).chain(
  (name) =>
    numbersOf(name).map((value) => ({
      type: NUMBERS[name],
      value,
      leaves: (big) => leaf(name, big, String(value)),
    })),
);

const boolSample: Arbitrary<Sample> = fc.boolean().map((value) => ({
  type: bool,
  value,
  leaves: (big) => leaf("bool", big, value ? "1" : "0"),
}));

const charsSample: Arbitrary<Sample> = fc.integer({ min: 1, max: 20 })
  .chain((length) =>
    fc.string({ unit: "grapheme", maxLength: length })
      .filter((text) =>
        text.isWellFormed() && !text.includes("\0") &&
        new TextEncoder().encode(text).byteLength <= length
      )
      .map((value) => ({
        type: chars(length),
        value,
        leaves: (big) =>
          leaf("chars", big, new TextEncoder().encode(value).toHex()),
      }))
  );

const bytesSample: Arbitrary<Sample> = fc.uint8Array({
  minLength: 1,
  maxLength: 20,
}).map((value) => ({
  type: bytes(value.byteLength),
  value,
  leaves: (big) => leaf("bytes", big, value.toHex()),
}));

const enumerationSample: Arbitrary<Sample> = fc.oneof(
  fc.constantFrom("first", "second").map((value) => ({
    type: enumeration({ first: 7, second: 200 }, u8),
    value,
    leaves: (big: boolean) => leaf("u8", big, value === "first" ? "7" : "200"),
  })),
  fc.constantFrom("low", "high").map((value) => ({
    type: enumeration({ low: -5, high: 70000 }, i32),
    value,
    leaves: (big: boolean) =>
      leaf("i32", big, value === "low" ? "-5" : "70000"),
  })),
  fc.constantFrom("zero", "most").map((value) => ({
    type: enumeration({ zero: 0n, most: 2n ** 64n - 1n }, u64),
    value,
    leaves: (big: boolean) =>
      leaf("u64", big, value === "zero" ? "0" : String(2n ** 64n - 1n)),
  })),
);

const bitsetSample: Arbitrary<Sample> = fc.tuple(
  fc.boolean(),
  fc.boolean(),
).map(([low, high]) => ({
  type: bitset({ low: 1, high: 15 }, u16),
  value: { low, high },
  leaves: (big) => leaf("u16", big, String((low ? 2 : 0) + (high ? 32768 : 0))),
}));

const safeSample: Arbitrary<Sample> = fc.maxSafeNat().map((value) => ({
  type: safe(u64),
  value,
  leaves: (big) => leaf("u64", big, String(value)),
}));

/** A value of any plain type. */
export const plainSample = fc.oneof(
  { weight: 8, arbitrary: numberSample },
  boolSample,
  charsSample,
  bytesSample,
  enumerationSample,
  bitsetSample,
  safeSample,
);

/** An array of samples. */
export function arraySample(of: Arbitrary<Sample>): Arbitrary<Sample> {
  // All elements have the value of the first: one type, one sample.
  return fc.tuple(of, fc.integer({ min: 1, max: 4 })).map((
    [element, length],
  ) => ({
    type: array(element.type, length),
    value: Array.from({ length }, () => element.value),
    leaves: (big) =>
      Array.from({ length }, (_, i) =>
        element.leaves(big).map((each) => ({
          ...each,
          path: [i, ...each.path],
        }))).flat(),
  }));
}

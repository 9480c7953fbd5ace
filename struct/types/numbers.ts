/**
 * The numbers of C: integers of 8 to 64 bits, IEEE 754 numbers, booleans.
 *
 * @module
 */

import { type Codec, shown, type Source } from "./codec.ts";
import { type FieldType, plainType } from "./field_type.ts";
import type { NumberName } from "./shape.ts";

/** One number type: its width and what is done with it. */
type NumberCodec = Pick<Codec, "load" | "store" | "check">;

function number<V>(
  name: NumberName,
  size: number,
  codec: NumberCodec,
): FieldType<V> {
  return plainType(name, size, size, {
    shape: { kind: "number", number: name },
    ...codec,
  });
}

/** An integer of 8 bits, 0 to 255. */
export const u8: FieldType<number> = number("u8", 1, {
  load: (source: Source, offset) => source.getUint8(offset),
  check(value, path) {
    if (typeof value !== "number" || (value & 0xff) !== value) {
      refuse(value, path, "u8", 0, 0xff);
    }
    return value;
  },
  store: (target, offset, value) => target.setUint8(offset, value as number),
});

/** An integer of 16 bits, 0 to 65535. */
export const u16: FieldType<number> = number("u16", 2, {
  load: (source: Source, offset, little) => source.getUint16(offset, little),
  check(value, path) {
    if (typeof value !== "number" || (value & 0xffff) !== value) {
      refuse(value, path, "u16", 0, 0xffff);
    }
    return value;
  },
  store: (target, offset, value, little) =>
    target.setUint16(offset, value as number, little),
});

/** An integer of 32 bits, 0 to 4294967295. */
export const u32: FieldType<number> = number("u32", 4, {
  load: (source: Source, offset, little) => source.getUint32(offset, little),
  check(value, path) {
    if (typeof value !== "number" || (value >>> 0) !== value) {
      refuse(value, path, "u32", 0, 0xffffffff);
    }
    return value;
  },
  store: (target, offset, value, little) =>
    target.setUint32(offset, value as number, little),
});

/** An integer of 64 bits, as a bigint; see {@linkcode safe} for numbers. */
export const u64: FieldType<bigint> = number("u64", 8, {
  load: (source: Source, offset, little) => source.getBigUint64(offset, little),
  check(value, path) {
    if (typeof value !== "bigint" || BigInt.asUintN(64, value) !== value) {
      refuse(value, path, "u64", 0n, 2n ** 64n - 1n);
    }
    return value;
  },
  store: (target, offset, value, little) =>
    target.setBigUint64(offset, value as bigint, little),
});

/** A signed integer of 8 bits, -128 to 127. */
export const i8: FieldType<number> = number("i8", 1, {
  load: (source: Source, offset) => source.getInt8(offset),
  check(value, path) {
    if (typeof value !== "number" || (value << 24 >> 24) !== value) {
      refuse(value, path, "i8", -0x80, 0x7f);
    }
    return value;
  },
  store: (target, offset, value) => target.setInt8(offset, value as number),
});

/** A signed integer of 16 bits, -32768 to 32767. */
export const i16: FieldType<number> = number("i16", 2, {
  load: (source: Source, offset, little) => source.getInt16(offset, little),
  check(value, path) {
    if (typeof value !== "number" || (value << 16 >> 16) !== value) {
      refuse(value, path, "i16", -0x8000, 0x7fff);
    }
    return value;
  },
  store: (target, offset, value, little) =>
    target.setInt16(offset, value as number, little),
});

/** A signed integer of 32 bits, -2147483648 to 2147483647. */
export const i32: FieldType<number> = number("i32", 4, {
  load: (source: Source, offset, little) => source.getInt32(offset, little),
  check(value, path) {
    if (typeof value !== "number" || (value | 0) !== value) {
      refuse(value, path, "i32", -0x80000000, 0x7fffffff);
    }
    return value;
  },
  store: (target, offset, value, little) =>
    target.setInt32(offset, value as number, little),
});

/** A signed integer of 64 bits, as a bigint; see {@linkcode safe} for numbers. */
export const i64: FieldType<bigint> = number("i64", 8, {
  load: (source: Source, offset, little) => source.getBigInt64(offset, little),
  check(value, path) {
    if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value) {
      refuse(value, path, "i64", -(2n ** 63n), 2n ** 63n - 1n);
    }
    return value;
  },
  store: (target, offset, value, little) =>
    target.setBigInt64(offset, value as bigint, little),
});

/**
 * A single-precision number. Writing rounds to the nearest that there is, as C
 * does; what is beyond the largest is refused.
 */
export const f32: FieldType<number> = number("f32", 4, {
  load: (source: Source, offset, little) => source.getFloat32(offset, little),
  check(value, path) {
    if (typeof value !== "number") refuse(value, path, "f32", "number", "");
    if (Number.isFinite(value) && !Number.isFinite(Math.fround(value))) {
      throw new RangeError(
        `Cannot write ${path}: f32 takes numbers up to 3.4028234663852886e38 and Infinity: received ${value}`,
      );
    }
    return value;
  },
  store: (target, offset, value, little) =>
    target.setFloat32(offset, value as number, little),
});

/** A double-precision number, as JavaScript's own. */
export const f64: FieldType<number> = number("f64", 8, {
  load: (source: Source, offset, little) => source.getFloat64(offset, little),
  check(value, path) {
    if (typeof value !== "number") refuse(value, path, "f64", "number", "");
    return value;
  },
  store: (target, offset, value, little) =>
    target.setFloat64(offset, value as number, little),
});

/** A boolean in one byte, 0 or 1. Reading takes any other byte as true. */
export const bool: FieldType<boolean> = plainType("bool", 1, 1, {
  shape: { kind: "bool" },
  load: (source, offset) => source.getUint8(offset) !== 0,
  check(value, path) {
    if (typeof value !== "boolean") refuse(value, path, "bool", "boolean", "");
    return value;
  },
  store: (target, offset, value) => target.setUint8(offset, value ? 1 : 0),
});

/** Refuses a value, apart from what must be fast. */
function refuse(
  value: unknown,
  path: string,
  name: string,
  least: number | bigint | "number" | "boolean",
  most: number | bigint | "",
): asserts value is never {
  if (typeof least === "string") {
    throw new TypeError(
      `Cannot write ${path}: ${name} takes a ${least}: received ${
        shown(value)
      }`,
    );
  }
  if (typeof value !== typeof least) {
    const kind = typeof least === "bigint"
      ? "a bigint, such as 5n, or a number with safe()"
      : "a number";
    throw new TypeError(
      `Cannot write ${path}: ${name} takes ${kind}: received ${shown(value)}`,
    );
  }
  throw new RangeError(
    `Cannot write ${path}: ${name} takes integers from ${least} to ${most}: received ${
      shown(value)
    }`,
  );
}

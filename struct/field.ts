/**
 * How a struct and its fields are declared.
 *
 * @module
 */

import { codecOf, findCodec, shown } from "./types/codec.ts";
import { LARGEST } from "./types/count.ts";
import { checkName } from "./types/enumeration.ts";
import type { AnyType } from "./types/field_type.ts";

/** The order of a number's bytes in memory. */
export type Endian = "little" | "big";

/** How one field differs from what its struct would make of it. */
export interface FieldOptions {
  /**
   * Where it lies, in bytes from the start of the struct.
   *
   * @default Behind the field before it, at a multiple of its alignment.
   */
  readonly at?: number;
  /**
   * What its offset is a multiple of: a power of two. It can be more than the
   * type asks for, and not less.
   */
  readonly align?: number;
  /** The order of its bytes. Default: the struct's. */
  readonly endian?: Endian;
}

/** A type with options of its own, made by {@linkcode field}. */
export interface Field<T extends AnyType> {
  /** Its type. */
  readonly type: T;
  /** How it differs. */
  readonly options: FieldOptions;
}

/** The fields of a struct, in the order in which they lie in memory. */
export type Fields = Readonly<Record<string, AnyType | Field<AnyType>>>;

/** The type of a field, without its options. */
export type TypeOf<F> = F extends Field<infer T> ? T : F;

/** How a struct is laid out. */
export interface StructOptions {
  /** What other languages call it. Default: `"Struct"`. */
  readonly name?: string;
  /** Leaves no gaps, as `__attribute__((packed))`. Default: false. */
  readonly packed?: boolean;
  /** What it must lie at a multiple of, at least: a power of two. */
  readonly align?: number;
  /** The order of the bytes of its numbers. Default: `"little"`. */
  readonly endian?: Endian;
}

/**
 * Attaches options to a field.
 *
 * @param type Its type.
 * @param options How it differs from what the struct would make of it.
 * @returns What {@linkcode struct} takes in place of a type.
 *
 * @example Counters on cache lines of their own
 * ```ts
 * import { field, struct, u64 } from "@shmem/shmem/struct";
 *
 * const Counters = struct({ head: u64, tail: field(u64, { align: 64 }) });
 * console.log(Counters.offsets.tail, Counters.size); // 64 128
 * ```
 */
export function field<T extends AnyType>(
  type: T,
  options: FieldOptions,
): Field<T> {
  codecOf(type);
  const copy = { ...options };
  checkOptions(copy, ["at", "align", "endian"], "field");
  return { type, options: copy };
}

/** Separates a field from its options. */
export function unwrapped(
  given: AnyType | Field<AnyType>,
  name: string,
): Field<AnyType> {
  checkName(name, "struct");
  if (findCodec(given) !== undefined) {
    return { type: given as AnyType, options: {} };
  }
  const { type, options } = (given ?? {}) as Partial<Field<AnyType>>;
  if (type !== undefined && findCodec(type) !== undefined) {
    return { type, options: { ...options } };
  }
  throw new TypeError(
    `Cannot make struct: field ${name} takes a type, such as u32, or field(u32, { … }): received ${
      shown(given)
    }`,
  );
}

/** Reads how a struct is laid out. */
export function readStructOptions(given: StructOptions) {
  const options = { ...given };
  checkOptions(options, ["name", "packed", "align", "endian"], "struct");
  const { name, packed = false, align = 1, endian = "little" } = options;
  if (typeof packed !== "boolean") {
    throw new TypeError(
      `Cannot make struct: packed must be a boolean: received ${shown(packed)}`,
    );
  }
  if (name !== undefined) checkName(name, "struct");
  return { name, packed, align, endian };
}

function checkOptions(
  options: StructOptions & FieldOptions,
  known: readonly string[],
  what: string,
): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new TypeError(
      `Cannot make ${what}: it has no option ${shown(name)}, only ${
        known.join(", ")
      }`,
    );
  }
  const { at, align, endian } = options;
  if (at !== undefined && !isInteger(at, 0)) {
    throw new RangeError(
      `Cannot make ${what}: at must be an integer from 0 to ${LARGEST}: received ${
        shown(at)
      }`,
    );
  }
  if (align !== undefined && !(isInteger(align, 1) && isPowerOfTwo(align))) {
    throw new RangeError(
      `Cannot make ${what}: align must be a power of two up to 65536: received ${
        shown(align)
      }`,
    );
  }
  if (endian !== undefined && endian !== "little" && endian !== "big") {
    throw new TypeError(
      `Cannot make ${what}: endian must be "little" or "big": received ${
        shown(endian)
      }`,
    );
  }
}

function isInteger(value: unknown, least: number): boolean {
  return typeof value === "number" && Number.isInteger(value) &&
    value >= least && value <= LARGEST;
}

function isPowerOfTwo(value: number): boolean {
  return value <= 65536 && (value & (value - 1)) === 0;
}

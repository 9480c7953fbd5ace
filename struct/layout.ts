/**
 * Where the fields of a struct lie: as C, Rust's `repr(C)` and numpy's
 * `align=True` place them.
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

/** A field that has its place. */
export interface PlacedField {
  /** Its name. */
  readonly name: string;
  /** Its type. */
  readonly type: AnyType;
  /** Where it lies, in bytes from the start of the struct. */
  readonly offset: number;
  /** What its offset is a multiple of. */
  readonly align: number;
  /** Whether it asked for more than its type does. */
  readonly aligned: boolean;
  /** The order of its bytes. */
  readonly little: boolean;
}

/** A struct whose fields have their places. */
export interface Layout {
  /** What the struct was named, or nothing. */
  readonly title: string | undefined;
  /** Its fields as they were declared. */
  readonly declared: readonly PlacedField[];
  /** The same by their offsets. */
  readonly fields: readonly PlacedField[];
  /** Length in bytes, with what fills it up to a multiple of its alignment. */
  readonly size: number;
  /** What it lies at a multiple of. */
  readonly align: number;
  /** Whether it has no gaps of its own. */
  readonly packed: boolean;
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

/** Places fields. */
export function layOut(fields: Fields, given: StructOptions): Layout {
  const options = { ...given };
  checkOptions(options, ["name", "packed", "align", "endian"], "struct");
  const { name, packed = false, align = 1, endian = "little" } = options;
  if (typeof packed !== "boolean") {
    throw new TypeError(
      `Cannot make struct: packed must be a boolean: received ${shown(packed)}`,
    );
  }
  if (name !== undefined) checkName(name, "struct");
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) {
    throw new TypeError(
      `Cannot make struct: it takes an object of fields: received ${
        shown(fields)
      }`,
    );
  }
  const declared: PlacedField[] = [];
  let end = 0;
  for (const [fieldName, given] of Object.entries(fields)) {
    const { type, options } = unwrapped(given, fieldName);
    const placed = place(fieldName, type, options, end, packed, endian);
    declared.push(placed);
    end = placed.offset + type.size;
  }
  if (declared.length === 0) {
    throw new RangeError("Cannot make struct: it has no fields");
  }
  const byOffset = declared.toSorted((a, b) => a.offset - b.offset);
  refuseOverlaps(byOffset);
  const whole = Math.max(align, ...declared.map((each) => each.align));
  const last = byOffset.at(-1);
  const size = last === undefined
    ? 0
    : roundUp(last.offset + last.type.size, whole);
  if (size > LARGEST) {
    throw new RangeError(
      `Cannot make struct: it may have ${LARGEST} bytes: it would have ${size}`,
    );
  }
  return {
    title: name,
    declared,
    fields: byOffset,
    size,
    align: whole,
    packed,
  };
}

function unwrapped(
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

function place(
  name: string,
  type: AnyType,
  { at, align, endian }: FieldOptions,
  end: number,
  packed: boolean,
  structEndian: Endian,
): PlacedField {
  const natural = packed ? 1 : type.align;
  const own = align ?? natural;
  if (own < natural) {
    throw new RangeError(
      `Cannot make struct: field ${name} of type ${type.name} lies at a multiple of ${natural}; less takes packed: true: received align ${own}`,
    );
  }
  const offset = at ?? roundUp(end, own);
  if (offset % own !== 0) {
    throw new RangeError(
      `Cannot make struct: field ${name} of type ${type.name} lies at a multiple of ${own}; anywhere else takes packed: true: received at ${offset}`,
    );
  }
  const little = (endian ?? structEndian) === "little";
  requireForAtomics(name, type, offset, little);
  return {
    name,
    type,
    offset,
    align: own,
    aligned: align !== undefined && align > natural,
    little,
  };
}

/** The machine adds and compares in its own order, and where it is aligned. */
function requireForAtomics(
  name: string,
  type: AnyType,
  offset: number,
  little: boolean,
): void {
  const size = atomicSize(type);
  if (size === 0) return;
  if (!little && codecOf(type).shape.kind !== "struct") {
    throw new RangeError(
      `Cannot make struct: field ${name} is atomic, and big-endian numbers cannot be`,
    );
  }
  if (offset % size !== 0) {
    throw new RangeError(
      `Cannot make struct: field ${name} is atomic, and must lie at a multiple of ${size}: it would be at ${offset}`,
    );
  }
}

/** The size of the largest atomic in a type, 0 without one. */
function atomicSize(type: AnyType): number {
  const { shape } = codecOf(type);
  switch (shape.kind) {
    case "atomic":
      return type.size;
    case "array":
      return atomicSize(shape.element as AnyType);
    case "struct":
      return Math.max(
        ...shape.struct.fields.map((each) => atomicSize(each.type)),
      );
    default:
      return 0;
  }
}

function refuseOverlaps(fields: readonly PlacedField[]): void {
  for (const [i, field] of fields.entries()) {
    const next = fields[i + 1];
    if (next === undefined) return;
    const end = field.offset + field.type.size;
    if (end > next.offset) {
      throw new RangeError(
        `Cannot make struct: field ${field.name} ends at ${end}, and ${next.name} starts at ${next.offset}`,
      );
    }
  }
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

function roundUp(offset: number, align: number): number {
  return Math.ceil(offset / align) * align;
}

/**
 * Where the fields of a struct lie: as C, Rust's `repr(C)` and numpy's
 * `align=True` place them.
 *
 * @module
 */

import {
  type Endian,
  type FieldOptions,
  type Fields,
  readStructOptions,
  type StructOptions,
  unwrapped,
} from "./field.ts";
import { codecOf, shown } from "./types/codec.ts";
import { LARGEST } from "./types/count.ts";
import type { AnyType } from "./types/field_type.ts";
import type { Shape } from "./types/shape.ts";

/**
 * How deep types may lie in one another. Each step in adds to what reading, writing
 * and describing take, of time and of the stack.
 */
const DEEPEST = 100;

/** What types contain. */
interface Nesting {
  /** The size of the largest atomic in it, 0 without one. */
  readonly atomicSize: number;
  /** How deep others lie in it. */
  readonly depth: number;
}

const nestings = new WeakMap<AnyType, Nesting>();

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

/** Places fields. */
export function layOut(fields: Fields, given: StructOptions): Layout {
  const { name, packed, align, endian } = readStructOptions(given);
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
  requireFit(name, type, offset, little);
  return {
    name,
    type,
    offset,
    align: own,
    aligned: align !== undefined && align > natural,
    little,
  };
}

/**
 * Refuses what lies too deep, and atomics that the machine cannot do: it adds and
 * compares in its own order, and where it is aligned.
 */
function requireFit(
  name: string,
  type: AnyType,
  offset: number,
  little: boolean,
): void {
  const { atomicSize: size, depth } = nestingOf(type);
  if (depth > DEEPEST) {
    throw new RangeError(
      `Cannot make struct: types may lie in one another ${DEEPEST} deep, and field ${name} is deeper`,
    );
  }
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

/** Looks into a type, once: what it contains has been looked into before. */
function nestingOf(type: AnyType): Nesting {
  const known = nestings.get(type);
  if (known !== undefined) return known;
  const { shape } = codecOf(type);
  const atomicSize = shape.kind === "atomic" ? type.size : 0;
  const nesting = { atomicSize, depth: 0 };
  for (const part of partsOf(shape)) {
    const inner = nestingOf(part);
    nesting.atomicSize = Math.max(nesting.atomicSize, inner.atomicSize);
    nesting.depth = Math.max(nesting.depth, inner.depth + 1);
  }
  nestings.set(type, nesting);
  return nesting;
}

function partsOf(shape: Shape): readonly AnyType[] {
  switch (shape.kind) {
    case "array":
      return [shape.element as AnyType];
    case "struct":
      return shape.struct.fields.map(({ type }) => type);
    default:
      return [];
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

function roundUp(offset: number, align: number): number {
  return Math.ceil(offset / align) * align;
}

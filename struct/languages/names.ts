/**
 * Names of the types that a struct is made of, in other languages.
 *
 * @module
 */

import { codecOf } from "../types/codec.ts";
import type { ShapedType, StructShape } from "../types/shape.ts";

/** A struct and what it is called. */
export interface NamedStruct {
  readonly shape: StructShape;
  readonly name: string;
}

/**
 * The structs within a struct, innermost first and the struct itself last, each
 * with a name of its own: what it was named, or the names on the way to it.
 */
export function namedStructs(shape: StructShape, name: string): NamedStruct[] {
  const found = new Map<string, NamedStruct>();
  const used = new Set<string>();
  collect(shape, name, found, used);
  return [...found.values()];
}

function collect(
  shape: StructShape,
  wanted: string,
  found: Map<string, NamedStruct>,
  used: Set<string>,
): void {
  const key = keyOf(shape);
  if (found.has(key)) return;
  const name = freeName(wanted, used);
  for (const field of shape.fields) {
    const inner = structWithin(field.type);
    if (inner === undefined) continue;
    collect(inner, inner.title ?? `${name}_${field.name}`, found, used);
  }
  found.set(key, { shape, name });
}

function freeName(wanted: string, used: Set<string>): string {
  let name = wanted;
  for (let i = 2; used.has(name); i++) name = `${wanted}_${i}`;
  used.add(name);
  return name;
}

/** What tells one struct from another here. */
export function keyOf(shape: StructShape): string {
  return `${shape.title ?? ""}${shape.packed ? " packed" : ""}${shape.name}`;
}

/** The struct that a type is, or that its elements are. */
function structWithin(type: ShapedType): StructShape | undefined {
  const { shape } = codecOf(type);
  if (shape.kind === "struct") return shape.struct;
  return shape.kind === "array" ? structWithin(shape.element) : undefined;
}

/** A type taken apart into what it is an array of, and how many of each. */
export function withoutDimensions(
  type: ShapedType,
): { readonly element: ShapedType; readonly dimensions: readonly number[] } {
  const { shape } = codecOf(type);
  if (shape.kind !== "array") return { element: type, dimensions: [] };
  const { element, dimensions } = withoutDimensions(shape.element);
  return { element, dimensions: [shape.length, ...dimensions] };
}

/** The constants that go with a type: members and bits. */
export function constantsOf(
  type: ShapedType,
): readonly (readonly [string, number | bigint])[] {
  const { shape } = codecOf(withoutDimensions(type).element);
  if (shape.kind === "enumeration") return shape.members;
  if (shape.kind !== "bitset") return [];
  return shape.bits.map(([name, bit]) => [name, 1n << BigInt(bit)]);
}

/** The plain number that a type is in memory. */
export function numberOf(type: ShapedType): string {
  const { shape } = codecOf(type);
  switch (shape.kind) {
    case "number":
      return shape.number;
    case "enumeration":
    case "bitset":
    case "safe":
    case "atomic":
      return numberOf(shape.base);
    default:
      throw new TypeError(`Cannot describe ${type.name}: it is no number`);
  }
}

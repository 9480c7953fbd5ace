/**
 * Layouts as JSON Schemas.
 *
 * @module
 */

import { codecOf } from "../types/codec.ts";
import type { ShapedType, StructShape } from "../types/shape.ts";

type Schema = Record<string, unknown>;

/** Describes what `read()` returns. */
export function toJsonSchema(shape: StructShape): Schema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...(shape.title === undefined ? {} : { title: shape.title }),
    ...struct(shape),
  };
}

function struct({ fields }: StructShape): Schema {
  return {
    type: "object",
    properties: Object.fromEntries(
      fields.map(({ name, type }) => [name, schema(type)]),
    ),
    required: fields.map(({ name }) => name),
    additionalProperties: false,
  };
}

function schema(type: ShapedType): Schema {
  const { shape } = codecOf(type);
  switch (shape.kind) {
    case "number":
      return number(shape.number);
    case "bool":
      return { type: "boolean" };
    case "chars":
      // In bytes of UTF-8, of which a character takes at least one.
      return { type: "string", maxLength: shape.length };
    case "bytes":
      return list({ type: "integer", minimum: 0, maximum: 255 }, shape.length);
    case "array":
      return list(schema(shape.element), shape.length);
    case "enumeration":
      return { enum: shape.members.map(([name]) => name) };
    case "bitset":
      return {
        type: "object",
        properties: Object.fromEntries(
          shape.bits.map(([name]) => [name, { type: "boolean" }]),
        ),
        required: shape.bits.map(([name]) => name),
        additionalProperties: false,
      };
    case "safe":
      return {
        type: "integer",
        minimum: shape.base.name === "u64" ? 0 : Number.MIN_SAFE_INTEGER,
        maximum: Number.MAX_SAFE_INTEGER,
      };
    case "atomic":
      return schema(shape.base);
    case "struct":
      return struct(shape.struct);
  }
}

function number(name: string): Schema {
  if (name.startsWith("f")) return { type: "number" };
  const bits = BigInt(name.slice(1));
  const signed = name.startsWith("i");
  const least = signed ? -(2n ** (bits - 1n)) : 0n;
  const most = signed ? 2n ** (bits - 1n) - 1n : 2n ** bits - 1n;
  // JSON has no bigints: the limits of 64 bits are rounded to numbers.
  return { type: "integer", minimum: Number(least), maximum: Number(most) };
}

function list(items: Schema, length: number): Schema {
  return { type: "array", items, minItems: length, maxItems: length };
}

/**
 * Layouts as numpy has them.
 *
 * @module
 */

import { codecOf } from "../types/codec.ts";
import type { ShapedType, StructShape } from "../types/shape.ts";
import { numberOf, withoutDimensions } from "./names.ts";

/** Writes a `dtype` with explicit offsets. */
export function toNumpy(shape: StructShape): string {
  return `np.dtype(${struct(shape)})`;
}

function struct({ fields, size }: StructShape): string {
  const names = fields.map(({ name }) => `'${name}'`).join(", ");
  const formats = fields.map(({ type, little }) => format(type, little));
  const offsets = fields.map(({ offset }) => offset);
  return `{'names': [${names}], 'formats': [${
    formats.join(", ")
  }], 'offsets': [${offsets.join(", ")}], 'itemsize': ${size}}`;
}

function format(type: ShapedType, little: boolean): string {
  const { element, dimensions } = withoutDimensions(type);
  const { shape } = codecOf(element);
  // 'V' and 'S' of numpy drop bytes at the end: these are numbers.
  const sizes = shape.kind === "bytes"
    ? [...dimensions, shape.length]
    : dimensions;
  const base = baseFormat(element, little);
  return sizes.length === 0 ? base : `(${base}, (${sizes.join(", ")},))`;
}

function baseFormat(type: ShapedType, little: boolean): string {
  const { shape } = codecOf(type);
  switch (shape.kind) {
    case "chars":
      return `'S${shape.length}'`;
    case "bytes":
      return "'u1'";
    case "bool":
      return "'?'";
    case "struct":
      return struct(shape.struct);
    default: {
      const number = numberOf(type);
      return `'${type.size === 1 ? "|" : little ? "<" : ">"}${
        number.slice(0, 1)
      }${type.size}'`;
    }
  }
}

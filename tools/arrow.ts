/**
 * An array of structs as a table of Apache Arrow, a column for each field: for
 * programs that hand shared memory on to data frames. The values are copied.
 *
 * @module
 */

import type { Arrow, ArrowTable, ArrowType } from "../deps.ts";
import type { Bytes } from "../struct/bytes.ts";
import type { Fields } from "../struct/field.ts";
import type { Struct } from "../struct/struct.ts";
import { codecOf } from "../struct/types/codec.ts";
import type { NumberName, Shape } from "../struct/types/shape.ts";

const NUMBERS = {
  u8: "Uint8",
  u16: "Uint16",
  u32: "Uint32",
  u64: "Uint64",
  i8: "Int8",
  i16: "Int16",
  i32: "Int32",
  i64: "Int64",
  f32: "Float32",
  f64: "Float64",
} as const satisfies Record<NumberName, keyof Arrow>;

/** How the values of a field become those of a column. */
interface Column {
  readonly type: ArrowType;
  /** What `read()` returned as what Arrow's library takes. */
  valueOf(value: unknown): unknown;
}

/**
 * Copies an array of structs into a table.
 *
 * | struct | Arrow |
 * | --- | --- |
 * | numbers, `bool`, `safe`, `atomic` | the same |
 * | `chars`, `bytes` | `Utf8`, `FixedSizeBinary` |
 * | `enumeration` | a `Dictionary` of `Utf8` |
 * | `bitset` | a `Struct` of `Bool` |
 * | `array`, a struct | `FixedSizeList`, `Struct` |
 *
 * @param arrow The library, of `loadArrow()` in `deps.ts`.
 * @param struct What the memory is an array of.
 * @param bytes The memory.
 * @param count How many. Default: as many as there is room for.
 * @returns The table.
 * @throws {RangeError} When they do not lie in the memory, or the bytes there mean
 * nothing.
 */
export function toArrow<F extends Fields>(
  arrow: Arrow,
  struct: Struct<F>,
  bytes: Bytes,
  count?: number,
): ArrowTable {
  const { shape } = codecOf(struct);
  if (shape.kind !== "struct") throw new TypeError("It is no struct");
  const rows = struct.array(bytes, count).read();
  const columns = shape.struct.fields.map(({ name, type }) => {
    const column = columnOf(arrow, codecOf(type).shape);
    const values = rows.map((row) => column.valueOf(Reflect.get(row, name)));
    return [name, arrow.vectorFromArray(values, column.type)] as const;
  });
  return new arrow.Table(Object.fromEntries(columns));
}

function columnOf(arrow: Arrow, shape: Shape): Column {
  const as = (type: ArrowType): Column => ({ type, valueOf: (value) => value });
  switch (shape.kind) {
    case "number":
      return as(new arrow[NUMBERS[shape.number]]());
    case "bool":
      return as(new arrow.Bool());
    case "chars":
      return as(new arrow.Utf8());
    case "bytes":
      return as(new arrow.FixedSizeBinary(shape.length));
    case "enumeration":
      return as(new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()));
    case "bitset": {
      const names = shape.bits.map(([name]) => name);
      return structOf(arrow, names.map((name) => [name, { kind: "bool" }]));
    }
    case "safe": {
      const { type } = columnOf(arrow, codecOf(shape.base).shape);
      return { type, valueOf: (value) => BigInt(Number(value)) };
    }
    case "atomic":
      return columnOf(arrow, codecOf(shape.base).shape);
    case "array": {
      const item = columnOf(arrow, codecOf(shape.element).shape);
      const field = new arrow.Field("item", item.type, false);
      return {
        type: new arrow.FixedSizeList(shape.length, field),
        valueOf: (value) =>
          Array.isArray(value) ? value.map((each) => item.valueOf(each)) : [],
      };
    }
    case "struct":
      return structOf(
        arrow,
        shape.struct.fields.map(({ name, type }) => [
          name,
          codecOf(type).shape,
        ]),
      );
  }
}

function structOf(
  arrow: Arrow,
  shapes: readonly (readonly [string, Shape])[],
): Column {
  const parts = shapes.map(([name, shape]) =>
    [name, columnOf(arrow, shape)] as const
  );
  const fields = parts.map(([name, { type }]) =>
    new arrow.Field(name, type, false)
  );
  return {
    type: new arrow.Struct(fields),
    valueOf: (value) =>
      Object.fromEntries(
        parts.map(([name, part]) => [
          name,
          part.valueOf(Reflect.get(Object(value), name)),
        ]),
      ),
  };
}

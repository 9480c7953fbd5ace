import type { LoadedStruct } from "../../arguments/struct.ts";
import {
  ByteSource,
  type Description,
  parseAddress,
} from "../../inspect/mod.ts";
import type { Cell, Column } from "../../terminal/table.ts";

/** A struct's fields, for a table and for JSON. */
export interface StructTable {
  readonly columns: readonly Column[];
  readonly rows: readonly Cell[][];
  readonly json: Readonly<Record<string, unknown>>;
}

/** Shows bytes of an object by a struct; of a `Latest` those of its newest value. */
export function structLines(
  { name, latest }: Description,
  struct: LoadedStruct,
  offset: number,
): StructTable {
  const start = (latest?.byteOffset ?? 0) + offset;
  using source = ByteSource.open(parseAddress(name));
  return structTable(source.read(start, struct.size), struct, start);
}

/** Shows bytes by a struct. */
export function structTable(
  bytes: Uint8Array<ArrayBuffer>,
  struct: LoadedStruct,
  start: number,
): StructTable {
  if (bytes.byteLength < struct.size) {
    throw new RangeError(
      `${struct.name} has ${struct.size} bytes, and there are ${bytes.byteLength} at ${start}`,
    );
  }
  const values = struct.at(bytes).read();
  return {
    columns: [
      { heading: "FIELD" },
      { heading: "AT", align: "right" },
      { heading: "VALUE", mayShrink: true },
    ],
    rows: Object.entries(values).map(([field, value]) => [
      { text: field, tone: "strong" },
      String(start + (struct.offsets[field] ?? 0)),
      showValue(value),
    ]),
    json: { at: start, layout: struct.layout, values },
  };
}

/** A value on one line. */
export function showValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Uint8Array) return value.toHex();
  if (typeof value !== "object" || value === null) return String(value);
  return JSON.stringify(
    value,
    (_, each) => typeof each === "bigint" ? String(each) : each,
  );
}

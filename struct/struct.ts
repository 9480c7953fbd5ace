import { type Bytes, checkRange, sourceOf } from "./bytes.ts";
import type { Fields, StructOptions } from "./field.ts";
import { fnv1a64 } from "./hash.ts";
import { toC } from "./languages/c.ts";
import { toJsonSchema } from "./languages/json_schema.ts";
import { toNumpy } from "./languages/numpy.ts";
import { toRust } from "./languages/rust.ts";
import { type Layout, layOut } from "./layout.ts";
import { type Codec, codecOf, setCodec, shown } from "./types/codec.ts";
import { FieldType } from "./types/field_type.ts";
import type { StructShape } from "./types/shape.ts";
import { type Elements, elementsAt } from "./views/elements.ts";
import { structPart, type ViewMaker, viewMaker } from "./views/struct_view.ts";
import type {
  ReadonlyElements,
  ReadonlyView,
  StructInput,
  StructValue,
  View,
} from "./views/view_types.ts";

/** What a layout may be long, written out with all that it contains. */
const LONGEST_TEXT = 2 ** 20;

let construct: <F extends Fields>(layout: Layout) => Struct<F>;

/**
 * A layout of fields, made by {@linkcode struct}. It is a type, too, of fields
 * and arrays of other structs.
 *
 * @example Put a struct into another
 * ```ts
 * import { array, f32, struct, u32 } from "@shmem/shmem/struct";
 *
 * const Point = struct({ x: f32, y: f32 });
 * const Path = struct({ count: u32, points: array(Point, 4) });
 * const path = Path.at(new Uint8Array(Path.size));
 * path.points.get(1).x = 2.5;
 * console.log(path.points.read()[1]); // { x: 2.5, y: 0 }
 * ```
 */
export class Struct<F extends Fields>
  extends FieldType<StructValue<F>, StructInput<F>> {
  /** Tells structs from other types. */
  readonly composite = true;
  /** Where each field lies, in bytes from the start. */
  readonly offsets: Readonly<Record<keyof F & string, number>>;
  /** The whole layout in one line; what {@linkcode Struct.hash} is made from. */
  readonly layout: string;
  /** Made when it is asked for: a struct within others is mostly not. */
  #hash: bigint | undefined;
  readonly #shape: StructShape;
  readonly #make: ViewMaker;

  private constructor(layout: Layout) {
    const text = layoutText(layout);
    super(text, layout.size, layout.align, null);
    const shape = { ...layout, name: text };
    const codec = structCodec(layout, shape, () => this.#make);
    this.#shape = shape;
    this.#make = viewMaker(layout, codec);
    this.layout = text;
    this.offsets = Object.freeze(
      Object.fromEntries(
        layout.declared.map(({ name, offset }) => [name, offset]),
      ) as Record<keyof F & string, number>,
    );
    setCodec(this, codec);
  }

  static {
    construct = (layout) => new Struct(layout);
  }

  /**
   * A number of 64 bits that tells this layout from others: names, types,
   * places, sizes and orders of bytes; the name of the struct is not in it.
   */
  get hash(): bigint {
    return this.#hash ??= fnv1a64(this.layout);
  }

  /**
   * Lays a view over memory: an object whose properties are the fields.
   *
   * @param bytes The memory. Over read-only bytes the view only reads.
   * @param byteOffset Where in it. Default: 0.
   * @returns The view; it ends with the memory.
   * @throws {RangeError} When the struct does not lie in the memory.
   * @throws {TypeError} When it is no memory.
   */
  at(bytes: Uint8Array, byteOffset?: number): View<F>;
  /** Lays a view over memory that can be read only. */
  at(bytes: Bytes, byteOffset?: number): ReadonlyView<F>;
  at(bytes: Bytes, byteOffset = 0): View<F> | ReadonlyView<F> {
    const operation = `place ${this.#title}`;
    const source = sourceOf(bytes, operation);
    checkRange(source, byteOffset, this.size, operation);
    const view: unknown = this.#make(source, byteOffset, this.#title, true);
    return view as View<F>;
  }

  /**
   * Takes memory for an array of this struct.
   *
   * @param bytes The memory.
   * @param count How many. Default: as many as there is room for.
   * @returns The elements, each a view; see {@linkcode Elements}.
   * @throws {RangeError} When they do not lie in the memory.
   * @throws {TypeError} When it is no memory.
   */
  array(bytes: Uint8Array, count?: number): Elements<Struct<F>>;
  /** Takes memory that can be read only for an array of this struct. */
  array(bytes: Bytes, count?: number): ReadonlyElements<Struct<F>>;
  array(
    bytes: Bytes,
    count?: number,
  ): Elements<Struct<F>> | ReadonlyElements<Struct<F>> {
    const operation = `place an array of ${this.#title}`;
    const source = sourceOf(bytes, operation);
    const length = count ?? Math.trunc(source.byteLength / this.size);
    if (!Number.isInteger(length) || length < 0) {
      throw new RangeError(
        `Cannot ${operation}: the count must be an integer from 0 on: received ${
          shown(count)
        }`,
      );
    }
    checkRange(source, 0, length * this.size, operation);
    return elementsAt(this, length, source, 0, true, this.#title);
  }

  /**
   * Writes the layout as a header of C11 and C++11, with assertions of every
   * offset, for GCC and Clang.
   *
   * @param name What the type is called. Default: the struct's name.
   * @returns The text.
   * @throws {RangeError} When a name means something in C.
   */
  toC(name?: string): string {
    return toC(this.#shape, name ?? this.#title);
  }

  /**
   * Writes the layout as a Python expression: a `dtype` of numpy with explicit
   * offsets, for programs that have done `import numpy as np`.
   *
   * @returns The text.
   */
  toNumpy(): string {
    return toNumpy(this.#shape);
  }

  /**
   * Writes the layout as Rust, `repr(C)`, with assertions of every offset
   * (Rust 1.77).
   *
   * @param name What the type is called. Default: the struct's name.
   * @returns The text.
   */
  toRust(name?: string): string {
    return toRust(this.#shape, name ?? this.#title);
  }

  /**
   * Describes what `read()` returns as a JSON Schema (2020-12): 64-bit integers
   * as integers, bytes as arrays of integers.
   *
   * @returns The schema.
   */
  toJsonSchema(): Record<string, unknown> {
    return toJsonSchema(this.#shape);
  }

  get #title(): string {
    return this.#shape.title ?? "Struct";
  }
}

/**
 * Lays fields out as C, Rust's `repr(C)` and numpy's `align=True` do: in the
 * order in which they are declared, each at a multiple of its alignment.
 *
 * @param fields The names and types.
 * @param options How it differs from that.
 * @returns The layout.
 * @throws {RangeError} When fields overlap, lie where they must not, or have
 * names that C, Rust or Python would not take; when types lie in one another more
 * than 100 deep, or the layout takes more than 2^20 characters to write.
 * @throws {TypeError} When a field has no type, or an option is unknown.
 *
 * @example A trade that C and numpy see alike
 * ```ts
 * import { chars, enumeration, f64, struct, u32, u64, u8 } from "@shmem/shmem/struct";
 *
 * const Trade = struct({
 *   id: u64,
 *   price: f64,
 *   quantity: u32,
 *   side: enumeration({ buy: 1, sell: 2 }, u8),
 *   symbol: chars(16),
 * }, { name: "Trade" });
 *
 * const trade = Trade.at(new Uint8Array(Trade.size)); // or mapping.bytes
 * trade.write({ id: 1n, price: 10.5, quantity: 3, side: "sell", symbol: "DENO" });
 * trade.price *= 2;
 * console.log(Trade.size, trade.price, trade.symbol); // 40 21 DENO
 * ```
 */
export function struct<const F extends Fields>(
  fields: F,
  options: StructOptions = {},
): Struct<F> {
  return construct<F>(layOut(fields, options));
}

/**
 * The layout in one line. The engine keeps what `+=` puts together in its parts, so
 * structs within structs share their texts.
 */
function layoutText({ declared, size, align }: Layout): string {
  let text = "{";
  for (const { name, type, offset, little } of declared) {
    if (text.length > 1) text += ";";
    text += `${name}:`;
    text += type.name;
    text += `${little ? "" : " big-endian"}@${offset}`;
    if (text.length > LONGEST_TEXT) {
      throw new RangeError(
        `Cannot make struct: its layout may take ${LONGEST_TEXT} characters, and field ${name} makes it longer; use array() for what repeats`,
      );
    }
  }
  return `${text}}size=${size},align=${align}`;
}

function structCodec(
  { declared }: Layout,
  shape: StructShape,
  maker: () => ViewMaker,
): Codec {
  const fields = declared.map((field) => ({
    ...field,
    codec: codecOf(field.type),
  }));
  const byName = new Map(fields.map((field) => [field.name, field]));
  return {
    shape: { kind: "struct", struct: shape },
    load(source, offset) {
      const value: Record<string, unknown> = {};
      for (const { name, codec, offset: own, little } of fields) {
        value[name] = codec.load(source, offset + own, little);
      }
      return value;
    },
    check(value, path) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        throw new TypeError(
          `Cannot write ${path}: it takes an object of fields: received ${
            shown(value)
          }`,
        );
      }
      const checked: [string, unknown][] = [];
      for (const [name, each] of Object.entries(value)) {
        const field = byName.get(name);
        if (field === undefined) {
          throw new TypeError(
            `Cannot write ${path}: it has no field ${shown(name)}, only ${
              [...byName.keys()].join(", ")
            }`,
          );
        }
        if (each === undefined) continue;
        checked.push([name, field.codec.check(each, `${path}.${name}`)]);
      }
      return new Map(checked);
    },
    store(target, offset, value) {
      for (const [name, each] of value as Map<string, unknown>) {
        const field = byName.get(name);
        field?.codec.store(target, offset + field.offset, each, field.little);
      }
    },
    part: (source, offset, _little, path) =>
      structPart(maker(), source, offset, path),
  };
}

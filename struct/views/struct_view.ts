/**
 * Views: objects with an accessor for each field of a struct.
 *
 * @module
 */

import { checkRange } from "../bytes.ts";
import type { Layout, PlacedField } from "../layout.ts";
import { type Codec, codecOf, type Part, type Source } from "../types/codec.ts";
import { readOnly } from "../types/field_type.ts";

/** Names that views have already. */
const TAKEN = [
  "read",
  "write",
  "moveTo",
  "byteOffset",
  "constructor",
  "__proto__",
];

/** A part that a view has made, and where in the struct it lies. */
interface PlacedPart {
  readonly part: Part;
  readonly offset: number;
}

/** What a view is made of. */
interface Parts {
  readonly codec: Codec;
  readonly size: number;
  readonly source: Source;
  readonly offset: number;
  readonly path: string;
  /** Whether it is a view of its own, and no part of another. */
  readonly movable: boolean;
}

let moveView: (view: StructView, byteOffset: number) => void;
let getterOf: (
  field: PlacedField,
  path: string,
  index: number,
) => () => unknown;
let setterOf: (field: PlacedField, path: string) => (value: unknown) => void;

/** What the views of all structs have in common. */
export class StructView {
  // What every access uses comes first: V8 keeps only so many within the object.
  readonly #source: Source;
  #offset: number;
  /** The same memory when it can be written. */
  readonly #target: DataView | null;
  /** The last offset that it may move to; -1 for a part of another view. */
  readonly #last: number;
  #parts: (PlacedPart | undefined)[] | null = null;
  readonly #codec: Codec;
  readonly #size: number;
  readonly #path: string;
  readonly #movable: boolean;

  /** Views are made by the struct. */
  constructor({ codec, size, source, offset, path, movable }: Parts) {
    this.#source = source;
    this.#offset = offset;
    this.#target = source instanceof DataView ? source : null;
    this.#last = movable ? source.byteLength - size : -1;
    this.#codec = codec;
    this.#size = size;
    this.#path = path;
    this.#movable = movable;
    // A field that is misspelt is an error, and not kept beside the memory.
    Object.preventExtensions(this);
  }

  static {
    moveView = (view, byteOffset) => {
      view.#offset = byteOffset;
      for (const placed of view.#parts ?? []) {
        placed?.part.move(byteOffset + placed.offset);
      }
    };
    // What differs between fields is constant in each closure, so that an
    // access compiles to that of a DataView.
    getterOf = ({ type, offset, little }, path, index) => {
      const { load, part } = codecOf(type);
      if (part === undefined) {
        return function (this: StructView) {
          return load(this.#source, this.#offset + offset, little);
        };
      }
      return function (this: StructView) {
        const parts = this.#parts ??= [];
        const placed = parts[index] ??= {
          part: part(this.#source, this.#offset + offset, little, path),
          offset,
        };
        return placed.part.value;
      };
    };
    setterOf = ({ type, offset, little }, path) => {
      const { check, store, part } = codecOf(type);
      return function (this: StructView, value: unknown) {
        const target = this.#target;
        if (target === null) throw readOnly(`write ${path}`);
        if (part !== undefined) throw noSingleValue(path);
        store(target, this.#offset + offset, check(value, path), little);
      };
    };
  }

  /** Where it lies, in bytes from the start of the memory it was made over. */
  get byteOffset(): number {
    return this.#offset;
  }

  /** Copies all fields. */
  read(): unknown {
    return this.#codec.load(this.#source, this.#offset, true);
  }

  /** Writes the fields that are named. */
  write(values: unknown): void {
    const target = this.#target;
    if (target === null) throw readOnly(`write ${this.#path}`);
    const checked = this.#codec.check(values, this.#path);
    this.#codec.store(target, this.#offset, checked, true);
  }

  /** Goes to another place of the same memory. */
  moveTo(byteOffset: number): this {
    // A cast that costs nothing: larger offsets take the slow way.
    if ((byteOffset >>> 0) !== byteOffset || byteOffset > this.#last) {
      this.#requirePlace(byteOffset);
    }
    this.#offset = byteOffset;
    if (this.#parts !== null) moveView(this, byteOffset);
    return this;
  }

  /** Shows the fields in `console.log`. */
  [Symbol.for("Deno.customInspect")](
    inspect: (value: unknown) => string,
  ): string {
    try {
      return `${this.#path} ${inspect(this.read())}`;
    } catch (error) {
      // Showing must not throw, whatever there is in memory.
      return `${this.#path} [${
        error instanceof Error ? error.message : error
      }]`;
    }
  }

  #requirePlace(byteOffset: number): void {
    if (!this.#movable) {
      throw new TypeError(
        `Cannot move ${this.#path}: it is a part of another view; move that one`,
      );
    }
    checkRange(this.#source, byteOffset, this.#size, `move ${this.#path}`);
  }
}

/** Lays views of one struct over memory that was checked. */
export type ViewMaker = (
  source: Source,
  byteOffset: number,
  path: string,
  movable: boolean,
) => StructView;

/** Makes the class of the views of a struct. */
export function viewMaker(layout: Layout, codec: Codec): ViewMaker {
  const title = layout.title ?? "Struct";
  class LaidOut extends StructView {}
  Object.defineProperty(LaidOut, "name", { value: title });
  let parts = 0;
  for (const field of layout.declared) {
    const { name, type } = field;
    if (TAKEN.includes(name)) {
      throw new RangeError(
        `Cannot make struct: views have ${name} of their own: received a field of this name`,
      );
    }
    const index = codecOf(type).part === undefined ? 0 : parts++;
    const path = `${title}.${name}`;
    Object.defineProperty(LaidOut.prototype, name, {
      get: getterOf(field, path, index),
      set: setterOf(field, path),
      enumerable: true,
      configurable: false,
    });
  }
  const { size } = layout;
  return (source, offset, path, movable) =>
    new LaidOut({ codec, size, source, offset, path, movable });
}

/** A struct within a view. */
export function structPart(
  make: ViewMaker,
  source: Source,
  byteOffset: number,
  path: string,
): Part {
  const value = make(source, byteOffset, path, false);
  return { value, move: (offset) => moveView(value, offset) };
}

function noSingleValue(path: string): TypeError {
  return new TypeError(
    `Cannot set ${path}: it is no single value; use its own methods, or write({ … }) of the struct`,
  );
}

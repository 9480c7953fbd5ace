import {
  type Codec,
  codecOf,
  type Part,
  shown,
  type Source,
} from "../types/codec.ts";
import { type AnyType, readOnly } from "../types/field_type.ts";
import type { ElementInput, ElementOf, ElementValue } from "./view_types.ts";

let construct: <T extends AnyType>(
  element: T,
  length: number,
  source: Source,
  offset: number,
  little: boolean,
  path: string,
) => Elements<T>;
let move: (elements: Elements<AnyType>, byteOffset: number) => void;

/**
 * The elements of an array in memory.
 *
 * `get` returns numbers and the like as values; elements that are structs or
 * arrays come as one view that is moved, so that nothing is allocated: copy
 * with `read()` what is to stay.
 *
 * @example Sum up an array of structs
 * ```ts
 * import { f64, struct, u32 } from "@shmem/shmem/struct";
 *
 * const Item = struct({ price: f64, count: u32 });
 * const items = Item.array(new Uint8Array(10 * Item.size));
 * items.set(3, { price: 1.5, count: 2 });
 * let total = 0;
 * for (const item of items) total += item.price * item.count;
 * console.log(total); // 3
 * ```
 */
export class Elements<T extends AnyType> implements Iterable<ElementOf<T>> {
  /** How many there are. */
  readonly length: number;
  readonly #element: T;
  readonly #codec: Codec;
  readonly #source: Source;
  readonly #little: boolean;
  readonly #path: string;
  #offset: number;
  /** The one view of elements that are no single values. */
  #part: Part | undefined;

  private constructor(
    element: T,
    length: number,
    source: Source,
    offset: number,
    little: boolean,
    path: string,
  ) {
    this.#element = element;
    this.#codec = codecOf(element);
    this.length = length;
    this.#source = source;
    this.#offset = offset;
    this.#little = little;
    this.#path = path;
    // `items[3] = 5` is an error, and not kept beside the memory.
    Object.freeze(this);
  }

  static {
    construct = (...parts) => new Elements(...parts);
    move = (elements, byteOffset) => {
      elements.#offset = byteOffset;
      // Its view of one element stays where it was until the next get().
    };
  }

  /**
   * Reads an element, or shows it.
   *
   * @param index Which, from 0 on.
   * @returns Its value; the view of all elements, moved there, when it is a
   * struct, an array, bits or atomic.
   * @throws {RangeError} When there is no such element.
   */
  get(index: number): ElementOf<T> {
    const offset = this.#place(index);
    const codec = this.#codec;
    if (codec.part === undefined) {
      return codec.load(this.#source, offset, this.#little) as ElementOf<T>;
    }
    if (this.#part === undefined) {
      this.#part = codec.part(
        this.#source,
        offset,
        this.#little,
        `${this.#path}[]`,
      );
    } else {
      this.#part.move(offset);
    }
    return this.#part.value as ElementOf<T>;
  }

  /**
   * Writes an element.
   *
   * @param index Which, from 0 on.
   * @param value The value; of structs the fields that are to change.
   * @throws {RangeError} When there is no such element, or no such value.
   * @throws {TypeError} When it is no value of this type, or the memory can be
   * read only.
   */
  set(index: number, value: ElementInput<T>): void {
    const offset = this.#place(index);
    const path = `${this.#path}[${index}]`;
    if (!(this.#source instanceof DataView)) throw readOnly(`write ${path}`);
    const checked = this.#codec.check(value, path);
    this.#codec.store(this.#source, offset, checked, this.#little);
  }

  /** Copies all elements. */
  read(): ElementValue<T>[] {
    const values: ElementValue<T>[] = [];
    for (let i = 0; i < this.length; i++) {
      const offset = this.#place(i);
      values.push(
        this.#codec.load(this.#source, offset, this.#little) as ElementValue<T>,
      );
    }
    return values;
  }

  /**
   * Writes all elements, or none when one of them is refused.
   *
   * @param values As many as there are elements.
   * @throws {RangeError} When the number is another, or there is no such value.
   * @throws {TypeError} When one is no value of this type, or the memory can be
   * read only.
   */
  write(values: readonly ElementInput<T>[]): void {
    if (!Array.isArray(values)) {
      throw new TypeError(
        `Cannot write ${this.#path}: it takes an array of ${this.length}: received ${
          shown(values)
        }`,
      );
    }
    const copy = [...values];
    if (copy.length !== this.length) {
      throw new RangeError(
        `Cannot write ${this.#path}: it takes an array of ${this.length}: received one of ${copy.length}`,
      );
    }
    const source = this.#source;
    if (!(source instanceof DataView)) throw readOnly(`write ${this.#path}`);
    const checked = copy.map((value, i) =>
      this.#codec.check(value, `${this.#path}[${i}]`)
    );
    for (const [i, value] of checked.entries()) {
      this.#codec.store(source, this.#place(i), value, this.#little);
    }
  }

  /** Goes through the elements as `get` returns them. */
  *[Symbol.iterator](): IterableIterator<ElementOf<T>> {
    for (let i = 0; i < this.length; i++) yield this.get(i);
  }

  #place(index: number): number {
    if (Number.isInteger(index) && index >= 0 && index < this.length) {
      return this.#offset + index * this.#element.size;
    }
    throw new RangeError(
      `Cannot find element of ${this.#path}: it has ${this.length}: received index ${
        shown(index)
      }`,
    );
  }
}

/** Lays elements over memory that was checked. */
export function elementsAt<T extends AnyType>(
  element: T,
  length: number,
  source: Source,
  offset: number,
  little: boolean,
  path: string,
): Elements<T> {
  return construct(element, length, source, offset, little, path);
}

/** The elements of an array within a view. */
export function elementsPart(
  element: AnyType,
  length: number,
  source: Source,
  offset: number,
  little: boolean,
  path: string,
): Part {
  const value = construct(element, length, source, offset, little, path);
  return { value, move: (byteOffset) => move(value, byteOffset) };
}

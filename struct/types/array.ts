import { Elements, elementsPart } from "../views/elements.ts";
import { type Codec, codecOf, shown } from "./codec.ts";
import { checkCount, LARGEST } from "./count.ts";
import {
  type AnyType,
  FieldType,
  type InputOf,
  type ValueOf,
} from "./field_type.ts";

/**
 * A type of arrays of a fixed length, made by {@linkcode array}.
 *
 * @example Its size
 * ```ts
 * import { array, u16 } from "@shmem/shmem/struct";
 *
 * const triple = array(u16, 3);
 * console.log(triple.size, triple.align); // 6 2
 * ```
 */
export class ArrayType<E extends AnyType>
  extends FieldType<ValueOf<E>[], readonly InputOf<E>[]> {
  /** The type of each element. */
  readonly element: E;
  /** How many elements. */
  readonly length: number;

  /** Types are made by the functions of this module. */
  constructor(element: E, length: number) {
    super(
      `${element.name}[${length}]`,
      element.size * length,
      element.align,
      arrayCodec(element, length),
    );
    this.element = element;
    this.length = length;
  }
}

/**
 * A number of values of one type, one behind the other. Arrays of arrays are
 * matrices, row by row, as in C.
 *
 * @param element Their type.
 * @param length How many, at least 1.
 * @returns The type; a view shows it as {@linkcode Elements}.
 *
 * @example Three coordinates
 * ```ts
 * import { array, f64, struct } from "@shmem/shmem/struct";
 *
 * const Point = struct({ at: array(f64, 3) });
 * const point = Point.at(new Uint8Array(Point.size));
 * point.at.set(2, 1.5);
 * console.log(point.at.read()); // [ 0, 0, 1.5 ]
 * ```
 */
export function array<E extends AnyType>(
  element: E,
  length: number,
): ArrayType<E> {
  codecOf(element);
  checkCount(length, "array");
  if (element.size * length > LARGEST) {
    throw new RangeError(
      `Cannot make array: it may have ${LARGEST} bytes, and ${length} times ${element.size} is more`,
    );
  }
  return new ArrayType(element, length);
}

function arrayCodec(element: AnyType, length: number): Codec {
  const codec = codecOf(element);
  const { size } = element;
  return {
    shape: { kind: "array", length, element },
    load(source, offset, little) {
      const values: unknown[] = [];
      for (let i = 0; i < length; i++) {
        values.push(codec.load(source, offset + i * size, little));
      }
      return values;
    },
    check(value, path) {
      if (!Array.isArray(value)) {
        throw new TypeError(
          `Cannot write ${path}: it takes an array of ${length}: received ${
            shown(value)
          }`,
        );
      }
      const copy: unknown[] = [...value];
      if (copy.length !== length) {
        throw new RangeError(
          `Cannot write ${path}: it takes an array of ${length}: received one of ${copy.length}`,
        );
      }
      return copy.map((each, i) => codec.check(each, `${path}[${i}]`));
    },
    store(target, offset, value, little) {
      const values = value as unknown[];
      for (let i = 0; i < length; i++) {
        codec.store(target, offset + i * size, values[i], little);
      }
    },
    part: (source, offset, little, path) =>
      elementsPart(element, length, source, offset, little, path),
  };
}

export { Elements };

import { checkInteger } from "../../ffi/libc/integers.ts";
import { uncurry } from "../../ffi/memory/builtins.ts";
import { clamp } from "./search.ts";

/** The arrays that a {@linkcode ReadonlyArrayOf} shows: all built-in ones. */
export type AnyArray =
  | Int8Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Uint8ClampedArray<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>
  | Float16Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** The type of an element: a number, or a bigint for the arrays of 64 bits. */
export type ElementOf<T> = T extends BigInt64Array | BigUint64Array ? bigint
  : number;

let wrap: <T extends AnyArray>(array: T) => ReadonlyArrayOf<T>;

// As they are now: what someone replaces later would be handed the array itself.
const { load } = Atomics;
const set: (target: AnyArray, source: AnyArray, offset: number) => void =
  uncurry(Object.getPrototypeOf(Uint8Array.prototype).set);

/**
 * A typed array that can be read and not written, over memory that is mapped for
 * reading: what `Mapping.view` returns there.
 *
 * It is live, and empty once the memory is unmapped. Its elements are read by
 * methods, because an ordinary typed array could be written, which would kill the
 * process.
 *
 * @example Read what another handle writes
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 *
 * using memory = SharedMemory.anonymous({ size: 4096 });
 * using writer = memory.map();
 * using reader = memory.map({ access: "read" });
 * writer.view(Int32Array)[2] = 7;
 * console.log(reader.view(Int32Array).load(2)); // 7
 * ```
 */
export class ReadonlyArrayOf<T extends AnyArray>
  implements Iterable<ElementOf<T>> {
  readonly #array: AnyArray;

  private constructor(array: AnyArray) {
    this.#array = array;
    Object.freeze(this);
  }

  static {
    wrap = <U extends AnyArray>(array: U) => new ReadonlyArrayOf<U>(array);
  }

  /** How many elements it has; 0 once the memory is unmapped. */
  get length(): number {
    return this.#array.length;
  }

  /** Length in bytes; 0 once the memory is unmapped. */
  get byteLength(): number {
    return this.#array.byteLength;
  }

  /**
   * Reads one element, as `TypedArray.at` does.
   *
   * @param index An integer; a negative one counts from the end.
   * @returns The element, or `undefined` outside the array.
   */
  at(index: number): ElementOf<T> | undefined;
  at(index: number): number | bigint | undefined {
    const array = this.#array;
    return array[index < 0 ? index + array.length : index];
  }

  /**
   * Loads one element atomically, as `Atomics.load` does: what the writer stored
   * before it is visible after it.
   *
   * @param index Which element.
   * @returns The element.
   * @throws {RangeError} When there is no such element.
   * @throws {TypeError} For arrays of fractions, and of clamped bytes.
   */
  load(index: number): ElementOf<T>;
  load(index: number): number | bigint {
    const array = this.#array;
    if (
      array instanceof Float16Array || array instanceof Float32Array ||
      array instanceof Float64Array || array instanceof Uint8ClampedArray
    ) {
      throw new TypeError(
        "Cannot load atomically: only integers can be; use at(), or view the bits as integers",
      );
    }
    checkInteger(index, "index", 0, array.length - 1);
    // By halves of the union, because Atomics.load is typed so.
    return array instanceof BigInt64Array || array instanceof BigUint64Array
      ? load(array, index)
      : load(array, index);
  }

  /**
   * Copies elements out.
   *
   * @param start First element. Default: 0. Negative: from the end.
   * @param end Element behind the last. Default: the length. Negative: from the end.
   * @returns A copy of the same class.
   */
  slice(start?: number, end?: number): T;
  slice(start?: number, end?: number): AnyArray {
    const array = this.#array;
    const from = clamp(start ?? 0, array.length);
    const to = Math.max(from, clamp(end ?? array.length, array.length));
    const copy = new (classOf(array))(to - from);
    const offset = array.byteOffset + from * array.BYTES_PER_ELEMENT;
    set(copy, new (classOf(array))(array.buffer, offset, to - from), 0);
    return copy;
  }

  /**
   * Copies all elements into an array that exists, as `TypedArray.set` does and as
   * fast.
   *
   * @param target Where to copy to: an array of the same kind of elements.
   * @param targetOffset Index in `target` of the first element. Default: 0.
   * @returns How many elements were copied.
   * @throws {RangeError} When they do not fit.
   */
  copyTo(target: T, targetOffset?: number): number;
  copyTo(target: AnyArray, targetOffset = 0): number {
    set(target, this.#array, targetOffset);
    return this.#array.length;
  }

  /** Iterates over the elements. */
  [Symbol.iterator](): IterableIterator<ElementOf<T>>;
  *[Symbol.iterator](): Iterator<number | bigint> {
    for (let index = 0; index < this.#array.length; index++) {
      yield this.#array[index] ?? 0;
    }
  }
}

/** Wraps an array, for the memory layer alone: the array must not get out. */
export function readonlyArray<T extends AnyArray>(
  array: T,
): ReadonlyArrayOf<T> {
  return wrap(array);
}

/**
 * The built-in classes, taken now. An array is known by them and not by `constructor`,
 * which a prototype could be given.
 */
export const ARRAY_CLASSES = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  Float16Array,
  Float32Array,
  Float64Array,
] as const;

function classOf(array: AnyArray): (typeof ARRAY_CLASSES)[number] {
  return ARRAY_CLASSES.find((each) => array instanceof each) ?? Uint8Array;
}

/**
 * What a view of each type looks like to the compiler.
 *
 * @module
 */

import type { Fields, TypeOf } from "../field.ts";
import type { ArrayType } from "../types/array.ts";
import type {
  AtomicCell,
  AtomicType,
  ReadonlyAtomicCell,
} from "../types/atomic.ts";
import type { Bits, BitsetType, ReadonlyBits } from "../types/bitset.ts";
import type { AnyType, InputOf, ValueOf } from "../types/field_type.ts";
import type { Struct } from "../struct.ts";
import type { Elements } from "./elements.ts";

/** What a view shows for a field: a value, or an object to work with. */
export type ElementOf<T> = T extends Struct<infer F> ? View<F>
  : T extends ArrayType<infer E> ? Elements<E>
  : T extends BitsetType<infer N> ? Bits<N>
  : T extends AtomicType<infer V> ? AtomicCell<V>
  : ValueOf<T>;

/** The same in memory that can be read only. */
export type ReadonlyElementOf<T> = T extends Struct<infer F> ? ReadonlyView<F>
  : T extends ArrayType<infer E> ? ReadonlyElements<E>
  : T extends BitsetType<infer N> ? ReadonlyBits<N>
  : T extends AtomicType<infer V> ? ReadonlyAtomicCell<V>
  : ValueOf<T>;

/** What an element is when it is copied. */
export type ElementValue<T> = ValueOf<T>;

/** What an element is written with. */
export type ElementInput<T> = InputOf<T>;

/** The elements of an array in memory that can be read only. */
export interface ReadonlyElements<T extends AnyType>
  extends Iterable<ReadonlyElementOf<T>> {
  /** How many there are. */
  readonly length: number;
  /** Reads an element, or shows it. */
  get(index: number): ReadonlyElementOf<T>;
  /** Copies all elements. */
  read(): ElementValue<T>[];
}

/** The types that a view shows as objects of their own. */
export type CompositeType =
  | { readonly composite: true }
  | { readonly element: AnyType }
  | { readonly bits: Readonly<Record<string, number>> }
  | { readonly base: AnyType };

/** A struct copied out of memory. */
export type StructValue<F extends Fields> = {
  -readonly [K in keyof F]: ValueOf<TypeOf<F[K]>>;
};

/** What a struct is written with: fields that are not named stay. */
export type StructInput<F extends Fields> = {
  readonly [K in keyof F]?: InputOf<TypeOf<F[K]>>;
};

/** What every view has. */
export interface ViewMethods<F extends Fields> {
  /** Where it lies, in bytes from the start of the memory it was made over. */
  readonly byteOffset: number;
  /** Copies all fields. */
  read(): StructValue<F>;
  /**
   * Goes to another place of the same memory; all that the view shows goes
   * along.
   *
   * @param byteOffset Where.
   * @returns The view itself.
   */
  moveTo(byteOffset: number): this;
}

/** A struct in memory. */
export type View<F extends Fields> =
  & {
    -readonly [
      K in keyof F as TypeOf<F[K]> extends CompositeType ? never : K
    ]: ValueOf<TypeOf<F[K]>>;
  }
  & {
    readonly [
      K in keyof F as TypeOf<F[K]> extends CompositeType ? K : never
    ]: ElementOf<TypeOf<F[K]>>;
  }
  & ViewMethods<F>
  & {
    /**
     * Writes the fields that are named, or none when one of them is refused.
     *
     * @param values The fields and their values.
     */
    write(values: StructInput<F>): void;
  };

/** A struct in memory that can be read only. */
export type ReadonlyView<F extends Fields> =
  & { readonly [K in keyof F]: ReadonlyElementOf<TypeOf<F[K]>> }
  & ViewMethods<F>;

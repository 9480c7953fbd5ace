/**
 * Typed layouts over bytes: fields that lie as C, Rust and numpy lay them out,
 * read and written as properties. It needs no permission and nothing else of
 * this library.
 *
 * | type | value |
 * | --- | --- |
 * | `u8` `u16` `u32`, `i8` `i16` `i32`, `f32` `f64` | number |
 * | `u64` `i64` | bigint; `safe(u64)` number |
 * | `bool` | boolean |
 * | `chars(n)`, `bytes(n)` | string, `Uint8Array` |
 * | `enumeration`, `bitset` | a name, named booleans |
 * | `array(type, n)`, a struct | elements, a view |
 * | `atomic(u32)` | an object with `load`, `store`, `add` and so on |
 *
 * @example Share a struct with a C program
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import { f64, struct, u64 } from "@shmem/shmem/struct";
 *
 * const Sample = struct({ time: u64, value: f64 }, { name: "Sample" });
 * using memory = SharedMemory.anonymous({ size: 100 * Sample.size });
 * using mapping = memory.map();
 * const samples = Sample.array(mapping.bytes);
 * samples.set(7, { time: 1n, value: 0.5 });
 * console.log(samples.length, samples.get(7).value); // 100 0.5
 * console.log(Sample.toC().includes("double value;")); // true
 * ```
 *
 * @module
 */

export { Struct, struct } from "./struct.ts";
export {
  type Endian,
  type Field,
  field,
  type FieldOptions,
  type Fields,
  type StructOptions,
  type TypeOf,
} from "./field.ts";
export {
  type AnyType,
  FieldType,
  type InputOf,
  type ValueOf,
} from "./types/field_type.ts";
export {
  bool,
  f32,
  f64,
  i16,
  i32,
  i64,
  i8,
  u16,
  u32,
  u64,
  u8,
} from "./types/numbers.ts";
export { bytes, chars } from "./types/text.ts";
export { array, ArrayType } from "./types/array.ts";
export { enumeration, type Members } from "./types/enumeration.ts";
export {
  type Bits,
  bitset,
  BitsetType,
  type BitValues,
  type ReadonlyBits,
} from "./types/bitset.ts";
export { safe } from "./types/safe.ts";
export {
  atomic,
  type AtomicCell,
  AtomicType,
  type ReadonlyAtomicCell,
} from "./types/atomic.ts";
export { Elements } from "./views/elements.ts";
export type {
  CompositeType,
  ElementInput,
  ElementOf,
  ElementValue,
  ReadonlyElementOf,
  ReadonlyElements,
  ReadonlyView,
  StructInput,
  StructValue,
  View,
  ViewMethods,
} from "./views/view_types.ts";
export type { Bytes, ReadableBytes } from "./bytes.ts";

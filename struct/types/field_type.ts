import { type Bytes, checkRange, sourceOf } from "../bytes.ts";
import { type Codec, codecOf, setCodec } from "./codec.ts";

/**
 * A type of fields: how many bytes it takes, and what they mean.
 *
 * `Value` is what reading returns, `Input` what writing takes.
 *
 * @example Read and write one value
 * ```ts
 * import { u32 } from "@shmem/shmem/struct";
 *
 * const bytes = new Uint8Array(8);
 * u32.write(bytes, 4, 0xdeadbeef);
 * console.log(u32.read(bytes, 4)); // 3735928559
 * ```
 */
export class FieldType<Value, Input = Value> {
  /** What messages and hashes call it: `"u32"`. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /** What its offset is a multiple of, unless the struct is packed. */
  readonly align: number;

  /** Types are made by the functions of this module. */
  protected constructor(
    name: string,
    size: number,
    align: number,
    codec: Codec | null,
  ) {
    this.name = name;
    this.size = size;
    this.align = align;
    if (codec !== null) setCodec(this, codec);
  }

  /**
   * Reads a value, little-endian unless the type says otherwise.
   *
   * @param bytes The memory.
   * @param byteOffset Where in it. Default: 0.
   * @returns The value.
   * @throws {RangeError} When it does not lie in the memory, or the bytes there
   * mean nothing.
   */
  read(bytes: Bytes, byteOffset = 0): Value {
    const operation = `read ${this.name}`;
    const source = sourceOf(bytes, operation);
    checkRange(source, byteOffset, this.size, operation);
    return codecOf(this).load(source, byteOffset, true) as Value;
  }

  /**
   * Writes a value, little-endian unless the type says otherwise.
   *
   * @param bytes The memory.
   * @param byteOffset Where in it.
   * @param value The value.
   * @throws {RangeError} When it does not lie in the memory, or the type has no
   * such value: nothing is wrapped or cut.
   * @throws {TypeError} When it is no value of this kind, or the memory can be
   * read only.
   */
  write(bytes: Uint8Array, byteOffset: number, value: Input): void {
    const operation = `write ${this.name}`;
    const target = sourceOf(bytes, operation);
    if (!(target instanceof DataView)) throw readOnly(operation);
    checkRange(target, byteOffset, this.size, operation);
    const codec = codecOf(this);
    codec.store(target, byteOffset, codec.check(value, "value"), true);
  }
}

/** A type whose values are single ones. */
class SingleType<Value, Input> extends FieldType<Value, Input> {
  constructor(name: string, size: number, align: number, codec: Codec) {
    super(name, size, align, codec);
  }
}

/** Creates a type whose values are single ones. */
export function plainType<V, I = V>(
  name: string,
  size: number,
  align: number,
  codec: Codec,
): FieldType<V, I> {
  return new SingleType(name, size, align, codec);
}

/** Any type. */
export type AnyType = FieldType<unknown, never>;

/** What reading a field of this type returns. */
export type ValueOf<T> = T extends FieldType<infer Value, never> ? Value
  : never;

/** What writing a field of this type takes. */
export type InputOf<T> = T extends
  { write(b: Uint8Array, o: number, value: infer Input): void } ? Input
  : never;

/** What a write to memory that can be read only throws. */
export function readOnly(operation: string): TypeError {
  return new TypeError(
    `Cannot ${operation}: the memory can be read only; map it with access "read-write"`,
  );
}

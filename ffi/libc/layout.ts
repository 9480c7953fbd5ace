/**
 * C structs as data: which field lies at which byte, and one reader and writer
 * for all of them.
 *
 * @module
 */

/** Integer types that occur in the structs of libc. */
export type FieldType = "i16" | "u16" | "i32" | "u32" | "i64" | "u64";

/** One field of a struct: where it starts and how wide it is. */
export interface Field {
  /** Distance in bytes from the start of the struct. */
  readonly offset: number;
  /** Width and sign of the value. */
  readonly type: FieldType;
}

/** A struct: its `sizeof` and its fields by C name. */
export interface Layout<Name extends string = string> {
  /** `sizeof` in bytes. */
  readonly size: number;
  /** The fields that this library uses, by their C names. */
  readonly fields: Readonly<Record<Name, Field>>;
}

/** A zeroed struct in JavaScript memory, ready to be passed to libc. */
export class Struct<Name extends string> {
  /** The bytes of the struct, for a parameter of type `"buffer"`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #layout: Layout<Name>;
  readonly #view: DataView;

  constructor(layout: Layout<Name>) {
    this.#layout = layout;
    this.bytes = new Uint8Array(layout.size);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** Reads a field exactly, whatever its width. */
  getBig(name: Name): bigint {
    const { offset, type } = this.#layout.fields[name];
    switch (type) {
      case "i64":
        return this.#view.getBigInt64(offset, true);
      case "u64":
        return this.#view.getBigUint64(offset, true);
      default:
        return BigInt(this.get(name));
    }
  }

  /** Reads a field as a number; a 64-bit one beyond 2^53 is rounded. */
  get(name: Name): number {
    const { offset, type } = this.#layout.fields[name];
    switch (type) {
      case "i16":
        return this.#view.getInt16(offset, true);
      case "u16":
        return this.#view.getUint16(offset, true);
      case "i32":
        return this.#view.getInt32(offset, true);
      case "u32":
        return this.#view.getUint32(offset, true);
      // By halves: a bigint would cost more than the whole system call.
      case "i64":
        return this.#view.getInt32(offset + 4, true) * 2 ** 32 +
          this.#view.getUint32(offset, true);
      case "u64":
        return this.#view.getUint32(offset + 4, true) * 2 ** 32 +
          this.#view.getUint32(offset, true);
    }
  }

  /** Writes a field. The caller has checked that the value fits. */
  set(name: Name, value: number): void {
    const { offset, type } = this.#layout.fields[name];
    switch (type) {
      case "i16":
      case "u16":
        return this.#view.setUint16(offset, value, true);
      case "i32":
      case "u32":
        return this.#view.setUint32(offset, value, true);
      case "i64":
      case "u64":
        return this.#view.setBigInt64(offset, BigInt(value), true);
    }
  }
}

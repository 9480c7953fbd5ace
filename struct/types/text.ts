import { copyOut } from "../bytes.ts";
import { shown } from "./codec.ts";
import { type FieldType, plainType } from "./field_type.ts";
import { checkCount } from "./count.ts";

const encoder = new TextEncoder();
// A mark of the order of bytes is a character like any other.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Text of at most `length` bytes of UTF-8, as a `char` array of C and `S` of
 * numpy: it ends at the first NUL, or with the array.
 *
 * Reading returns a string; bytes that are no UTF-8 come as U+FFFD. Writing fills
 * up with NUL.
 *
 * @param length Room in bytes, at least 1.
 * @returns The type.
 *
 * @example A name in 16 bytes
 * ```ts
 * import { chars, struct } from "@shmem/shmem/struct";
 *
 * const Person = struct({ name: chars(16) });
 * const person = Person.at(new Uint8Array(Person.size));
 * person.name = "Zoë";
 * console.log(person.name); // Zoë
 * ```
 */
export function chars(length: number): FieldType<string> {
  checkCount(length, "chars");
  return plainType(`chars(${length})`, length, 1, {
    shape: { kind: "chars", length },
    load(source, offset) {
      // A copy: decoding memory that others write to can crash V8.
      const bytes = copyOut(source, offset, length);
      const end = bytes.indexOf(0);
      return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
    },
    check(value, path) {
      if (typeof value !== "string") {
        throw new TypeError(
          `Cannot write ${path}: chars(${length}) takes a string: received ${
            shown(value)
          }`,
        );
      }
      const byteLength = value.length > length
        ? value.length
        : encoder.encode(value).byteLength;
      if (byteLength > length) {
        throw new RangeError(
          `Cannot write ${path}: chars(${length}) has room for ${length} bytes of UTF-8: received ${
            shown(value)
          }`,
        );
      }
      if (value.includes("\0") || !value.isWellFormed()) {
        throw new RangeError(
          `Cannot write ${path}: chars(${length}) takes text without NUL and lone surrogates: received ${
            shown(value)
          }`,
        );
      }
      return value;
    },
    store(target, offset, value) {
      const bytes = bytesAt(target, offset, length);
      const text = encoder.encode(value as string);
      bytes.set(text);
      bytes.fill(0, text.byteLength);
    },
  });
}

/**
 * Bytes of a fixed number. Reading returns a copy; for work in place take a part
 * of the memory at {@linkcode Struct.offsets}.
 *
 * @param length How many, at least 1.
 * @returns The type.
 *
 * @example A digest
 * ```ts
 * import { bytes, struct } from "@shmem/shmem/struct";
 *
 * const Entry = struct({ digest: bytes(32) });
 * const entry = Entry.at(new Uint8Array(Entry.size));
 * entry.digest = new Uint8Array(32).fill(7);
 * console.log(entry.digest[31]); // 7
 * ```
 */
export function bytes(length: number): FieldType<Uint8Array> {
  checkCount(length, "bytes");
  return plainType(`bytes(${length})`, length, 1, {
    shape: { kind: "bytes", length },
    load: (source, offset) => copyOut(source, offset, length),
    check(value, path) {
      if (!(value instanceof Uint8Array)) {
        throw new TypeError(
          `Cannot write ${path}: bytes(${length}) takes a Uint8Array: received ${
            shown(value)
          }`,
        );
      }
      if (value.byteLength !== length) {
        throw new RangeError(
          `Cannot write ${path}: bytes(${length}) takes ${length} bytes: received ${value.byteLength}`,
        );
      }
      return value;
    },
    store(target, offset, value) {
      bytesAt(target, offset, length).set(value as Uint8Array);
    },
  });
}

function bytesAt(
  target: DataView,
  offset: number,
  length: number,
): Uint8Array {
  return new Uint8Array(target.buffer, target.byteOffset + offset, length);
}

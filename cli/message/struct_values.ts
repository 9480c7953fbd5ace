import type { LoadedStruct } from "../arguments/struct.ts";

/**
 * Reads bytes by a struct: one value, or an array where there are several; nothing
 * when they do not fit.
 */
export function readStruct(struct: LoadedStruct, bytes: Uint8Array): unknown {
  const count = bytes.length / struct.size;
  if (!Number.isInteger(count) || count < 1) return undefined;
  const values = Array.from(
    { length: count },
    (_, i) => struct.at(bytes, i * struct.size).read(),
  );
  return count === 1 ? values[0] : values;
}

/**
 * Makes bytes of a value, or of an array of them.
 *
 * @throws {TypeError} When it is none of the struct.
 * @throws {RangeError} When a field is out of range.
 */
export function writeStruct(
  struct: LoadedStruct,
  value: unknown,
): Uint8Array<ArrayBuffer> {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const bytes = new Uint8Array(values.length * struct.size);
  for (const [index, each] of values.entries()) {
    if (typeof each !== "object" || each === null) {
      throw new TypeError(
        `Cannot make a ${struct.name} of ${
          JSON.stringify(each)
        }: an object with its fields is needed`,
      );
    }
    struct.at(bytes, index * struct.size).write(each);
  }
  return bytes;
}

import { shown } from "./codec.ts";
import { integerCodec } from "./enumeration.ts";
import { type FieldType, plainType } from "./field_type.ts";

/**
 * An integer of 64 bits as a number instead of a bigint. What a number cannot
 * hold exactly, beyond 2^53 - 1, is refused when read and when written.
 *
 * @param base `u64` or `i64`.
 * @returns The type.
 *
 * @example A size in bytes
 * ```ts
 * import { safe, struct, u64 } from "@shmem/shmem/struct";
 *
 * const File = struct({ size: safe(u64) });
 * const file = File.at(new Uint8Array(File.size));
 * file.size = 17 * 2 ** 30;
 * console.log(file.size); // 18253611008
 * ```
 */
export function safe(base: FieldType<bigint>): FieldType<number> {
  const codec = integerCodec(base, "safe integer");
  if (base.size !== 8) {
    throw new TypeError(
      `Cannot make safe integer: it takes u64 or i64, smaller ones are numbers already: received ${base.name}`,
    );
  }
  const least = base.name === "u64" ? 0 : Number.MIN_SAFE_INTEGER;
  return plainType(`safe(${base.name})`, 8, 8, {
    shape: { kind: "safe", base },
    load(source, offset, little) {
      const value = codec.load(source, offset, little) as bigint;
      const number = Number(value);
      if (Number.isSafeInteger(number)) return number;
      throw new RangeError(
        `Cannot read: there is ${value} in memory, and a safe integer ends at ${Number.MAX_SAFE_INTEGER}; read it as ${base.name}`,
      );
    },
    check(value, path) {
      if (typeof value !== "number") {
        throw new TypeError(
          `Cannot write ${path}: safe(${base.name}) takes a number: received ${
            shown(value)
          }`,
        );
      }
      if (!Number.isSafeInteger(value) || value < least) {
        throw new RangeError(
          `Cannot write ${path}: safe(${base.name}) takes integers from ${least} to ${Number.MAX_SAFE_INTEGER}: received ${
            shown(value)
          }`,
        );
      }
      return value;
    },
    store: (target, offset, value, little) =>
      codec.store(target, offset, BigInt(value as number), little),
  });
}

import { type codecOf, findCodec, shown } from "./codec.ts";
import { type FieldType, plainType } from "./field_type.ts";

/** Names, and the numbers that stand for them in memory. */
export type Members<N> = Readonly<Record<string, N>>;

/**
 * One of some names, as an integer in memory, as an `enum` of C.
 *
 * Reading a number that has no name throws `RangeError`.
 *
 * @param members The names and their numbers.
 * @param base The integer type that holds them.
 * @returns The type; its values are the names.
 * @throws {RangeError} When two names have one number, or a number does not fit.
 *
 * @example Buy or sell
 * ```ts
 * import { enumeration, struct, u8 } from "@shmem/shmem/struct";
 *
 * const Order = struct({ side: enumeration({ buy: 1, sell: 2 }, u8) });
 * const order = Order.at(new Uint8Array(Order.size));
 * order.side = "sell";
 * console.log(order.side); // sell
 * ```
 */
export function enumeration<
  const M extends Members<N>,
  N extends number | bigint,
>(members: M, base: FieldType<N>): FieldType<keyof M & string> {
  const baseCodec = integerCodec(base, "enumeration");
  const entries = namedEntries(members, "enumeration");
  const names = new Map<unknown, string>();
  const values = new Map<unknown, number | bigint>();
  for (const [name, value] of entries) {
    baseCodec.check(value, `member ${name} of an enumeration`);
    const other = names.get(value);
    if (other !== undefined) {
      throw new RangeError(
        `Cannot make enumeration: ${other} and ${name} are both ${value}`,
      );
    }
    names.set(value, name);
    values.set(name, value);
  }
  const listed = entries.map(([name, value]) => `${name}=${value}`).join();
  return plainType(`${base.name}{${listed}}`, base.size, base.align, {
    shape: { kind: "enumeration", base, members: entries },
    load(source, offset, little) {
      const value = baseCodec.load(source, offset, little);
      const name = names.get(value);
      if (name !== undefined) return name;
      throw new RangeError(
        `Cannot read: there is ${value} in memory, and the enumeration has ${listed}`,
      );
    },
    check(value, path) {
      if (typeof value !== "string") {
        throw new TypeError(
          `Cannot write ${path}: it takes one of ${quoted(entries)}: received ${
            shown(value)
          }`,
        );
      }
      if (!values.has(value)) {
        throw new RangeError(
          `Cannot write ${path}: it takes one of ${quoted(entries)}: received ${
            shown(value)
          }`,
        );
      }
      return value;
    },
    store: (target, offset, value, little) =>
      baseCodec.store(target, offset, values.get(value), little),
  });
}

/** The codec of a plain integer type, which others are built on. */
export function integerCodec(
  base: unknown,
  what: string,
): ReturnType<typeof codecOf> {
  const codec = findCodec(base);
  const shape = codec?.shape;
  if (
    codec !== undefined && shape?.kind === "number" &&
    !shape.number.startsWith("f")
  ) return codec;
  throw new TypeError(
    `Cannot make ${what}: it takes an integer type, such as u8: received ${
      shown(base)
    }`,
  );
}

/** Own entries of a record of numbers, with names that all languages take. */
export function namedEntries<N>(
  record: Readonly<Record<string, N>>,
  what: string,
): [string, N][] {
  if (typeof record !== "object" || record === null || Array.isArray(record)) {
    throw new TypeError(
      `Cannot make ${what}: it takes an object of names: received ${
        shown(record)
      }`,
    );
  }
  const entries = Object.entries(record);
  if (entries.length === 0) {
    throw new RangeError(`Cannot make ${what}: it has no names`);
  }
  for (const [name] of entries) checkName(name, what);
  return entries;
}

/** Throws unless C, Rust and Python take it for a name, too. */
export function checkName(name: string, what: string): void {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return;
  throw new RangeError(
    `Cannot make ${what}: a name takes letters, digits and _, as in C: received ${
      shown(name)
    }`,
  );
}

function quoted(entries: readonly (readonly [string, unknown])[]): string {
  return entries.map(([name]) => JSON.stringify(name)).join(", ");
}

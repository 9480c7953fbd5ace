import { type Codec, codecOf, type Part, shown, type Source } from "./codec.ts";
import { integerCodec, namedEntries } from "./enumeration.ts";
import { FieldType, readOnly } from "./field_type.ts";

/** Which of the names are set. */
export type BitValues<Name extends string> = Record<Name, boolean>;

/** Named bits of an integer, in a view. */
export interface ReadonlyBits<Name extends string> {
  /** Whether a bit is set. */
  has(name: Name): boolean;
  /** Copies all bits. */
  read(): BitValues<Name>;
}

/** Named bits of an integer, in a view that can be written. */
export interface Bits<Name extends string> extends ReadonlyBits<Name> {
  /** Sets a bit, or clears it. Others stay as they are; this is not atomic. */
  set(name: Name, on?: boolean): void;
  /** Sets and clears those that are named; others stay as they are. */
  write(values: Partial<BitValues<Name>>): void;
}

/**
 * A type of named bits, made by {@linkcode bitset}.
 *
 * @example Its size
 * ```ts
 * import { bitset, u8 } from "@shmem/shmem/struct";
 *
 * const mode = bitset({ write: 1, read: 2 }, u8);
 * console.log(mode.size); // 1
 * ```
 */
export class BitsetType<Name extends string>
  extends FieldType<BitValues<Name>, Partial<BitValues<Name>>> {
  /** The number of each bit; 0 is the lowest. */
  readonly bits: Readonly<Record<Name, number>>;

  /** Types are made by the functions of this module. */
  constructor(
    bits: Readonly<Record<Name, number>>,
    base: FieldType<number> | FieldType<bigint>,
  ) {
    const listed = Object.entries(bits).map(([name, bit]) => `${name}@${bit}`);
    super(
      `${base.name}[${listed.join()}]`,
      base.size,
      base.align,
      bitsCodec(new Map(Object.entries(bits)), base),
    );
    this.bits = bits;
  }
}

/**
 * Named bits of an unsigned integer. Bits without a name are left alone.
 *
 * @param bits The number of each bit by name, 0 being the lowest.
 * @param base The integer type that holds them.
 * @returns The type.
 * @throws {RangeError} When a bit does not lie in the integer, or has two names.
 *
 * @example Permissions
 * ```ts
 * import { bitset, struct, u8 } from "@shmem/shmem/struct";
 *
 * const File = struct({ mode: bitset({ write: 1, read: 2 }, u8) });
 * const file = File.at(new Uint8Array(File.size));
 * file.mode.set("read");
 * console.log(file.mode.has("read"), file.mode.has("write")); // true false
 * ```
 */
export function bitset<const B extends Readonly<Record<string, number>>>(
  bits: B,
  base: FieldType<number> | FieldType<bigint>,
): BitsetType<keyof B & string> {
  integerCodec(base, "bitset");
  const entries = namedEntries(bits, "bitset");
  const names = new Map<number, string>();
  for (const [name, bit] of entries) {
    if (!Number.isInteger(bit) || bit < 0 || bit >= base.size * 8) {
      throw new RangeError(
        `Cannot make bitset: ${base.name} has bits 0 to ${
          base.size * 8 - 1
        }: received ${shown(bit)} for ${name}`,
      );
    }
    const other = names.get(bit);
    if (other !== undefined) {
      throw new RangeError(
        `Cannot make bitset: ${other} and ${name} are both bit ${bit}`,
      );
    }
    names.set(bit, name);
  }
  return new BitsetType({ ...bits }, base);
}

function bitsCodec(
  bits: ReadonlyMap<string, number>,
  base: FieldType<number> | FieldType<bigint>,
): Codec {
  const baseCodec = codecOf(base);
  const wide = base.size === 8;
  const loadBits = (source: Source, offset: number, little: boolean) =>
    // The sign is of no interest, nor is what it makes of higher bits.
    BigInt.asUintN(
      base.size * 8,
      BigInt(baseCodec.load(source, offset, little) as number | bigint),
    );
  const storeBits = (
    target: DataView,
    offset: number,
    value: bigint,
    little: boolean,
  ) => {
    const signed = base.name.startsWith("i");
    const fitting = signed ? BigInt.asIntN(base.size * 8, value) : value;
    baseCodec.store(target, offset, wide ? fitting : Number(fitting), little);
  };
  const maskOf = (name: string, path: string) => {
    const bit = bits.get(name);
    if (bit !== undefined) return 1n << BigInt(bit);
    throw new RangeError(
      `Cannot use ${path}: it has bits ${
        [...bits.keys()].join(", ")
      }: received ${shown(name)}`,
    );
  };
  const codec: Codec = {
    shape: { kind: "bitset", base, bits: [...bits] },
    load(source, offset, little) {
      const value = loadBits(source, offset, little);
      return Object.fromEntries(
        [...bits].map((
          [name, bit],
        ) => [name, (value >> BigInt(bit) & 1n) === 1n]),
      );
    },
    check(value, path) {
      if (typeof value !== "object" || value === null) {
        throw new TypeError(
          `Cannot write ${path}: it takes an object of booleans: received ${
            shown(value)
          }`,
        );
      }
      const copy = { ...value };
      for (const [name, on] of Object.entries(copy)) {
        maskOf(name, path);
        if (typeof on !== "boolean") {
          throw new TypeError(
            `Cannot write ${path}.${name}: a bit takes a boolean: received ${
              shown(on)
            }`,
          );
        }
      }
      return copy;
    },
    store(target, offset, value, little) {
      let whole = loadBits(target, offset, little);
      for (
        const [name, on] of Object.entries(value as Record<string, boolean>)
      ) {
        const mask = maskOf(name, name);
        whole = on ? whole | mask : whole & ~mask;
      }
      storeBits(target, offset, whole, little);
    },
    part: (source, offset, little, path) =>
      new BitsPart(source, offset, little, path, codec, maskOf, loadBits),
  };
  return codec;
}

/** The bits of one field of a view. */
class BitsPart implements Part, Bits<string> {
  readonly #source: Source;
  #offset: number;
  readonly #little: boolean;
  readonly #path: string;
  readonly #codec: Codec;
  readonly #maskOf: (name: string, path: string) => bigint;
  readonly #load: (source: Source, offset: number, little: boolean) => bigint;
  readonly value: Bits<string>;

  constructor(
    source: Source,
    offset: number,
    little: boolean,
    path: string,
    codec: Codec,
    maskOf: (name: string, path: string) => bigint,
    load: (source: Source, offset: number, little: boolean) => bigint,
  ) {
    this.#source = source;
    this.#offset = offset;
    this.#little = little;
    this.#path = path;
    this.#codec = codec;
    this.#maskOf = maskOf;
    this.#load = load;
    this.value = Object.freeze({
      has: (name: string) => this.has(name),
      read: () => this.read(),
      set: (name: string, on?: boolean) => this.set(name, on),
      write: (values: Partial<BitValues<string>>) => this.write(values),
    });
  }

  move(byteOffset: number): void {
    this.#offset = byteOffset;
  }

  has(name: string): boolean {
    const mask = this.#maskOf(name, this.#path);
    return (this.#load(this.#source, this.#offset, this.#little) & mask) !== 0n;
  }

  read(): BitValues<string> {
    return this.#codec.load(
      this.#source,
      this.#offset,
      this.#little,
    ) as BitValues<string>;
  }

  set(name: string, on = true): void {
    this.write({ [name]: on });
  }

  write(values: Partial<BitValues<string>>): void {
    if (!(this.#source instanceof DataView)) {
      throw readOnly(`write ${this.#path}`);
    }
    const checked = this.#codec.check(values, this.#path);
    this.#codec.store(this.#source, this.#offset, checked, this.#little);
  }
}

import { type Codec, codecOf, type Part, type Source } from "./codec.ts";
import { integerCodec } from "./enumeration.ts";
import { FieldType, readOnly } from "./field_type.ts";

/** A shared integer in a view. */
export interface ReadonlyAtomicCell<V> {
  /** Loads it; what its writer stored before it is visible after it. */
  load(): V;
}

/** A shared integer in a view that can be written; see `Atomics`. */
export interface AtomicCell<V> extends ReadonlyAtomicCell<V> {
  /** Stores it; what was stored before it is visible before it. */
  store(value: V): void;
  /** Adds; returns what was there. It wraps as C does. */
  add(value: V): V;
  /** Stores `replacement` if it is `expected`; returns what was there. */
  compareExchange(expected: V, replacement: V): V;
  /** Stores; returns what was there. */
  exchange(value: V): V;
}

/**
 * A type of shared integers, made by {@linkcode atomic}.
 *
 * @example Its size
 * ```ts
 * import { atomic, u32 } from "@shmem/shmem/struct";
 *
 * const counter = atomic(u32);
 * console.log(counter.size, counter.align); // 4 4
 * ```
 */
export class AtomicType<V extends number | bigint> extends FieldType<V> {
  /** The integer. */
  readonly base: FieldType<V>;

  /** Types are made by the functions of this module. */
  constructor(base: FieldType<V>) {
    super(`atomic(${base.name})`, base.size, base.size, atomicCodec(base));
    this.base = base;
  }
}

/**
 * An integer that several processes change at once: read and written by
 * `Atomics`, in the machine's byte order, at a multiple of its size in memory.
 *
 * @param base `u32`, `i32`, `u64` or `i64`.
 * @returns The type; a view shows it as an object with `load`, `store`, `add`,
 * `compareExchange` and `exchange`.
 *
 * @example A counter
 * ```ts
 * import { atomic, struct, u32 } from "@shmem/shmem/struct";
 *
 * const Counters = struct({ seen: atomic(u32) });
 * const counters = Counters.at(new Uint8Array(Counters.size));
 * counters.seen.add(2);
 * console.log(counters.seen.load()); // 2
 * ```
 */
export function atomic<V extends number | bigint>(
  base: FieldType<V>,
): AtomicType<V> {
  integerCodec(base, "atomic");
  if (base.size < 4) {
    throw new TypeError(
      `Cannot make atomic: it takes u32, i32, u64 or i64: received ${base.name}`,
    );
  }
  return new AtomicType(base);
}

type Words = Int32Array | Uint32Array | BigInt64Array | BigUint64Array;

/** Words of one type over a buffer. */
function wordsOver(
  name: string,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): Words {
  switch (name) {
    case "u32":
      return new Uint32Array(buffer, byteOffset, length);
    case "i64":
      return new BigInt64Array(buffer, byteOffset, length);
    case "u64":
      return new BigUint64Array(buffer, byteOffset, length);
    default:
      return new Int32Array(buffer, byteOffset, length);
  }
}

function atomicCodec(base: FieldType<number | bigint>): Codec {
  const { check } = codecOf(base);
  const loadFrom = (source: Source, offset: number) => {
    if (source instanceof DataView) {
      return Atomics.load(wordAt(base, source, offset) as Int32Array, 0);
    }
    if (base.size === 4) {
      const value = source.loadInt32(offset);
      return base.name === "u32" ? value >>> 0 : value;
    }
    const value = source.loadBigInt64(offset);
    return base.name === "u64" ? BigInt.asUintN(64, value) : value;
  };
  return {
    shape: { kind: "atomic", base },
    load: loadFrom,
    check,
    store: (target, offset, value) => {
      Atomics.store(
        wordAt(base, target, offset) as Int32Array,
        0,
        value as number,
      );
    },
    part: (source, offset, _little, path) =>
      new AtomicPart(base, source, offset, path, check, loadFrom),
  };
}

/** One word of memory, checked to be aligned. */
function wordAt(
  base: FieldType<number | bigint>,
  source: DataView,
  offset: number,
): Words {
  const { buffer, byteOffset } = source;
  const absolute = byteOffset + offset;
  if (absolute % base.size !== 0) {
    throw unaligned("atomic", base, absolute);
  }
  // Not beyond the view, which may be a part of its buffer.
  if (offset + base.size > source.byteLength) {
    throw new RangeError(`Cannot use atomic(${base.name}): out of bounds`);
  }
  return wordsOver(base.name, buffer, absolute, 1);
}

/** The integer of one field of a view. */
class AtomicPart implements Part {
  readonly #base: FieldType<number | bigint>;
  readonly #source: Source;
  readonly #path: string;
  readonly #check: Codec["check"];
  readonly #load: (source: Source, offset: number) => number | bigint;
  /** All of the memory from its first aligned byte on. */
  readonly #words: Words | undefined;
  #offset = 0;
  #index = 0;
  readonly value: AtomicCell<number | bigint>;

  constructor(
    base: FieldType<number | bigint>,
    source: Source,
    offset: number,
    path: string,
    check: Codec["check"],
    load: (source: Source, offset: number) => number | bigint,
  ) {
    this.#base = base;
    this.#source = source;
    this.#path = path;
    this.#check = check;
    this.#load = load;
    this.#words = source instanceof DataView
      ? allWords(base, source)
      : undefined;
    this.move(offset);
    this.value = Object.freeze(this.#cell());
  }

  move(byteOffset: number): void {
    this.#offset = byteOffset;
    if (!(this.#source instanceof DataView)) return;
    this.#index = (this.#source.byteOffset + byteOffset) / this.#base.size;
  }

  #cell(): AtomicCell<number | bigint> {
    const words = () => {
      if (this.#words === undefined) throw readOnly(`write ${this.#path}`);
      if (!Number.isInteger(this.#index)) {
        throw unaligned(
          this.#path,
          this.#base,
          this.#index * this.#base.size,
        );
      }
      // One type for the compiler; Atomics itself takes all of them.
      return this.#words as Int32Array;
    };
    const checked = (value: number | bigint) => {
      return this.#check(value, this.#path) as number;
    };
    return {
      load: () =>
        this.#words === undefined
          ? this.#load(this.#source, this.#offset)
          : Atomics.load(words(), this.#index),
      store: (value) => {
        Atomics.store(words(), this.#index, checked(value));
      },
      add: (value) => Atomics.add(words(), this.#index, checked(value)),
      compareExchange: (expected, replacement) =>
        Atomics.compareExchange(
          words(),
          this.#index,
          checked(expected),
          checked(replacement),
        ),
      exchange: (value) =>
        Atomics.exchange(words(), this.#index, checked(value)),
    };
  }
}

/** The words of a view's buffer up to the end of the view. */
function allWords(base: FieldType<number | bigint>, view: DataView): Words {
  const end = view.byteOffset + view.byteLength;
  return wordsOver(base.name, view.buffer, 0, Math.trunc(end / base.size));
}

function unaligned(
  path: string,
  base: FieldType<number | bigint>,
  absolute: number,
): RangeError {
  return new RangeError(
    `Cannot use ${path}: ${base.name} must lie at a multiple of ${base.size} in memory to be atomic: it is at ${absolute}`,
  );
}

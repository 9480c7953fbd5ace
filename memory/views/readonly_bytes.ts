import { describe } from "../../ffi/libc/integers.ts";
import { uncurry } from "../../ffi/memory/builtins.ts";
import { AtomicLoads } from "./atomic_loads.ts";
import { clamp, indexIn } from "./search.ts";

// Called as they are here, not as the target has them: an array of a class of
// its own must not be handed a view of read-only memory, because a write
// through it would kill the process.
const prototype = Uint8Array.prototype;
const set: (target: Uint8Array, source: Uint8Array, offset: number) => void =
  uncurry(prototype.set);
const values = uncurry(prototype.values);

let viewOfMemory: (memory: ReadonlyBytes) => Uint8Array<ArrayBuffer>;
let wrapView: (view: Uint8Array<ArrayBuffer>) => ReadonlyBytes;

/**
 * Memory that can be read and not written.
 *
 * A write through an ordinary view of memory that is mapped for reading only
 * kills the process with SIGSEGV, which nothing can catch. So such memory comes
 * as this: every way of reading, no way of writing, and at about the speed of a
 * `Uint8Array`.
 *
 * It is live: it shows what other processes write. When the memory is unmapped
 * its length becomes 0, {@linkcode ReadonlyBytes.at} returns `undefined`, and the
 * getters throw `TypeError`.
 *
 * A program that replaces built-in methods, such as `DataView.prototype.getInt8`,
 * can get at the view behind it; that is beyond what it protects from.
 *
 * @example Read what another handle writes
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 *
 * using memory = SharedMemory.anonymous({ size: 4096 });
 * using writer = memory.map();
 * using reader = memory.map({ access: "read" });
 * writer.bytes[0] = 42;
 * console.log(reader.bytes.at(0)); // 42
 * ```
 */
export class ReadonlyBytes implements Iterable<number> {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #loads: AtomicLoads;

  private constructor(bytes: Uint8Array<ArrayBuffer>) {
    const { buffer, byteOffset, byteLength } = bytes;
    this.#bytes = bytes;
    this.#loads = new AtomicLoads(bytes);
    this.#view = new DataView(buffer, byteOffset, byteLength);
  }

  static {
    viewOfMemory = (memory) => memory.#bytes;
    wrapView = (view) => new ReadonlyBytes(view);
  }

  /** Length in bytes; 0 once the memory is unmapped. */
  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  /** Length in bytes, as typed arrays call it. */
  get length(): number {
    return this.#bytes.length;
  }

  /**
   * Reads one byte, as `Uint8Array.at` does.
   *
   * @param index An integer; a negative one counts from the end.
   * @returns The byte, or `undefined` outside the memory.
   */
  at(index: number): number | undefined {
    const bytes = this.#bytes;
    return bytes[index < 0 ? index + bytes.length : index];
  }

  /**
   * Copies bytes out.
   *
   * @param start First byte. Default: 0. Negative: from the end.
   * @param end Byte behind the last. Default: the length. Negative: from the end.
   * @returns A copy of its own.
   */
  slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#part(start, end));
  }

  /**
   * Returns a part of the same memory, without copying.
   *
   * @param start First byte. Default: 0. Negative: from the end.
   * @param end Byte behind the last. Default: the length. Negative: from the end.
   * @returns The part, as live and as read-only as the whole.
   */
  subarray(start?: number, end?: number): ReadonlyBytes {
    return new ReadonlyBytes(this.#part(start, end));
  }

  /**
   * Copies bytes into an array that exists, as fast as `target.set(bytes)` does
   * from a `Uint8Array`. (`target.set` itself knows no read-only memory, and takes
   * it for an array of nothing.)
   *
   * @param target Where to copy to.
   * @param targetOffset Index in `target` of the first byte. Default: 0.
   * @param start First byte of this memory. Default: 0.
   * @param end Byte behind the last. Default: the length.
   * @returns How many bytes were copied.
   * @throws {RangeError} When they do not fit.
   */
  copyTo(
    target: Uint8Array,
    targetOffset = 0,
    start?: number,
    end?: number,
  ): number {
    const source = start === undefined && end === undefined
      ? this.#bytes
      : this.#part(start, end);
    set(target, source, targetOffset);
    return source.byteLength;
  }

  /**
   * Decodes the bytes as text, as `TextDecoder` does, from a copy: the engine reads
   * what it decodes twice, and other processes may change it in between.
   *
   * @param encoding A label of the Encoding Standard.
   * @default "utf-8"
   * @returns The text, NUL characters included.
   */
  text(encoding = "utf-8"): string {
    const copy = this.length === 0 ? new Uint8Array() : this.slice();
    return new TextDecoder(encoding).decode(copy);
  }

  /** Iterates over the bytes. */
  [Symbol.iterator](): IterableIterator<number> {
    return values(this.#bytes);
  }

  /**
   * Finds bytes, as `Uint8Array.indexOf` finds one.
   *
   * @param wanted One byte, several, or a text, which is looked for as UTF-8.
   * @param start Where to begin. Default: 0. Negative: from the end.
   * @returns Where they start, or -1.
   * @throws {TypeError} When it is none of these.
   */
  indexOf(
    wanted: number | string | Uint8Array | ReadonlyBytes,
    start = 0,
  ): number {
    if (wanted instanceof ReadonlyBytes) {
      return indexIn(this.#bytes, wanted.#bytes, start);
    }
    const known = typeof wanted === "number" || typeof wanted === "string" ||
      wanted instanceof Uint8Array;
    if (known) return indexIn(this.#bytes, wanted, start);
    throw new TypeError(
      `Cannot look for it: it must be a byte, bytes or a string: received ${
        describe(wanted)
      }`,
    );
  }

  /**
   * Returns whether bytes are there, as `Uint8Array.includes` does for one.
   *
   * @param wanted One byte, several, or a text, which is looked for as UTF-8.
   * @param start Where to begin. Default: 0. Negative: from the end.
   * @returns Whether they were found.
   * @throws {TypeError} When it is none of these.
   */
  includes(
    wanted: number | string | Uint8Array | ReadonlyBytes,
    start = 0,
  ): boolean {
    return this.indexOf(wanted, start) !== -1;
  }

  /** Reads 8 bits, signed, as `DataView.getInt8`. */
  getInt8(byteOffset: number): number {
    return this.#view.getInt8(byteOffset);
  }

  /** Reads 8 bits, unsigned, as `DataView.getUint8`. */
  getUint8(byteOffset: number): number {
    return this.#view.getUint8(byteOffset);
  }

  /** Reads 16 bits, signed, as `DataView.getInt16`: big-endian by default. */
  getInt16(byteOffset: number, littleEndian?: boolean): number {
    return this.#view.getInt16(byteOffset, littleEndian);
  }

  /** Reads 16 bits, unsigned, as `DataView.getUint16`: big-endian by default. */
  getUint16(byteOffset: number, littleEndian?: boolean): number {
    return this.#view.getUint16(byteOffset, littleEndian);
  }

  /** Reads 32 bits, signed, as `DataView.getInt32`: big-endian by default. */
  getInt32(byteOffset: number, littleEndian?: boolean): number {
    return this.#view.getInt32(byteOffset, littleEndian);
  }

  /** Reads 32 bits, unsigned, as `DataView.getUint32`: big-endian by default. */
  getUint32(byteOffset: number, littleEndian?: boolean): number {
    return this.#view.getUint32(byteOffset, littleEndian);
  }

  /** Reads 64 bits, signed, as `DataView.getBigInt64`: big-endian by default. */
  getBigInt64(byteOffset: number, littleEndian?: boolean): bigint {
    return this.#view.getBigInt64(byteOffset, littleEndian);
  }

  /** Reads 64 bits, unsigned, as `DataView.getBigUint64`: big-endian by default. */
  getBigUint64(byteOffset: number, littleEndian?: boolean): bigint {
    return this.#view.getBigUint64(byteOffset, littleEndian);
  }

  /** Reads a half-precision number, as `DataView.getFloat16`: big-endian by default. */
  getFloat16(byteOffset: number, littleEndian?: boolean): number {
    return this.#view.getFloat16(byteOffset, littleEndian);
  }

  /** Reads a single-precision number, as `DataView.getFloat32`: big-endian by default. */
  getFloat32(byteOffset: number, littleEndian?: boolean): number {
    return this.#view.getFloat32(byteOffset, littleEndian);
  }

  /** Reads a double-precision number, as `DataView.getFloat64`: big-endian by default. */
  getFloat64(byteOffset: number, littleEndian?: boolean): number {
    return this.#view.getFloat64(byteOffset, littleEndian);
  }

  /**
   * Loads 32 bits atomically, in the machine's byte order, as `Atomics.load`
   * does: what the writer stored before it is visible after it.
   *
   * @param byteOffset A multiple of 4 in memory.
   * @throws {RangeError} When it is unaligned or outside the memory.
   */
  loadInt32(byteOffset: number): number {
    return this.#loads.int32(byteOffset);
  }

  /** Loads 32 bits atomically and unsigned; see {@linkcode ReadonlyBytes.loadInt32}. */
  loadUint32(byteOffset: number): number {
    return this.loadInt32(byteOffset) >>> 0;
  }

  /**
   * Loads 64 bits atomically, in the machine's byte order; see
   * {@linkcode ReadonlyBytes.loadInt32}.
   *
   * @param byteOffset A multiple of 8 in memory.
   * @throws {RangeError} When it is unaligned or outside the memory.
   */
  loadBigInt64(byteOffset: number): bigint {
    return this.#loads.bigInt64(byteOffset);
  }

  /** Loads 64 bits atomically and unsigned; see {@linkcode ReadonlyBytes.loadBigInt64}. */
  loadBigUint64(byteOffset: number): bigint {
    return BigInt.asUintN(64, this.loadBigInt64(byteOffset));
  }

  /** Shows length and first bytes in `console.log`. */
  [Symbol.for("Deno.customInspect")](): string {
    // There is nothing to slice once the memory is unmapped.
    const first = this.length === 0 ? [] : this.slice(0, 16);
    const shown = first.join(", ");
    const more = this.length > 16 ? ", …" : "";
    return `ReadonlyBytes(${this.length}) [ ${shown}${more} ]`;
  }

  // Uint8Array.subarray would ask the prototype for a constructor.
  #part(start = 0, end?: number): Uint8Array<ArrayBuffer> {
    const { buffer, byteOffset, byteLength } = this.#bytes;
    const from = clamp(start, byteLength);
    const to = Math.max(from, clamp(end ?? byteLength, byteLength));
    return new Uint8Array(buffer, byteOffset + from, to - from);
  }
}

/** Wraps a view of memory, for the memory layer alone: the view must not get out. */
export function readonlyBytes(view: Uint8Array<ArrayBuffer>): ReadonlyBytes {
  return wrapView(view);
}

/** The view behind read-only memory, for the layers of this library alone. */
export function viewOf(memory: ReadonlyBytes): Uint8Array<ArrayBuffer> {
  return viewOfMemory(memory);
}

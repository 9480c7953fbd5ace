/**
 * Memory that structs are laid over.
 *
 * @module
 */

/**
 * Memory that can be read and not written, such as `ReadonlyBytes` of
 * `@shmem/shmem`: what a `DataView` reads, and whole copies.
 */
export interface ReadableBytes {
  /** Length in bytes. */
  readonly byteLength: number;
  /** Copies bytes out. */
  slice(start?: number, end?: number): Uint8Array;
  /** Reads 8 bits, signed. */
  getInt8(byteOffset: number): number;
  /** Reads 8 bits, unsigned. */
  getUint8(byteOffset: number): number;
  /** Reads 16 bits, signed. */
  getInt16(byteOffset: number, littleEndian?: boolean): number;
  /** Reads 16 bits, unsigned. */
  getUint16(byteOffset: number, littleEndian?: boolean): number;
  /** Reads 32 bits, signed. */
  getInt32(byteOffset: number, littleEndian?: boolean): number;
  /** Reads 32 bits, unsigned. */
  getUint32(byteOffset: number, littleEndian?: boolean): number;
  /** Reads 64 bits, signed. */
  getBigInt64(byteOffset: number, littleEndian?: boolean): bigint;
  /** Reads 64 bits, unsigned. */
  getBigUint64(byteOffset: number, littleEndian?: boolean): bigint;
  /** Reads a single-precision number. */
  getFloat32(byteOffset: number, littleEndian?: boolean): number;
  /** Reads a double-precision number. */
  getFloat64(byteOffset: number, littleEndian?: boolean): number;
  /** Loads 32 bits atomically. */
  loadInt32(byteOffset: number): number;
  /** Loads 64 bits atomically. */
  loadBigInt64(byteOffset: number): bigint;
}

/** Memory that a struct can be laid over. */
export type Bytes = Uint8Array | ReadableBytes;

/** What a getter of `DataView` looks like on memory that can be read only. */
const READS = ["slice", "getUint8", "getFloat64", "loadInt32"] as const;

/** What values are read from: a `DataView` over an array, or the memory itself. */
export function sourceOf(
  bytes: Bytes,
  operation: string,
): DataView | ReadableBytes {
  // A proxy of an array is no array: nothing of it can be asked for.
  if (bytes instanceof Uint8Array && ArrayBuffer.isView(bytes)) {
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  if (isReadable(bytes)) return bytes;
  throw new TypeError(
    `Cannot ${operation}: it takes a Uint8Array or read-only bytes, such as mapping.bytes: received ${
      typeof bytes === "object" && bytes !== null ? "an object" : String(bytes)
    }`,
  );
}

function isReadable(bytes: unknown): bytes is ReadableBytes {
  return typeof bytes === "object" && bytes !== null &&
    !ArrayBuffer.isView(bytes) &&
    READS.every((name) => typeof Reflect.get(bytes, name) === "function");
}

/** Copies a range out. */
export function copyOut(
  source: DataView | ReadableBytes,
  byteOffset: number,
  byteLength: number,
): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(byteLength);
  if (source instanceof DataView) {
    copy.set(
      new Uint8Array(
        source.buffer,
        source.byteOffset + byteOffset,
        byteLength,
      ),
    );
  } else {
    copy.set(source.slice(byteOffset, byteOffset + byteLength));
  }
  return copy;
}

/** Throws unless a range lies in memory. */
export function checkRange(
  source: DataView | ReadableBytes,
  byteOffset: number,
  byteLength: number,
  operation: string,
): void {
  const available = lengthOf(source);
  if (
    typeof byteOffset === "number" && Number.isInteger(byteOffset) &&
    byteOffset >= 0 && byteOffset + byteLength <= available
  ) return;
  if (typeof byteOffset !== "number") {
    throw new TypeError(
      `Cannot ${operation}: the offset must be a number: received ${typeof byteOffset}`,
    );
  }
  throw new RangeError(
    `Cannot ${operation}: it takes ${byteLength} bytes from an offset of whole bytes on, and the memory has ${available}: received offset ${byteOffset}`,
  );
}

function lengthOf(source: DataView | ReadableBytes): number {
  try {
    return source.byteLength;
  } catch {
    // DataView: the memory is unmapped.
    return 0;
  }
}

/**
 * What typed arrays say about themselves, past whatever a subclass or a program
 * made of their properties: a source that is believed to be shorter than it is
 * would be copied over what lies behind its record. The functions are taken when
 * the module is imported and never looked up again.
 *
 * @module
 */

const TYPED_ARRAY: object = Object.getPrototypeOf(Uint8Array.prototype);
const { call } = Function.prototype;

function getterOf(prototype: object, key: PropertyKey): () => unknown {
  const get = Object.getOwnPropertyDescriptor(prototype, key)?.get;
  if (get === undefined) throw new TypeError(`No getter of ${String(key)}`);
  return get;
}

/** Returns the length in bytes; 0 when the memory is gone. */
export const byteLengthOf: (array: ArrayBufferView) => number = call.bind(
  getterOf(TYPED_ARRAY, "byteLength"),
);

/** Returns where the array starts in its buffer. */
export const byteOffsetOf: (array: ArrayBufferView) => number = call.bind(
  getterOf(TYPED_ARRAY, "byteOffset"),
);

/** Returns the buffer. */
export const bufferOf: (array: ArrayBufferView) => ArrayBufferLike = call.bind(
  getterOf(TYPED_ARRAY, "buffer"),
);

const nameOf: (value: unknown) => unknown = call.bind(
  getterOf(TYPED_ARRAY, Symbol.toStringTag),
);

const isResizable: (buffer: ArrayBufferLike) => boolean = call.bind(
  getterOf(ArrayBuffer.prototype, "resizable"),
);

const isGrowable: (buffer: ArrayBufferLike) => boolean = call.bind(
  getterOf(SharedArrayBuffer.prototype, "growable"),
);

/** Throws when the array has no memory (ECMA-262, ValidateTypedArray). */
const elementAt: (array: Uint8Array, index: number) => unknown = call.bind(
  Uint8Array.prototype.at,
);

/** A part of an array of our own. */
export const subarrayOf: <Memory extends ArrayBufferLike>(
  array: Uint8Array<Memory>,
  start: number,
  end: number,
) => Uint8Array<Memory> = call.bind(Uint8Array.prototype.subarray);

/** Copies an array to an index of another. */
export const setBytes: (
  target: Uint8Array,
  source: Uint8Array,
  index: number,
) => void = call.bind(Uint8Array.prototype.set);

/** Fills a part of an array. */
export const fillBytes: (
  target: Uint8Array,
  value: number,
  start: number,
  end: number,
) => void = call.bind(Uint8Array.prototype.fill);

/**
 * Whether a value is bytes, of a subclass or another realm, too. A proxy is not:
 * nothing can be copied from it without surprise.
 */
export function isBytes(value: unknown): value is Uint8Array {
  return nameOf(value) === "Uint8Array";
}

/**
 * A part of an array. Not by `subarray`, which a class of the user's may have
 * changed: nothing may fail between a claim and its end.
 */
export function partOf(
  source: Uint8Array,
  offset: number,
  length: number,
): Uint8Array {
  const start = byteOffsetOf(source) + offset;
  return new Uint8Array(bufferOf(source), start, length);
}

/**
 * Whether memory cannot change its size while it is copied. Asked in a way that
 * runs nothing of the user's: it happens between a claim and its end.
 */
export function hasFixedSize(buffer: ArrayBufferLike): boolean {
  try {
    return !isResizable(buffer);
  } catch {
    // Only shared buffers refuse that question.
    return !isGrowable(buffer);
  }
}

/** What messages say of such an array, behind "its memory is". */
export const GONE =
  "unmapped or transferred, or its buffer was made smaller; pass an array of memory that is there";

/**
 * Whether the memory of an array is unmapped or transferred, or its buffer was made
 * so small that the array lies outside of it.
 */
export function isGone(source: Uint8Array): boolean {
  try {
    elementAt(source, 0);
    return false;
  } catch (error) {
    // For want of stack it cannot be told.
    if (error instanceof RangeError) throw error;
    return true;
  }
}

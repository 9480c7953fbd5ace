/**
 * Built-in functions as they are when this library is imported, callable without
 * their prototypes: what someone replaces later, or shadows on a view, must not
 * decide what memory is read, written or unmapped.
 *
 * @module
 */

const { call, bind } = Function.prototype;

// A bound call(), so that not even Function.prototype.call is looked up later.
/** Makes a method a function that takes `this` first. */
export const uncurry: <This, Args extends unknown[], Result>(
  method: (this: This, ...args: Args) => Result,
) => (self: This, ...args: Args) => Result = bind.bind(call);

/** Makes a getter a function that takes `this`. */
export function getter<This, Result>(
  prototype: object,
  name: PropertyKey,
): (self: This) => Result {
  const get = Object.getOwnPropertyDescriptor(prototype, name)?.get;
  if (get === undefined) throw new Error(`There is no ${String(name)} to read`);
  return uncurry(get);
}

const TypedArray = Object.getPrototypeOf(Uint8Array.prototype);

/** `ArrayBuffer.prototype.transfer`. */
const transfer: (buffer: ArrayBuffer, newByteLength: number) => ArrayBuffer =
  uncurry(ArrayBuffer.prototype.transfer);

/** `ArrayBuffer.prototype.byteLength`: 0 once it is detached. */
export const bufferByteLength: (buffer: ArrayBuffer) => number = getter(
  ArrayBuffer.prototype,
  "byteLength",
);

/** `ArrayBuffer.prototype.detached`. */
export const isDetached: (buffer: ArrayBuffer) => boolean = getter(
  ArrayBuffer.prototype,
  "detached",
);

/** `%TypedArray%.prototype.buffer`. */
export const viewBuffer: (view: ArrayBufferView) => ArrayBufferLike = getter(
  TypedArray,
  "buffer",
);

/** `%TypedArray%.prototype.byteOffset`: 0 once its buffer is detached. */
export const viewByteOffset: (view: ArrayBufferView) => number = getter(
  TypedArray,
  "byteOffset",
);

/** `%TypedArray%.prototype.byteLength`: 0 once its buffer is detached. */
export const viewByteLength: (view: ArrayBufferView) => number = getter(
  TypedArray,
  "byteLength",
);

/** The name of a typed array's class; undefined for what is none. */
export const typedArrayName: (value: unknown) => string | undefined = getter(
  TypedArray,
  Symbol.toStringTag,
);

/** Detaches a buffer. Its memory is not freed, and nobody has it any more. */
export function detach(buffer: ArrayBuffer): void {
  // Without the 0 the memory would live on in the buffer that transfer returns.
  transfer(buffer, 0);
}

const probe = new ArrayBuffer(8);
detach(probe);

/** Whether {@linkcode detach} does so: someone may have replaced what it uses before. */
export const canDetach = bufferByteLength(probe) === 0 && isDetached(probe);

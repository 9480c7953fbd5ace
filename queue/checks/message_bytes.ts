import { describe } from "../../ffi/libc/integers.ts";

// The system is told these numbers: taken from the array itself, not from what a
// subclass or a patched prototype says.
const PROTOTYPE = Object.getPrototypeOf(Uint8Array.prototype);
const kindOf = getter(PROTOTYPE, Symbol.toStringTag);
const lengthOf = getter(PROTOTYPE, "byteLength");
const bufferOf = getter(PROTOTYPE, "buffer");
const isDetached = getter(ArrayBuffer.prototype, "detached");

function getter(prototype: object, name: PropertyKey) {
  const { get } = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
  if (get === undefined) throw new Error(`${String(name)} has no getter`);
  const { call } = Function.prototype;
  return call.bind(get);
}

/**
 * Checks what is to be sent.
 *
 * @returns Its length in bytes, as it really is.
 * @throws {TypeError} When it is no `Uint8Array`, or its memory is gone.
 */
export function checkMessage(bytes: Uint8Array, operation: string): number {
  if (kindOf(bytes) !== "Uint8Array") {
    throw new TypeError(
      `Cannot ${operation}: a message is a Uint8Array: received ${
        describe(bytes)
      }`,
    );
  }
  const length = lengthOf(bytes);
  // Nobody sends nothing by mistake, but for one whose memory is gone.
  if (length === 0 && isGone(bufferOf(bytes))) {
    throw new TypeError(
      `Cannot ${operation}: the memory of the message was unmapped, or transferred to another owner`,
    );
  }
  return length;
}

function isGone(buffer: ArrayBufferLike): boolean {
  return buffer instanceof ArrayBuffer && isDetached(buffer);
}

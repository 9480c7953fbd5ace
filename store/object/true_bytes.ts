import {
  byteLengthOf,
  GONE,
  isBytes,
  isGone,
} from "../../channel/buffers/typed_arrays.ts";
import { describe } from "../../memory/checks/integers.ts";

/**
 * Checks bytes that are to be copied into an object.
 *
 * @param bytes What the caller was given.
 * @param operation What they are for, and what they are: "write X: a value".
 * @throws {TypeError} When they are no `Uint8Array`, or their memory is gone.
 */
export function requireBytes(
  bytes: unknown,
  operation: string,
): asserts bytes is Uint8Array {
  if (!isBytes(bytes)) {
    throw new TypeError(
      `Cannot ${operation} must be a Uint8Array: received ${describe(bytes)}`,
    );
  }
  // Only an empty one can be gone, and looking takes time.
  if (byteLengthOf(bytes) > 0 || !isGone(bytes)) return;
  throw new TypeError(`Cannot ${operation} must have memory: it is ${GONE}`);
}

/**
 * The same, and measures them: not by what the array or a class of the user's says
 * of its length, which may be less than is copied over what lies behind.
 *
 * @returns Their length.
 */
export function trueLength(bytes: Uint8Array, operation: string): number {
  requireBytes(bytes, operation);
  return byteLengthOf(bytes);
}

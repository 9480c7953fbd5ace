import {
  byteLengthOf,
  isBytes,
  isGone,
} from "../../channel/buffers/typed_arrays.ts";
import { describe } from "../../memory/checks/integers.ts";

/**
 * Checks bytes that are to be copied into an object, and measures them: not by what
 * the array or a class of the user's says of its length, which may be less than is
 * copied over what lies behind.
 *
 * @param bytes What the caller was given.
 * @param operation What they are for, and what they are: "write X: a value".
 * @returns Their length.
 * @throws {TypeError} When they are no `Uint8Array`, or their memory is gone.
 */
export function trueLength(bytes: Uint8Array, operation: string): number {
  if (!isBytes(bytes)) {
    throw new TypeError(
      `Cannot ${operation} must be a Uint8Array: received ${describe(bytes)}`,
    );
  }
  const length = byteLengthOf(bytes);
  // Only an empty one can be gone, and looking takes time.
  if (length > 0 || !isGone(bytes)) return length;
  throw new TypeError(
    `Cannot ${operation} must have memory: it is unmapped or transferred, or its buffer was made smaller; pass an array of memory that is there`,
  );
}

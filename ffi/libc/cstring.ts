const encoder = new TextEncoder();

/**
 * Encodes a string for C: UTF-8 with a NUL at its end.
 *
 * @throws {TypeError} When the string holds a NUL, where C would see its end,
 * or half of a surrogate pair.
 */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) {
    throw new TypeError(
      `Cannot pass ${JSON.stringify(text)} to C: it contains a NUL`,
    );
  }
  // Encoding would make the same of different ones.
  if (!text.isWellFormed()) {
    throw new TypeError(
      `Cannot pass ${
        JSON.stringify(text)
      } to C: it has half of a surrogate pair, which no UTF-8 can hold`,
    );
  }
  return encoder.encode(`${text}\0`);
}

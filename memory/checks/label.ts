/**
 * Labels: what an object says of itself for people and tools.
 *
 * @module
 */

import { describe } from "./integers.ts";

/** Bytes of a label in an object's control words, padded with zeros. */
export const LABEL_LENGTH = 32;

const encoder = new TextEncoder();
// A mark of the order of bytes is a character like any other.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Checks a label: text of at most so many bytes. */
export function checkLabel(label: string, most = LABEL_LENGTH): void {
  if (typeof label !== "string") {
    throw new TypeError(
      `Cannot use the label: it must be a string: received ${describe(label)}`,
    );
  }
  // Before anything is done with all of it: text has at least as many bytes as units.
  if (label.length > 4 * most) {
    throw new RangeError(
      `Cannot use the label: it has more than ${
        4 * most
      } bytes, and ${most} are allowed`,
    );
  }
  if (label.includes("\0")) {
    throw new TypeError("Cannot use the label: it contains a NUL");
  }
  if (!label.isWellFormed()) {
    throw new TypeError(
      "Cannot use the label: it has half of a surrogate pair, which no UTF-8 can hold",
    );
  }
  const { byteLength } = encoder.encode(label);
  if (byteLength > most) {
    throw new RangeError(
      `Cannot use the label: it has ${byteLength} bytes, and ${most} are allowed`,
    );
  }
}

/** Writes a label that was checked into fresh control words. */
export function writeLabel(
  view: DataView,
  byteOffset: number,
  label: string,
): void {
  encoder.encode(label).forEach((byte, i) =>
    view.setUint8(byteOffset + i, byte)
  );
}

/** Reads a label; empty when there is none. */
export function readLabel(
  view: { getUint8(byteOffset: number): number },
  byteOffset: number,
): string {
  // A copy: memory that others write must not be decoded in place.
  const bytes = Uint8Array.from(
    { length: LABEL_LENGTH },
    (_, i) => view.getUint8(byteOffset + i),
  );
  const end = bytes.indexOf(0);
  return decoder.decode(end === -1 ? bytes : bytes.subarray(0, end));
}

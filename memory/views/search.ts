/**
 * Searching in bytes, and counting from their end.
 *
 * @module
 */

import { uncurry } from "../../ffi/memory/builtins.ts";

const indexOfByte: (bytes: Uint8Array, byte: number, from: number) => number =
  uncurry(Uint8Array.prototype.indexOf);
const encoder = new TextEncoder();

/**
 * Finds a byte or several.
 *
 * @param start Where to begin; negative: from the end.
 * @returns Where they start, or -1.
 */
export function indexIn(
  bytes: Uint8Array,
  wanted: number | string | Uint8Array,
  start: number,
): number {
  const from = clamp(start, bytes.length);
  // Nothing is found in memory that is unmapped.
  if (bytes.length === 0) return wanted === "" ? 0 : -1;
  if (typeof wanted === "number") return indexOfByte(bytes, wanted, from);
  return indexOfAll(
    bytes,
    // A copy: nobody changes it while it is looked for.
    typeof wanted === "string"
      ? encoder.encode(wanted)
      : new Uint8Array(wanted),
    from,
  );
}

function indexOfAll(
  bytes: Uint8Array,
  wanted: Uint8Array,
  start: number,
): number {
  const [first] = wanted;
  if (first === undefined) return start;
  const last = bytes.length - wanted.length;
  for (let at = start; at <= last; at++) {
    at = indexOfByte(bytes, first, at);
    if (at === -1 || at > last) return -1;
    let length = 1;
    while (length < wanted.length && bytes[at + length] === wanted[length]) {
      length++;
    }
    if (length === wanted.length) return at;
  }
  return -1;
}

/** An index as `slice` takes it: negative from the end, and never outside. */
export function clamp(index: number, length: number): number {
  const integer = Math.trunc(index) || 0;
  return integer < 0
    ? Math.max(0, integer + length)
    : Math.min(integer, length);
}

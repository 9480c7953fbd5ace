import {
  byteLengthOf,
  isBytes,
  setBytes,
} from "../../channel/buffers/typed_arrays.ts";
import { describe } from "../../memory/checks/integers.ts";
import { trueLength } from "../object/true_bytes.ts";
import { LONGEST_KEY, TEXT_KEY } from "./map_layout.ts";

/** A key: text, or bytes. Text is the same as its UTF-8. */
export type Key = string | Uint8Array;

const encoder = new TextEncoder();
// A mark of the order of bytes is a character like any other.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** UTF-8 takes three bytes at most for each unit of a text. */
const scratch = new Uint8Array(3 * LONGEST_KEY);
/** Views of it by their lengths: each new one takes as long as a short read. */
const views: (Uint8Array<ArrayBuffer> | undefined)[] = [];

/**
 * Makes bytes of a key, in memory that the next call uses again: a new array for
 * each would take longer than to find an entry.
 *
 * @param operation What is done with which map, for messages.
 */
export function keyBytes(
  key: Key,
  operation: string,
): Uint8Array<ArrayBuffer> {
  const length = typeof key === "string"
    ? encodeText(key, operation)
    : copyBytes(key, operation);
  if (!(length >= 0 && length <= LONGEST_KEY)) {
    throw new RangeError(
      `Cannot ${operation}: a key may have ${LONGEST_KEY} bytes: received ${length}`,
    );
  }
  return views[length] ??= scratch.subarray(0, length);
}

/** Returns the length, which may be more than there was room for. */
function encodeText(key: string, operation: string): number {
  if (!key.isWellFormed()) {
    throw new RangeError(
      `Cannot ${operation}: a key must not have lone surrogates`,
    );
  }
  const { read, written } = encoder.encodeInto(key, scratch);
  return read === key.length ? written : encoder.encode(key).byteLength;
}

/** The same. */
function copyBytes(key: Uint8Array, operation: string): number {
  if (!isBytes(key)) {
    throw new TypeError(
      `Cannot ${operation}: a key must be text or a Uint8Array: received ${
        describe(key)
      }`,
    );
  }
  const length = trueLength(key, `${operation}: a key`);
  if (length <= LONGEST_KEY) setBytes(scratch, key, 0);
  return length;
}

/** What stands in an entry's flags for a key. */
export function flagsOf(key: Key): number {
  return typeof key === "string" ? TEXT_KEY : 0;
}

/** Makes a key of bytes, as it was set. */
export function keyOf(bytes: Uint8Array, flags: number): Key {
  return flags & TEXT_KEY ? decoder.decode(bytes) : bytes;
}

/** FNV-1a, 32 bits, with a seed and a last mix for its low bits. */
export function hashOf(key: Uint8Array, seed: number): number {
  const length = byteLengthOf(key);
  let hash = seed ^ 0x811c_9dc5;
  for (let i = 0; i < length; i++) {
    hash = Math.imul(hash ^ key[i]!, 0x0100_0193);
  }
  hash = Math.imul(hash ^ hash >>> 16, 0x85eb_ca6b);
  return hash ^ hash >>> 13;
}

/**
 * An object of this layer as a watcher sees it: for reading only.
 *
 * @module
 */

import {
  type ReadonlyBytes,
  viewOf,
} from "../../memory/views/readonly_bytes.ts";
import { hasHeader, type Header, readHeader } from "../object/header.ts";

/** Its memory, in the views that its parts are read through, never written. */
export interface ObjectView {
  readonly header: Header;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
}

/**
 * Reads the header, and refuses what is something else.
 *
 * @param kind Four letters.
 * @throws {Deno.errors.InvalidData} When it is something else, or damaged.
 */
export function viewObject(
  memory: ReadonlyBytes,
  what: string,
  kind: string,
): ObjectView {
  const header = readHeader(memory, what, kind, memory.byteLength);
  const bytes = viewOf(memory);
  const words = new Int32Array(
    bytes.buffer,
    bytes.byteOffset,
    bytes.byteLength >> 2,
  );
  return { header, bytes, words };
}

/** The four letters of an object of this layer; nothing when it is none. */
export function kindOf(memory: ReadonlyBytes): string | undefined {
  if (memory.byteLength < 64 || !hasHeader(memory)) return undefined;
  return memory.subarray(12, 16).text();
}

/** What a watcher says of numbers that do not fit the size. */
export function damagedHeader(what: string): Error {
  return new Deno.errors.InvalidData(
    `Cannot watch ${what}: corrupt header: its numbers do not make its size`,
  );
}

/**
 * The first 128 bytes of every object of this layer:
 *
 * ```text
 *  0        8         12      16         24     32       40       48    52     56
 *  | magic  | version | kind  | size     | hash | a      | b      | pid | start | …
 *  64: label, 32 bytes of UTF-8 with zeros behind it; the rest is zero
 * ```
 *
 * - magic: `shmemobj`, written last: an object without it is not complete
 * - version: 1; kind: four letters that say what it is
 * - size: of the object in bytes, 64 bits
 * - hash: of the layout of its values, 0 without one
 * - a, b: two 64-bit numbers that the kind defines
 * - pid, start: the process that created it, and the low 32 bits of when that
 *   started
 *
 * All little-endian.
 *
 * @module
 */

import { readLabel, writeLabel } from "../../memory/checks/label.ts";
import { processStartTime } from "../../memory/checks/process_start.ts";

/** Length of the header. */
export const HEADER_LENGTH = 128;
const LABEL = 64;
/** What messages call the kinds of objects. */
const KINDS: Readonly<Record<string, string | undefined>> = {
  late: "a latest value",
  "map ": "a map",
  work: "a work queue",
  bcch: "a broadcast channel",
};
/** "shmemobj", as two words. */
const MAGIC_LOW = 0x656d_6873;
const MAGIC_HIGH = 0x6a62_6f6d;
const VERSION = 1;

/** What a header says. */
export interface Header {
  readonly kind: string;
  readonly size: number;
  readonly hash: bigint;
  readonly a: number;
  readonly b: number;
}

/** What headers are read from. */
interface Source {
  getUint32(byteOffset: number, littleEndian: boolean): number;
  getBigUint64(byteOffset: number, littleEndian: boolean): bigint;
}

/** Writes a header and a label that was checked into fresh memory; the magic last. */
export function writeHeader(
  bytes: Uint8Array<ArrayBuffer>,
  header: Header,
  label: string,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_LENGTH);
  view.setUint32(8, VERSION, true);
  for (let i = 0; i < 4; i++) view.setUint8(12 + i, header.kind.charCodeAt(i));
  view.setBigUint64(16, BigInt(header.size), true);
  view.setBigUint64(24, header.hash, true);
  view.setBigUint64(32, BigInt(header.a), true);
  view.setBigUint64(40, BigInt(header.b), true);
  view.setUint32(48, Deno.pid, true);
  view.setUint32(52, processStartTime() >>> 0, true);
  writeLabel(view, LABEL, label);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, 2);
  words[1] = MAGIC_HIGH;
  // Everything before is visible to who sees it.
  Atomics.store(words, 0, MAGIC_LOW);
}

/** Whether the object is complete. */
export function hasHeader(source: Source): boolean {
  return source.getUint32(0, true) === MAGIC_LOW &&
    source.getUint32(4, true) === MAGIC_HIGH;
}

/** Whether there is nothing yet, neither an object of ours nor another. */
export function isBlank(source: Source): boolean {
  return source.getUint32(0, true) === 0;
}

/** The label that the creator of an object gave it; empty when there is none. */
export function labelOf(
  source: { getUint8(byteOffset: number): number },
): string {
  return readLabel(source, LABEL);
}

/**
 * Reads a header, once.
 *
 * @param what How messages call the object.
 * @param kind What it must be.
 * @param byteLength How much memory there is.
 * @throws {Deno.errors.InvalidData} When it is something else, or damaged.
 */
export function readHeader(
  source: Source,
  what: string,
  kind: string,
  byteLength: number,
): Header {
  const invalid = (state: string) =>
    new Deno.errors.InvalidData(`Cannot open ${what}: ${state}`);
  if (!hasHeader(source)) {
    throw invalid("it is no object of this kind, but something else");
  }
  const version = source.getUint32(8, true);
  if (version !== VERSION) {
    throw invalid(
      `it has format ${version}, and this version of the library knows format ${VERSION}`,
    );
  }
  let letters = "";
  for (let i = 0; i < 4; i++) {
    letters += String.fromCharCode(
      source.getUint32(12, true) >>> (8 * i) & 0xff,
    );
  }
  if (letters !== kind) {
    throw invalid(
      `it is ${KINDS[letters] ?? `of kind ${JSON.stringify(letters)}`}, and ${
        KINDS[kind] ?? JSON.stringify(kind)
      } was expected`,
    );
  }
  const header = {
    kind,
    size: Number(source.getBigUint64(16, true)),
    hash: source.getBigUint64(24, true),
    a: Number(source.getBigUint64(32, true)),
    b: Number(source.getBigUint64(40, true)),
  };
  if (header.size !== byteLength) {
    throw invalid(
      `it says that it has ${header.size} bytes, and it has ${byteLength}; it is damaged, or was cut`,
    );
  }
  return header;
}

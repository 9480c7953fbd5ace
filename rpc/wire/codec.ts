/**
 * How requests and answers become bytes.
 *
 * @module
 */

import { describe } from "../../ffi/libc/integers.ts";
import { requireBytes } from "../../store/object/true_bytes.ts";
import { fromClone, toClone } from "../../store/object/structured.ts";

/**
 * `"json"`: values of JSON; `"structured"`: what the structured clone of V8 takes,
 * such as maps, dates, typed arrays and bigints; `"bytes"`: `Uint8Array`s as they
 * are.
 */
export type CodecName = "json" | "structured" | "bytes";

/** Turns values into what is sent, and bytes into values. */
export interface Codec {
  readonly name: CodecName;
  /**
   * What is sent of a value: text, which goes as UTF-8, or bytes. Text is written
   * where it goes; an array of its own for each would take longer than all else.
   */
  encode(value: unknown): string | Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

const decoder = new TextDecoder();

const CODECS: Readonly<Record<CodecName, Codec>> = {
  json: {
    name: "json",
    // `undefined` goes as no bytes.
    encode: (value) => toJson(value) ?? "",
    decode: (bytes) =>
      bytes.byteLength === 0 ? undefined : JSON.parse(decoder.decode(bytes)),
  },
  structured: {
    name: "structured",
    encode: toClone,
    decode: fromClone,
  },
  bytes: {
    name: "bytes",
    encode(value) {
      requireBytes(value, 'send: with the codec "bytes" a value');
      return value;
    },
    // Short messages share a buffer; transferring one must not detach the others.
    decode: (bytes) =>
      bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice(),
  },
};

function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new TypeError(
      'Cannot send: the codec "json" cannot express the value, such as a bigint or a cycle; use the codec "structured"',
      { cause },
    );
  }
}

/** Finds a codec. */
export function codecNamed(name: unknown): Codec {
  const codec = name === "json" || name === "structured" || name === "bytes"
    ? CODECS[name]
    : undefined;
  if (codec !== undefined) return codec;
  throw new TypeError(
    `Cannot use the codec: it must be "json", "structured" or "bytes": received ${
      describe(name)
    }`,
  );
}

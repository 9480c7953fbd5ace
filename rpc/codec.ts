/**
 * How requests and answers become bytes.
 *
 * @module
 */

/**
 * `"json"`: values of JSON; `"structured"`: what the structured clone of V8 takes,
 * such as maps, dates, typed arrays and bigints; `"bytes"`: `Uint8Array`s as they
 * are.
 */
export type CodecName = "json" | "structured" | "bytes";

/** Turns values into bytes and back. */
export interface Codec {
  readonly name: CodecName;
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What is used of `node:v8`, which Deno has built in. */
interface V8 {
  serialize(value: unknown): Uint8Array;
  deserialize(bytes: Uint8Array): unknown;
}

/** Finds the serializer of V8 without an import, so that there is none to load. */
function v8(): V8 {
  const process: unknown = Reflect.get(globalThis, "process");
  const get: unknown = typeof process === "object" && process !== null
    ? Reflect.get(process, "getBuiltinModule")
    : undefined;
  const found: unknown = typeof get === "function"
    ? Reflect.apply(get, process, ["node:v8"])
    : undefined;
  if (isV8(found)) return found;
  throw new Deno.errors.NotSupported(
    'Cannot use the codec "structured": this runtime does not have node:v8; use "json"',
  );
}

function isV8(found: unknown): found is V8 {
  return typeof found === "object" && found !== null &&
    typeof Reflect.get(found, "serialize") === "function" &&
    typeof Reflect.get(found, "deserialize") === "function";
}

const CODECS: Readonly<Record<CodecName, Codec>> = {
  json: {
    name: "json",
    encode(value) {
      const text = JSON.stringify(value);
      // Nothing is said by no bytes.
      return encoder.encode(text ?? "");
    },
    decode: (bytes) =>
      bytes.byteLength === 0 ? undefined : JSON.parse(decoder.decode(bytes)),
  },
  structured: {
    name: "structured",
    encode: (value) => new Uint8Array(v8().serialize(value)),
    decode: (bytes) => v8().deserialize(bytes),
  },
  bytes: {
    name: "bytes",
    encode(value) {
      if (value instanceof Uint8Array) return value;
      throw new TypeError(
        'Cannot send: with the codec "bytes" a value must be a Uint8Array',
      );
    },
    decode: (bytes) => bytes,
  },
};

/** Finds a codec. */
export function codecNamed(name: unknown): Codec {
  const codec = name === "json" || name === "structured" || name === "bytes"
    ? CODECS[name]
    : undefined;
  if (codec !== undefined) return codec;
  throw new TypeError(
    `Cannot use the codec: it must be "json", "structured" or "bytes": received ${
      JSON.stringify(name)
    }`,
  );
}

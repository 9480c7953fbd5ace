/**
 * The structured clone of V8 as bytes.
 *
 * @module
 */

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
    "Cannot use structured clones: this runtime does not have node:v8",
  );
}

function isV8(found: unknown): found is V8 {
  return typeof found === "object" && found !== null &&
    typeof Reflect.get(found, "serialize") === "function" &&
    typeof Reflect.get(found, "deserialize") === "function";
}

/**
 * Writes a value down.
 *
 * @throws {DOMException} When it cannot be cloned, such as a function
 * (DataCloneError).
 */
export function toClone(value: unknown): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(v8().serialize(value));
  } catch (error) {
    if (error instanceof Deno.errors.NotSupported) throw error;
    throw new DOMException(
      error instanceof Error ? error.message : String(error),
      "DataCloneError",
    );
  }
}

/**
 * Creates a value out of what was written down; throws when it is none.
 *
 * Typed arrays in it lie in the buffer that it is made from, so it gets one of its
 * own. Besides, Deno up to 2.9.5 takes them from the wrong place when the bytes do
 * not start where their buffer does.
 */
export function fromClone(bytes: Uint8Array): unknown {
  return v8().deserialize(bytes.slice());
}

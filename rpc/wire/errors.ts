/**
 * Errors as they go from one process to another: class, message and code.
 *
 * @module
 */

/** What is carried of an error. */
interface Carried {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

type ErrorClass = new (message: string) => Error;

/** Classes by the names that both sides know. */
const CLASSES: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ["TypeError", TypeError],
  ["RangeError", RangeError],
  ["SyntaxError", SyntaxError],
  ["ReferenceError", ReferenceError],
  ["URIError", URIError],
  ["EvalError", EvalError],
  // Other runtimes may import this.
  ...Object.entries(typeof Deno === "undefined" ? {} : Deno.errors),
]);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Writes down what was thrown, whatever it is; does not throw. */
export function encodeError(thrown: unknown): Uint8Array {
  let carried: Carried;
  try {
    carried = carry(thrown);
  } catch {
    // It has no text, or a getter of it throws.
    carried = { name: "Error", message: "what was thrown has no text" };
  }
  return encoder.encode(JSON.stringify(carried));
}

function carry(thrown: unknown): Carried {
  return thrown instanceof Error || isException(thrown)
    ? {
      name: String(thrown.name),
      message: String(thrown.message),
      ...codeOf(thrown),
    }
    : { name: "Error", message: String(thrown) };
}

/** Makes an error of the same class; one that is not known here is an `Error`. */
export function decodeError(bytes: Uint8Array): Error {
  let carried: Partial<Carried> = {};
  try {
    const parsed: unknown = JSON.parse(decoder.decode(bytes));
    if (typeof parsed === "object" && parsed !== null) carried = parsed;
  } catch {
    // Another program overwrote it.
  }
  const { name = "Error", message = "it did not say why", code } = carried;
  if (name === "AbortError" || name === "TimeoutError") {
    return new DOMException(String(message), name);
  }
  const ErrorClass = CLASSES.get(String(name)) ?? Error;
  const error = new ErrorClass(String(message));
  if (error.name !== name) {
    Object.defineProperty(error, "name", { value: String(name) });
  }
  if (code !== undefined) {
    Object.defineProperty(error, "code", {
      value: String(code),
      enumerable: true,
    });
  }
  return error;
}

function isException(thrown: unknown): thrown is DOMException {
  return thrown instanceof DOMException;
}

function codeOf(error: object): { code?: string } {
  const code: unknown = Reflect.get(error, "code");
  return typeof code === "string" ? { code } : {};
}

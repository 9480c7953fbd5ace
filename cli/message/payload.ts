import type { LoadedStruct } from "../arguments/struct.ts";
import { readStruct } from "./struct_values.ts";

/** How bytes are shown. */
export const FORMATS = ["text", "hex", "json", "raw"] as const;
/** One of them. */
export type Format = typeof FORMATS[number];

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** Control characters but tab, newline and carriage return: no text has them. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/;

/** Bytes of a message, and what they mean. */
export class Payload {
  readonly bytes: Uint8Array;
  readonly #struct: LoadedStruct | undefined;
  #text: string | undefined | null = null;
  #value: unknown = NOT_READ;

  /** Reads bytes by a struct, where there is one, else as JSON. */
  constructor(bytes: Uint8Array, struct?: LoadedStruct) {
    this.bytes = bytes;
    this.#struct = struct;
  }

  /** The bytes as text; nothing when they are none. */
  get text(): string | undefined {
    if (this.#text !== null) return this.#text;
    try {
      const text = strict.decode(this.bytes);
      this.#text = CONTROLS.test(text) ? undefined : text;
    } catch {
      this.#text = undefined;
    }
    return this.#text;
  }

  /** The bytes as text, whatever they are. */
  get anyText(): string {
    return this.text ?? lenient.decode(this.bytes);
  }

  /** The bytes as pairs of hexadecimal digits. */
  get hex(): string {
    return this.bytes.toHex();
  }

  /** What they mean by the struct, or as JSON; nothing when that fails. */
  get value(): unknown {
    if (this.#value === NOT_READ) this.#value = this.#read();
    return this.#value;
  }

  #read(): unknown {
    try {
      if (this.#struct !== undefined) {
        return readStruct(this.#struct, this.bytes);
      }
      const { text } = this;
      return text === undefined ? undefined : JSON.parse(text);
    } catch {
      // Any bytes may come; a struct may have an enumeration with holes.
      return undefined;
    }
  }
}

const NOT_READ = Symbol();

/** A value as JSON: bigints as digits, bytes as arrays. */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value, (_, each: unknown) => {
    if (typeof each === "bigint") return JSON_RAW(each.toString());
    return each instanceof Uint8Array ? [...each] : each;
  });
  return text ?? "null";
}

/** A value as JSON knows it: bigints that are no exact numbers as texts. */
export function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, each: unknown) => {
    if (typeof each === "bigint") {
      const number = Number(each);
      return Number.isSafeInteger(number) ? number : String(each);
    }
    return each instanceof Uint8Array ? [...each] : each;
  }));
}

/** Digits as they are: a number of JSON may have more than a double holds. */
const JSON_RAW: (text: string) => unknown = rawJson();

function rawJson(): (text: string) => unknown {
  const found: unknown = Reflect.get(JSON, "rawJSON");
  return typeof found === "function"
    ? (text) => Reflect.apply(found, JSON, [text])
    : (text) => Number(text);
}

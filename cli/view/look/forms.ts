/**
 * The forms in which a value can be read: fields of a layout, JSON, text, hex.
 *
 * @module
 */

import type { Value } from "./newest.ts";

/** Shows bytes by a layout; nothing when they are too few. */
export type Fields = (bytes: Uint8Array<ArrayBuffer>) => string | undefined;

/** A value as the page shows it. */
export interface ValueView {
  readonly what: string;
  /** Bytes of the value, and how many of them are shown. */
  readonly length: number;
  readonly shown: number;
  readonly position?: number;
  readonly typeId?: number;
  readonly number?: number;
  readonly hex: string;
  readonly text?: string;
  readonly json?: string;
  readonly fields?: string;
}

const LINE = 16;
/** What is no letter: control characters, but for line ends and tabs. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const BINARY = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;

/** Shows a value in every form that it has. */
export function valueView(value: Value, fields?: Fields): ValueView {
  const { bytes, ...rest } = value;
  const text = textOf(bytes, bytes.byteLength < value.length);
  const json = text === undefined ? undefined : jsonOf(text);
  const shown = fields?.(bytes);
  return {
    ...rest,
    shown: bytes.byteLength,
    hex: hexLines(bytes),
    ...(text === undefined ? {} : { text }),
    ...(json === undefined ? {} : { json }),
    ...(shown === undefined ? {} : { fields: shown }),
  };
}

/** The text that bytes are; nothing when they are none. */
function textOf(bytes: Uint8Array, isCut: boolean): string | undefined {
  try {
    // Of a value that was cut the last letter may be, too.
    const text = new TextDecoder("utf-8", { fatal: true })
      .decode(bytes, { stream: isCut });
    return text === "" || BINARY.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function jsonOf(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // Any number is JSON; that says nothing.
    const isPlain = typeof value !== "object" || value === null;
    return isPlain ? undefined : JSON.stringify(value, null, 2);
  } catch {
    return undefined;
  }
}

/** Bytes as `hexdump -C` shows them. */
function hexLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let start = 0; start < bytes.byteLength; start += LINE) {
    const part = bytes.subarray(start, start + LINE);
    const hex = [...part].map((byte) => byte.toString(16).padStart(2, "0"));
    const letters = [...part].map((byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."
    );
    const offset = start.toString(16).padStart(4, "0");
    lines.push(
      `${offset}  ${hex.join(" ").padEnd(3 * LINE - 1)}  ${letters.join("")}`,
    );
  }
  return lines.join("\n");
}

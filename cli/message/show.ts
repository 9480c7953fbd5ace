import type { Followed } from "../watching/followed.ts";
import type { Seen } from "../watching/watched.ts";
import type { Output } from "../terminal/output.ts";
import { printable } from "../../memory/checks/printable.ts";
import { type Format, type Payload, plain, toJson } from "./payload.ts";

/** What is said of a message. */
export interface Shown {
  readonly from: Followed;
  readonly seen: Seen;
  readonly payload: Payload;
  /** When it was seen. */
  readonly time: Date;
}

/** How messages are printed. */
export interface ShowOptions {
  readonly output: Output;
  readonly format: Format | undefined;
  readonly json: boolean;
  /** Whether several are watched, so that each line says which. */
  readonly several: boolean;
}

/** Prints a message. */
export function show(shown: Shown, options: ShowOptions): void {
  const { output, format, json } = options;
  if (json) output.json(record(shown, format));
  else if (format === "raw") output.bytes(shown.payload.bytes);
  else output.line(line(shown, options));
}

/** What a line of JSON has. */
export function record(
  { from, seen, payload, time }: Shown,
  format: Format | undefined,
): Record<string, unknown> {
  const { typeId, number, position, event, key, expires, attempts } = seen;
  const isKeyText = typeof key === "string";
  return {
    name: from.name,
    time,
    ...(typeId === undefined ? {} : { type: typeId }),
    ...(number === undefined ? {} : { number }),
    ...(position === undefined ? {} : { position }),
    ...(event === undefined ? {} : { event }),
    ...(key === undefined ? {} : isKeyText ? { key } : { keyHex: key.toHex() }),
    ...(expires === undefined || expires === 0
      ? {}
      : { expires: new Date(expires) }),
    ...(attempts === undefined || attempts === 0 ? {} : { attempts }),
    length: seen.bytes.length,
    ...content(payload, format),
  };
}

function content(
  payload: Payload,
  format: Format | undefined,
): Record<string, unknown> {
  switch (format) {
    case "hex":
    case "raw":
      return { hex: payload.hex };
    case "json":
      return payload.value === undefined
        ? { hex: payload.hex }
        : { value: plain(payload.value) };
    case "text":
      return { text: payload.anyText };
    default: {
      const { text } = payload;
      return text === undefined ? { hex: payload.hex } : { text };
    }
  }
}

function line(
  { from, seen, payload, time }: Shown,
  { output, format, several }: ShowOptions,
): string {
  const { typeId, event, key, attempts, number } = seen;
  const parts: string[] = [output.paint("quiet", clock(time))];
  if (several) parts.push(output.paint("strong", printable(from.name)));
  if (event !== undefined) {
    const job = number === undefined ? "" : ` #${number}`;
    parts.push(output.paint("strong", `${event}${job}`));
  } else if (number !== undefined) {
    parts.push(output.paint("quiet", `#${number}`));
  }
  if (attempts !== undefined && attempts > 1) parts.push(`attempt ${attempts}`);
  if (key !== undefined) parts.push(printable(keyText(key)));
  if (typeId !== undefined) parts.push(output.paint("quiet", `type ${typeId}`));
  parts.push(output.paint("quiet", `${seen.bytes.length} B`));
  parts.push(text(payload, format));
  return parts.join("  ");
}

function text(payload: Payload, format: Format | undefined): string {
  switch (format) {
    case "hex":
      return payload.hex.replaceAll(/..(?=.)/g, "$& ");
    case "json":
      return payload.value === undefined
        ? `no JSON: ${payload.hex}`
        : printable(toJson(payload.value));
    case "text":
      return printable(payload.anyText);
    default:
      return payload.text === undefined
        ? payload.hex.replaceAll(/..(?=.)/g, "$& ")
        : printable(payload.text);
  }
}

/** A key as text; bytes that are none as `0x…`. */
export function keyText(key: string | Uint8Array): string {
  return typeof key === "string" ? key : `0x${key.toHex()}`;
}

function clock(time: Date): string {
  const two = (part: number) => String(part).padStart(2, "0");
  const ms = String(time.getMilliseconds()).padStart(3, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${
    two(time.getSeconds())
  }.${ms}`;
}

/**
 * The layout of the values, jobs or messages that an object carries, as `struct()`
 * describes it: its hash and its text lie in the object, so that two programs with
 * different ideas of it are told what the other's is.
 *
 * @module
 */

import { type OptionNames, readOptions } from "./options.ts";
import { printable } from "./printable.ts";

/**
 * A layout of values; a `Struct` of `@shmem/shmem/struct` is one.
 *
 * @example Two programs agree on what a value is
 * ```ts
 * import { Latest, type ValueLayout } from "@shmem/shmem/store";
 * import { f64, struct, u32 } from "@shmem/shmem/struct";
 *
 * const layout: ValueLayout = struct({ x: f64, n: u32 });
 * const name = `/point-${crypto.randomUUID()}`;
 * using latest = Latest.create(name, { layout });
 * console.log(latest.byteLength); // 16
 * try {
 *   Latest.open(name, { layout: struct({ x: f64 }) });
 * } catch (error) {
 *   console.log(error instanceof Deno.errors.InvalidData); // true
 * }
 * latest.unlink();
 * ```
 */
export interface ValueLayout {
  /** What tells it from others. */
  readonly hash: bigint;
  /** The whole layout in one line. */
  readonly layout: string;
  /** Length of a value in bytes. */
  readonly size: number;
}

/** How to open what may carry a layout. */
export interface LayoutOptions {
  /** The layout that is expected; another one is refused. Default: any. */
  readonly layout?: ValueLayout | undefined;
}

/** Names of {@linkcode LayoutOptions}. */
export const LAYOUT_OPTIONS: OptionNames<LayoutOptions> = { layout: true };

/** A layout that was checked, and copied. */
export interface CheckedLayout {
  readonly hash: bigint;
  readonly text: string;
  readonly size: number;
}

/** Longest text that is kept; the hash is of all of it. */
export const LONGEST_TEXT = 4096;

/** Reads a layout, once. */
export function checkLayout(
  layout: ValueLayout | undefined,
  operation: string,
): CheckedLayout | undefined {
  if (layout === undefined) return undefined;
  const { hash, layout: text, size } = membersOf(layout);
  if (
    typeof hash === "bigint" && hash === BigInt.asUintN(64, hash) &&
    hash !== 0n && typeof text === "string" && typeof size === "number" &&
    Number.isSafeInteger(size) && size > 0
  ) return { hash, text: text.slice(0, LONGEST_TEXT), size };
  throw new TypeError(
    `Cannot ${operation}: the layout must be a struct of @shmem/shmem/struct`,
  );
}

/** What it says of itself; nothing when it is a proxy of a struct, which says nothing. */
function membersOf(
  layout: ValueLayout | null,
): { readonly [Name in keyof ValueLayout]?: unknown } {
  try {
    const { hash, layout: text, size } = layout ?? {};
    return { hash, layout: text, size };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return {};
  }
}

/** Reads the options of opening, once, for the layout alone. */
export function readLayout(
  options: LayoutOptions | undefined,
  operation: string,
): CheckedLayout | undefined {
  const { layout } = readOptions(options, LAYOUT_OPTIONS, operation);
  return checkLayout(layout, operation);
}

/** The text as it is kept. */
export function layoutBytes(layout: CheckedLayout | undefined): Uint8Array {
  return new TextEncoder().encode(layout?.text ?? "")
    .subarray(0, LONGEST_TEXT);
}

/**
 * Reads the text that an object keeps, without the zeros behind it, as it may be shown;
 * `length` comes from shared memory.
 */
export function layoutText(
  slice: (start: number, end: number) => Uint8Array,
  start: number,
  length: number,
): string {
  // A copy: memory that others write must not be decoded in place.
  const bytes = slice(start, start + Math.min(length, LONGEST_TEXT));
  return printable(new TextDecoder().decode(bytes).replace(/\0+$/, ""));
}

/**
 * Refuses room that is too small for a single value of a layout.
 *
 * @param room Bytes of the largest value.
 * @param option Where the user said so, for messages.
 */
export function requireRoom(
  layout: CheckedLayout | undefined,
  room: number,
  option: string,
  operation: string,
): void {
  if (layout === undefined || layout.size <= room) return;
  throw new RangeError(
    `Cannot ${operation}: a value of the layout ${layout.text} takes ${layout.size} bytes, and ${option} has room for ${room}`,
  );
}

/**
 * Refuses bytes that are not one value of a layout, or several in a row.
 *
 * @param operation What is done, for messages: `write latest value "/x"`.
 */
export function requireWhole(
  layout: CheckedLayout | undefined,
  byteLength: number,
  operation: string,
): void {
  if (layout === undefined) return;
  if (byteLength > 0 && byteLength % layout.size === 0) return;
  throw new RangeError(
    `Cannot ${operation}: the length must be a multiple of ${layout.size} bytes, the size of the layout ${layout.text}: received ${byteLength} bytes`,
  );
}

/** Throws when an object carries values of another layout. */
export function requireLayout(
  what: string,
  layout: CheckedLayout | undefined,
  hash: bigint,
  text: () => string,
): void {
  if (layout === undefined || layout.hash === hash) return;
  throw new Deno.errors.InvalidData(
    `Cannot open ${what}: its contents are ${
      hash === 0n ? "of no layout" : `laid out as ${text()}`
    }, and ${layout.text} was expected`,
  );
}

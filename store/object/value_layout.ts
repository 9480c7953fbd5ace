/**
 * The layout of the values that an object carries, as `struct()` describes it:
 * its hash in the header, its text in the object, so that two programs with
 * different ideas of it are told what the other's is.
 *
 * @module
 */

/** A layout of values; a `Struct` of `@shmem/shmem/struct` is one. */
export interface ValueLayout {
  /** What tells it from others. */
  readonly hash: bigint;
  /** The whole layout in one line. */
  readonly layout: string;
  /** Length of a value in bytes. */
  readonly size: number;
}

/** A layout that was checked, and copied. */
export interface CheckedLayout {
  readonly hash: bigint;
  readonly text: string;
  readonly size: number;
}

/** Longest text that is kept; the hash is of all of it. */
const LONGEST_TEXT = 4096;

/** Reads a layout, once. */
export function checkLayout(
  layout: ValueLayout | undefined,
  operation: string,
): CheckedLayout | undefined {
  if (layout === undefined) return undefined;
  const { hash, layout: text, size } = layout ?? {};
  if (
    typeof hash === "bigint" && hash === BigInt.asUintN(64, hash) &&
    hash !== 0n && typeof text === "string" && Number.isSafeInteger(size) &&
    size > 0
  ) return { hash, text: text.slice(0, LONGEST_TEXT), size };
  throw new TypeError(
    `Cannot ${operation}: the layout must be a struct of @shmem/shmem/struct`,
  );
}

/** The text as it is kept. */
export function layoutBytes(layout: CheckedLayout | undefined): Uint8Array {
  return new TextEncoder().encode(layout?.text ?? "")
    .subarray(0, LONGEST_TEXT);
}

/** Reads the text that an object keeps; `length` comes from shared memory. */
export function layoutText(
  slice: (start: number, end: number) => Uint8Array,
  start: number,
  length: number,
): string {
  // A copy: memory that others write must not be decoded in place.
  return new TextDecoder().decode(
    slice(start, start + Math.min(length, LONGEST_TEXT)),
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
    `Cannot open ${what}: its values are ${
      hash === 0n ? "of no layout" : `laid out as ${text()}`
    }, and ${layout.text} was expected`,
  );
}

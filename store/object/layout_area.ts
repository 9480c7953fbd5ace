/**
 * The text of the layout that an object carries, behind all else: UTF-8, with zeros
 * up to a multiple of 8. An object whose header has no hash has none.
 *
 * @module
 */

import {
  type CheckedLayout,
  layoutBytes,
  layoutText,
  LONGEST_TEXT,
} from "../../memory/checks/value_layout.ts";

/** Bytes that it takes. */
export function layoutArea(layout: CheckedLayout | undefined): number {
  if (layout === undefined) return 0;
  return Math.max(8, (layoutBytes(layout).byteLength + 7) & -8);
}

/** Whether an object with this hash can have so many bytes of it. */
export function isLayoutArea(length: number, hash: bigint): boolean {
  return hash === 0n
    ? length === 0
    : length > 0 && length <= LONGEST_TEXT && length % 8 === 0;
}

/** Reads it, from where it starts to the end. */
export function layoutTextAt(
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
): string {
  const text = layoutText(
    (from, to) => bytes.slice(from, to),
    start,
    bytes.byteLength - start,
  );
  return text.replace(/\0+$/, "");
}

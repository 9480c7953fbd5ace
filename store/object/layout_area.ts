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
  requireLayout,
} from "../../memory/checks/value_layout.ts";
import type { StoreObject } from "./store_object.ts";

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

/** Writes it into fresh memory, if there is one. */
export function writeLayoutAt(
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  layout: CheckedLayout | undefined,
): void {
  bytes.set(layoutBytes(layout), start);
}

/**
 * Refuses an object that carries another layout.
 *
 * @param start Where its text would start; it ends with the object.
 * @param hash What its header says.
 */
export function requireLayoutAt(
  { what, mapping: { bytes } }: StoreObject<"read-write">,
  start: number,
  hash: bigint,
  layout: CheckedLayout | undefined,
): void {
  requireLayout(what, layout, hash, () => {
    const slice = (from: number, to: number) => bytes.slice(from, to);
    return layoutText(slice, start, bytes.byteLength - start);
  });
}

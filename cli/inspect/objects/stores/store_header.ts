import {
  hasHeader,
  HEADER_LENGTH,
  labelOf,
} from "../../../../store/object/header.ts";
import { Words } from "../../bytes/words.ts";

/** What the first 128 bytes of a store say. */
export interface StoreHeader {
  /** Four letters. */
  readonly kind: string;
  readonly version: number;
  readonly size: number;
  /** Of the layout of its values, in hexadecimal; null without one. */
  readonly hash: string | null;
  readonly a: number;
  readonly b: number;
  readonly creatorPid: number;
  readonly creatorStart: number;
  /** Empty when there is none. */
  readonly label: string;
}

/** Reads the header of a store; nothing when there is none. */
export function storeHeader(
  bytes: Uint8Array<ArrayBuffer>,
): StoreHeader | undefined {
  if (bytes.byteLength < HEADER_LENGTH) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_LENGTH);
  if (!hasHeader(view)) return undefined;
  const words = new Words(bytes);
  const hash = view.getBigUint64(24, true);
  return {
    kind: String.fromCharCode(...bytes.subarray(12, 16)),
    version: words.u32(8),
    size: words.i64(16),
    hash: hash === 0n ? null : hash.toString(16).padStart(16, "0"),
    a: words.i64(32),
    b: words.i64(40),
    creatorPid: words.u32(48),
    creatorStart: words.u32(52),
    label: labelOf(view),
  };
}

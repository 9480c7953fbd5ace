/**
 * The layout of a channel's messages, behind its trailer. Only a channel that was
 * created with a layout has it; programs that know nothing of it map the part before.
 *
 * ```text
 *  0      8                    12  16                        3328
 *  | hash | length of the text | 0 | the text, UTF-8; zeros  |
 * ```
 *
 * The hash is written last.
 *
 * @module
 */

import { retryFor } from "../../memory/checks/retry.ts";
import {
  type CheckedLayout,
  layoutBytes,
  layoutText,
  requireLayout,
} from "../../memory/checks/value_layout.ts";
import { magicOf } from "../../sync/locks/block.ts";
import { ReadonlyBytes } from "../../memory/views/readonly_bytes.ts";
import { subarrayOf } from "../buffers/typed_arrays.ts";
import { isPowerOfTwo } from "./capacity.ts";

/**
 * Its length. The size of an object tells whether it is there, as no two capacities,
 * which are powers of two, differ by so much; but a ring of 128 bytes with it is as
 * long as a broadcast of 4096 without.
 */
export const LAYOUT_AREA_LENGTH = 3328;

const TEXT_LENGTH = 8;
/** Where its text starts. */
export const LAYOUT_TEXT = 16;
const LONGEST_TEXT = LAYOUT_AREA_LENGTH - LAYOUT_TEXT;

/** What the size of an object says, if it is a channel. */
export interface ChannelSize {
  /** Bytes of the data area: no power of two when it is none. */
  readonly capacity: number;
  /** Bytes up to the end of the trailer. */
  readonly length: number;
  /** Whether there is more, which says what messages are. */
  readonly hasLayout: boolean;
}

/** Takes a size apart. */
export function channelSize(size: number, trailerLength: number): ChannelSize {
  const capacity = size - trailerLength;
  const shorter = capacity - LAYOUT_AREA_LENGTH;
  return isPowerOfTwo(shorter) && !isPowerOfTwo(capacity)
    ? { capacity: shorter, length: shorter + trailerLength, hasLayout: true }
    : { capacity, length: size, hasLayout: false };
}

/** Where a ring of 128 bytes with a layout says what it is; see `ring_control.ts`. */
const SMALL_RING_KIND = 128 + 576;
/** Where a broadcast of 4096 bytes does, which is as long; see `broadcast_control.ts`. */
const BROADCAST_KIND = 4096 + 72;
const SHARED_LENGTH = 4224;

/**
 * Which of the two objects of the one length that both a ring and a broadcast have
 * this is; nothing of another length, and when it does not say.
 */
export function kindOfSharedLength(
  memory: Uint8Array,
): "ring" | "broadcast" | undefined {
  if (memory.byteLength !== SHARED_LENGTH) return undefined;
  const { buffer, byteOffset } = memory;
  const words = new Int32Array(buffer, byteOffset, SHARED_LENGTH / 4);
  if (Atomics.load(words, BROADCAST_KIND / 4) === magicOf("brd1")) {
    return "broadcast";
  }
  const ring = Atomics.load(words, SMALL_RING_KIND / 4);
  return ring === magicOf("rng1") || ring === magicOf("rngN")
    ? "ring"
    : undefined;
}

/** The memory of a channel up to the end of its trailer. */
export function withoutLayout<Bytes extends Uint8Array | ReadonlyBytes>(
  memory: Bytes,
  { length, hasLayout }: ChannelSize,
): Bytes;
export function withoutLayout(
  memory: Uint8Array<ArrayBuffer> | ReadonlyBytes,
  { length, hasLayout }: ChannelSize,
): Uint8Array<ArrayBuffer> | ReadonlyBytes {
  if (!hasLayout) return memory;
  return memory instanceof ReadonlyBytes
    ? memory.subarray(0, length)
    : subarrayOf(memory, 0, length);
}

/** Bytes that a channel takes for a layout. */
export function layoutAreaLength(layout: CheckedLayout | undefined): number {
  return layout === undefined ? 0 : LAYOUT_AREA_LENGTH;
}

/** Says what messages are, in memory that was just created. */
export function writeLayout(
  { buffer, byteOffset }: Uint8Array,
  { length: at }: ChannelSize,
  layout: CheckedLayout,
): void {
  const area = new Uint8Array(buffer, byteOffset + at, LAYOUT_AREA_LENGTH);
  const text = layoutBytes(layout).subarray(0, LONGEST_TEXT);
  area.set(text, LAYOUT_TEXT);
  new DataView(buffer, byteOffset + at).setUint32(
    TEXT_LENGTH,
    text.length,
    true,
  );
  Atomics.store(new BigUint64Array(buffer, byteOffset + at, 1), 0, layout.hash);
}

/**
 * Refuses a channel of other messages.
 *
 * @param what How messages call it.
 * @param memory All of it.
 * @param patienceMs How long its creator may take to say what they are.
 */
export function requireChannelLayout(
  what: string,
  { buffer, byteOffset }: Uint8Array,
  { length: at, hasLayout }: ChannelSize,
  layout: CheckedLayout | undefined,
  patienceMs: number,
): void {
  if (layout === undefined) return;
  if (!hasLayout) return requireLayout(what, layout, 0n, () => "");
  const hashes = new BigUint64Array(buffer, byteOffset + at, 1);
  const hash = retryFor(patienceMs, () => Atomics.load(hashes, 0) || undefined);
  const area = new Uint8Array(buffer, byteOffset + at, LAYOUT_AREA_LENGTH);
  requireLayout(what, layout, hash ?? 0n, () => {
    const view = new DataView(buffer, byteOffset + at);
    const length = view.getUint32(TEXT_LENGTH, true);
    return layoutText(
      (start, end) => area.slice(start, end),
      LAYOUT_TEXT,
      Math.min(length, LONGEST_TEXT),
    );
  });
}

/**
 * Broadcast messages that have their number in front.
 *
 * @module
 */

import type { BroadcastReceiver } from "../../../channel/mod.ts";

export const CAPACITY = 256;
/** Where the pairs of positions and ordinals are. */
export const PAIRS = 80;

/** A message that says which one it is. */
export function numbered(number: number, length = 8): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(4, length));
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

/** What a message says. */
export function numberOf({ bytes, offset }: BroadcastReceiver): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset);
}

export function pairs(longs: BigInt64Array, capacity = CAPACITY): bigint[] {
  const first = (capacity + PAIRS) / 8;
  return [...longs.subarray(first, first + 4)];
}

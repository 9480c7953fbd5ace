/**
 * Messages that say what they are, for tests that count them.
 *
 * @module
 */

import { assertEquals } from "../../deps.ts";

/** Longest message. */
export const NUMBERED_LENGTH = 8 + 2999;

/**
 * Message `i`: `i` in 64 bits, then up to 2999 bytes of its lowest 8 bits, so that
 * every third one takes several frames.
 */
export function numbered(i: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8 + i % 3000).fill(i & 0xff, 8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(i), true);
  return bytes;
}

/** Fails unless bytes are message `i`. */
export function assertNumbered(bytes: Uint8Array, i: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  assertEquals(Number(view.getBigInt64(0, true)), i);
  assertEquals(bytes.length, 8 + i % 3000, `length of message ${i}`);
  const wrong = bytes.subarray(8).findIndex((byte) => byte !== (i & 0xff));
  assertEquals(wrong, -1, `first wrong byte of message ${i}`);
}

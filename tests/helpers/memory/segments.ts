/**
 * Segments of tests.
 *
 * @module
 */

import { IPC_PRIVATE, Segment } from "../../../mod.ts";

/** A segment that is gone at the end of the block. */
export function makeSegment(key = IPC_PRIVATE, mode = 0o600) {
  const segment = Segment.create({ key, size: 3333, mode });
  return { segment, [Symbol.dispose]: () => segment.remove() };
}

export function keyLabel(key: number): string {
  return `segment with key 0x${(key >>> 0).toString(16)}`;
}

/**
 * The inside of ring buffers, for the layer alone.
 *
 * @module
 */

import { partsOfManyToOne } from "./many_to_one_ring_buffer.ts";
import { partsOfOneToOne } from "./one_to_one_ring_buffer.ts";
import type { RingBuffer } from "./ring_buffer.ts";
import type { RingMemory } from "./ring_memory.ts";
import type { RingReader } from "./ring_reader.ts";

/** The memory of a ring, for what the layer builds on it. */
export interface RingViews {
  /** All memory as bytes. */
  readonly bytes: Uint8Array;
  /** The same as 32-bit words. */
  readonly words: Int32Array;
  /** The same as 64-bit words. */
  readonly longs: BigInt64Array;
  /** Index of the low word of the tail in {@linkcode RingViews.words}. */
  readonly tail: number;
  /** Index of the low word of the head. */
  readonly head: number;
  /** Whether this processor keeps loads in order, so that plain ones will do. */
  readonly inOrder: boolean;
}

/** What a ring buffer is made of. */
export interface RingParts {
  readonly memory: RingMemory;
  readonly reader: RingReader;
}

function partsOf(ring: RingBuffer): RingParts {
  const parts = partsOfOneToOne(ring) ?? partsOfManyToOne(ring);
  if (parts === undefined) throw new TypeError("This is no ring buffer");
  return parts;
}

/** Returns the memory of a ring. */
export function viewsOf(ring: RingBuffer): RingViews {
  return partsOf(ring).memory;
}

/** Returns the reader of a ring, whose `peek` and `release` read one by one. */
export function readerOf(ring: RingBuffer): RingReader {
  return partsOf(ring).reader;
}

/** Looks for a message at the head, see {@linkcode RingReader.peek}. */
export function peek(ring: RingBuffer): number {
  return partsOf(ring).reader.peek();
}

/** Releases a message, see {@linkcode RingReader.release}. */
export function release(ring: RingBuffer, index: number): void {
  partsOf(ring).reader.release(index);
}

/** Releases a batch, see {@linkcode RingReader.releaseAll}. */
export function releaseAll(
  ring: RingBuffer,
  index: number,
  byteLength: number,
): void {
  partsOf(ring).reader.releaseAll(index, byteLength);
}

/**
 * Ring buffers for tests, with a look at their memory.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import {
  ManyToOneRingBuffer,
  OneToOneRingBuffer,
  RING_TRAILER_LENGTH,
  type RingBuffer,
} from "../../../channel/mod.ts";

/** Where things are in the trailer, as the format says. */
export const TAIL = 128;
export const HEAD_CACHE = 256;
export const HEAD = 384;

/** Bytes before the payload of a record. */
export const HEADER = 8;

/** One of the two kinds. */
export interface RingKind {
  readonly name: "OneToOneRingBuffer" | "ManyToOneRingBuffer";
  /** Smallest capacity. */
  readonly minCapacity: number;
  /** Bytes that stay free in a full ring, for the next header. */
  readonly spare: number;
  /** Attaches to memory. */
  attach(memory: Uint8Array): RingBuffer;
}

export const ONE_TO_ONE: RingKind = {
  name: "OneToOneRingBuffer",
  minCapacity: 16,
  spare: 8,
  attach: (memory) => new OneToOneRingBuffer(memory),
};

export const MANY_TO_ONE: RingKind = {
  name: "ManyToOneRingBuffer",
  minCapacity: 8,
  spare: 0,
  attach: (memory) => new ManyToOneRingBuffer(memory),
};

export const RING_KINDS = [ONE_TO_ONE, MANY_TO_ONE] as const;

/** A ring, and the memory that it lies in. */
export interface TestRing {
  readonly ring: RingBuffer;
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
  readonly longs: BigInt64Array<ArrayBuffer>;
  readonly capacity: number;
}

/** Makes a ring; its positions stand at `start`, a multiple of the capacity. */
export function makeRing(
  kind: RingKind,
  capacity: number,
  start = 0n,
): TestRing {
  // Not at the start of its buffer: offsets count from the memory, not from there.
  const buffer = new ArrayBuffer(capacity + RING_TRAILER_LENGTH + 48);
  const length = capacity + RING_TRAILER_LENGTH;
  const memory = new Uint8Array(buffer, 24, length);
  const words = new Int32Array(buffer, 24, length / 4);
  const longs = new BigInt64Array(buffer, 24, length / 8);
  for (const offset of [TAIL, HEAD_CACHE, HEAD]) {
    longs[(capacity + offset) / 8] = start;
  }
  return { ring: kind.attach(memory), memory, words, longs, capacity };
}

/** A 64-bit word of the trailer. */
export function trailer(
  { longs, capacity }: TestRing,
  offset: number,
): bigint | undefined {
  return longs[(capacity + offset) / 8];
}

/** A message as a handler saw it. */
export interface Seen {
  readonly typeId: number;
  readonly offset: number;
  readonly payload: readonly number[];
}

/** Reads into a list. */
export function readAll(ring: RingBuffer, limit?: number): Seen[] {
  const seen: Seen[] = [];
  const count = ring.read((typeId, bytes, offset, length) => {
    seen.push({
      typeId,
      offset,
      payload: [...bytes.subarray(offset, offset + length)],
    });
  }, limit);
  assertEquals(count, seen.length);
  return seen;
}

/** Types of the messages that a read gives. */
export function readTypes(ring: RingBuffer, limit?: number): number[] {
  return readAll(ring, limit).map(({ typeId }) => typeId);
}

/** Bytes that tell a message from others. */
export function payload(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => 1 + (seed * 37 + i * 11) % 255);
}

/** Asserts that a call is refused and that not one byte of memory changes. */
export function assertRefused(
  memory: Uint8Array,
  call: () => unknown,
  ErrorClass: typeof TypeError | typeof RangeError,
  ...includes: readonly string[]
): void {
  const before = memory.slice();
  const error = assertThrows(call, ErrorClass);
  for (const part of includes) {
    assertEquals(
      error.message.includes(part),
      true,
      `"${error.message}" does not say "${part}"`,
    );
  }
  assertEquals(firstDifference(memory, before), -1, "memory has changed");
}

/** Where two arrays of one length differ first; -1 when they do not. */
export function firstDifference(one: Uint8Array, other: Uint8Array): number {
  return one.findIndex((byte, i) => byte !== other[i]);
}

/** Reads all laps, until nothing moves. */
export function drain(ring: RingBuffer): Seen[] {
  const seen: Seen[] = [];
  for (;;) {
    const before = ring.consumerPosition;
    seen.push(...readAll(ring));
    if (ring.consumerPosition === before) return seen;
  }
}

/** Writes and reads for some laps: the ring is as good as new. */
export function assertGoesOn(ring: RingBuffer): void {
  for (let i = 0; i < 40; i++) {
    const bytes = payload(i % (ring.maxMessageLength + 1), i);
    // It may take one call to pad the end.
    if (!ring.write(1 + i, bytes)) {
      assertEquals(drain(ring), []);
      assert(ring.write(1 + i, bytes));
    }
    const [message, ...more] = drain(ring);
    assertEquals(message?.typeId, 1 + i);
    assertEquals(message?.payload, [...bytes]);
    assertEquals(more, []);
  }
  assertEquals(ring.size, 0);
}

/** The ring of a test, as what it is. */
export function manyToOne({ ring }: TestRing): ManyToOneRingBuffer {
  assert(ring instanceof ManyToOneRingBuffer);
  return ring;
}

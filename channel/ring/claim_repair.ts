/**
 * What producers of a ring for many announce of their claims, and what becomes
 * of the claim at the head when its producer died.
 *
 * @module
 */

import {
  ALIGNMENT,
  HEADER_LENGTH,
  PADDING_TYPE,
  TYPE_OFFSET,
} from "../buffers/record_layout.ts";
import type { RingMemory } from "./ring_memory.ts";

// Parts of an announced claim; the other bits are the low word of a position.
/** There is one. */
export const ANNOUNCED = 1;
/** It needs the start of the data area besides. */
export const WRAPS = 2;

/** Low word of the position at which an announced claim starts. */
function startOf(announced: number): number {
  return announced & -ALIGNMENT;
}

/** Whether the head is behind an announced claim, or none was announced. */
export function isPast(
  announced: number,
  head: number,
  capacity: number,
): boolean {
  if ((announced & ANNOUNCED) === 0) return true;
  let start = startOf(announced);
  // Behind its padding the record is at the start of the data area.
  if ((announced & WRAPS) !== 0) start += capacity - (start & (capacity - 1));
  return ((head - start) | 0) > 0;
}

/**
 * Makes padding of the claim at the head, if a dead producer's is there.
 *
 * @param live Returns the announcements of all who may be at work.
 * @param dead Announcements of those that are known to be dead.
 * @returns Whether something was repaired.
 */
export function repairAtHead(
  memory: RingMemory,
  live: () => readonly number[],
  dead: readonly number[],
): boolean {
  const { words, capacity } = memory;
  const head = Atomics.load(words, memory.head);
  const start = head & (capacity - 1);
  // The tail before the announcements: a producer that has claimed at the head
  // has announced it before the tail moved past it.
  const used = (Atomics.load(words, memory.tail) - head) | 0;
  if (used <= 0) return false;
  const living = live();
  const length = Atomics.load(words, start >> 2);
  if (length > 0) return false;
  const isHere = (announced: number) => mayBeAt(head, announced, capacity);
  if (living.some(isHere) || !dead.some(isHere)) return false;
  const limit = Math.min(used, capacity - start);
  if (length < 0) {
    if (length > -HEADER_LENGTH || length < -limit) {
      memory.refuse(start, length);
    }
    memory.pad(start, -length);
    return true;
  }
  const byteLength = gapAt(memory, head, limit, [...living, ...dead]);
  return fillGap(words, start, byteLength);
}

/** Whether a producer with this announcement may have the claim at a position. */
function mayBeAt(
  position: number,
  announced: number,
  capacity: number,
): boolean {
  if ((announced & ANNOUNCED) === 0) return false;
  const claim = startOf(announced);
  if (claim === position) return true;
  // Behind its padding at the end, the record is at the start.
  const distance = (position - claim) | 0;
  return (announced & WRAPS) !== 0 && (position & (capacity - 1)) === 0 &&
    distance > 0 && distance <= capacity;
}

/** Bytes of the claim at a position, to which nothing was written. */
function gapAt(
  { words, capacity }: RingMemory,
  position: number,
  limit: number,
  announcements: readonly number[],
): number {
  for (const announced of announcements) {
    // Each was the tail once, so a claim begins or ends there.
    const distance = (startOf(announced) - position) | 0;
    if ((announced & ANNOUNCED) !== 0 && distance > 0 && distance < limit) {
      limit = distance;
    }
  }
  const start = position & (capacity - 1);
  let byteLength = HEADER_LENGTH;
  while (
    byteLength < limit && Atomics.load(words, (start + byteLength) >> 2) === 0
  ) {
    byteLength += HEADER_LENGTH;
  }
  return byteLength;
}

/** Pads a gap, unless its producer has woken up. */
function fillGap(
  words: Int32Array,
  start: number,
  byteLength: number,
): boolean {
  const word = start >> 2;
  if (Atomics.compareExchange(words, word, 0, -byteLength) !== 0) return false;
  // From here on the header is ours; a death leaves it as one of a claim.
  words[word + (TYPE_OFFSET >> 2)] = PADDING_TYPE;
  return Atomics.compareExchange(words, word, -byteLength, byteLength) ===
    -byteLength;
}

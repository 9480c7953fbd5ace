/**
 * Where things lie in the object of a `Latest`, kind "late":
 *
 * ```text
 *    0  header of 128 bytes; a: bytes of the largest value, b: slots (a power of 2)
 *  128  newest: the low 32 bits of the number of the newest value, 0 for none
 *  132  sleepers: how many sleep on that word
 *  136  flags: 1 when sleepers that may only read are to be woken, too
 *  176  length of the text of the layout
 *  192  that text, then slots at multiples of 64:
 *       0  state: twice the number, low 32 bits; one more while it is written
 *       8  number of the value, 64 bits      16  its length, 64 bits
 *      64  the value
 * ```
 *
 * Value n lies in slot n mod slots. Its writer makes the state odd, and lets no
 * store of the value pass before that; writes the value, number and length; makes
 * the state even; and stores the newest with release. A reader loads the newest
 * with acquire, compares the state with twice that, copies, and compares again,
 * after all loads of the copy.
 *
 * @module
 */

import { HEADER_LENGTH } from "../object/header.ts";

/** Four letters in the header. */
export const KIND = "late";
/** Words of the object. */
export const NEWEST = HEADER_LENGTH / 4;
export const SLEEPERS = NEWEST + 1;
export const FLAGS = NEWEST + 2;
export const TEXT_LENGTH = HEADER_LENGTH / 4 + 12;
/** Where the text lies, in bytes. */
export const TEXT = HEADER_LENGTH + 64;
/** In the flags. */
export const WAKE_READERS = 1;

/** Within a slot, in words. */
export const STATE = 0;
export const NUMBER = 2;
export const LENGTH = 4;
/** Within a slot, in bytes. */
export const VALUE = 64;

const LINE = 64;

/** Where slots lie. */
export interface Slots {
  /** Bytes of the largest value. */
  readonly capacity: number;
  /** How many, a power of 2. */
  readonly count: number;
  /** Where the first starts. */
  readonly start: number;
  /** From one to the next. */
  readonly stride: number;
  /** Bytes of the whole object. */
  readonly size: number;
}

/** Lays out slots. */
export function slotsFor(
  capacity: number,
  count: number,
  textLength: number,
): Slots {
  const start = roundUp(TEXT + textLength);
  const stride = VALUE + roundUp(capacity);
  return { capacity, count, start, stride, size: start + count * stride };
}

/** Whether these can be numbers of a header. */
export function isSound(capacity: number, count: number): boolean {
  return Number.isSafeInteger(capacity) && capacity >= 1 &&
    Number.isInteger(count) && count >= 2 && count <= 65536 &&
    (count & (count - 1)) === 0;
}

function roundUp(length: number): number {
  return Math.ceil(length / LINE) * LINE;
}

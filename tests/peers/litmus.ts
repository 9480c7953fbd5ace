/**
 * Messages of a litmus test of the order of stores: all words follow from the
 * number of the message, so that one old word among new ones shows.
 *
 * @module
 */

/** 32-bit words of a message. */
export const LITMUS_WORDS = 6;

/** Bytes of a message. */
export const LITMUS_LENGTH = LITMUS_WORDS * 4;

/** Messages of one call of `writeBatch` and `writeSlices`. */
export const LITMUS_BATCH = 16;

/** How messages are written. */
export type LitmusWay = "write" | "claim" | "batch" | "slices" | "wrong";

/** Where a run begins, from its seed. */
export function litmusStart(seed: number): number {
  return Math.imul(seed, 0x9e37_79b1);
}

/** Fills a message. */
export function fillLitmus(
  words: Int32Array,
  from: number,
  number: number,
): void {
  for (let i = 0; i < LITMUS_WORDS; i++) words[from + i] = number ^ (i << 28);
}

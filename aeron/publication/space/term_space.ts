/**
 * Where a publication claims room for its frames, and in which term.
 *
 * @module
 */

import type { HeldSource } from "../../../channel/buffers/held_source.ts";
import { setBytes } from "../../../channel/buffers/typed_arrays.ts";
import type { Term } from "../../log/log_buffer.ts";

/** What is held while nothing is: nobody else has it. */
export const NOBODY = new Uint8Array(0);
/** The words of nothing. */
export const NO_WORDS = new Int32Array(0);

const HEADER = 32;
/** What a held source keeps apart from the rest of a long message, in words. */
const FIRST_WORDS = 14;

/** Claims room, alone or beside others; see the classes that implement it. */
export interface TermSpace {
  /** Term of the last claim. */
  readonly term: Term;
  /** Id of the term of the last claim. */
  readonly termId: number;
  /** How often terms had been rotated before the term of the last claim. */
  readonly termCount: number;
  /** Position behind the last message. */
  readonly position: bigint;
  /** What {@linkcode TermSpace.offerHeld} offers. */
  readonly held: Uint8Array;
  /**
   * Claims room.
   *
   * @param framed Bytes, a multiple of 32.
   * @param length Bytes of the message, for the last position of all.
   * @returns Offset in the term; negative when there is none, see
   * `offer_result.ts`.
   */
  claim(framed: number, length: number): number;
  /** Holds a source, which has words and goes into one frame, or none any more. */
  hold(source: HeldSource): void;
  /**
   * Claims room for the source that is held and writes it as a message of one frame, where
   * plain stores publish: the way of a program that sends one array again and again. All in
   * one function, over fields of one object: what it costs are the loads of what else it
   * would go through. And by words of 32 bits: what a program has just written by such is
   * loaded as one from the processor's store buffer; a longer load waits until all that was
   * stored before has reached the cache, which the reader holds.
   *
   * @returns Position behind the frame; 0 when something has to be looked up before, and
   * nothing was done; negative when there is no room.
   */
  offerHeld(): bigint | number;
}

/**
 * How far in a term the low half of a position can be had by adding to that of its
 * beginning: to its end, unless that lies at a multiple of 2^32.
 */
export function lastWithoutCarry(beginLow: number, termLength: number): number {
  return (beginLow >>> 0) + termLength === 2 ** 32
    ? termLength - 32
    : termLength;
}

/**
 * Copies a long source behind the header of a frame, the line with the header last: a
 * reader that has caught up looks at it all the time, and would take it away while the
 * rest is copied.
 */
export function copyLong(
  { bytes, words }: Term,
  offset: number,
  source: Int32Array,
  tail: Uint8Array,
): void {
  const payload = (offset + HEADER) >> 2;
  setBytes(bytes, tail, (payload + FIRST_WORDS) << 2);
  for (let i = 0; i < FIRST_WORDS; i++) words[payload + i] = source[i]!;
}

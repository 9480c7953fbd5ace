/**
 * Where a publication claims room for its frames, and in which term.
 *
 * @module
 */

import type { HeldSource } from "../../../channel/buffers/held_source.ts";
import type { Term } from "../../log/log_buffer.ts";

/** How far a publication goes without a look at what others may have changed. */
export const LOOK_LENGTH = 2 ** 14;

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
   * plain stores publish: the way of a program that sends one array again and again. It
   * calls next to nothing: what it costs are the loads of what else it would go through.
   *
   * @returns Position behind the frame; 0 when something has to be looked up before, and
   * nothing was done; negative when there is no room.
   */
  offerHeld(): bigint | number;
}

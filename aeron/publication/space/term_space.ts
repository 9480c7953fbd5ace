/**
 * Where a publication claims room for its frames, and in which term.
 *
 * @module
 */

import type { HeldSource } from "../../../channel/buffers/held_source.ts";
import { setBytes } from "../../../channel/buffers/typed_arrays.ts";
import { FRAME_HEADER_LENGTH } from "../../log/log_layout.ts";
import type { Term } from "../../log/log_buffer.ts";

/** Claims room, alone or beside others; see the classes that implement it. */
export interface TermSpace {
  /** Term of the last claim. */
  readonly term: Term;
  /** Id of the term of the last claim. */
  readonly termId: number;
  /** How often terms had been rotated before the term of the last claim. */
  readonly termCount: number;
  /**
   * Claims room.
   *
   * @param framed Bytes, a multiple of 32.
   * @param length Bytes of the message, for the last position of all.
   * @returns Offset in the term; negative when there is none, see
   * `offer_result.ts`.
   */
  claim(framed: number, length: number): number;
  /**
   * Claims room for a source that is held, which has at least one word, and writes it as
   * a message of one frame: the way of a program that sends one array again and again,
   * which calls next to nothing. Of a long message the line with the header comes last: a
   * reader that has caught up looks at it all the time, and would take it away while the
   * rest is copied.
   *
   * @returns As `claim` does.
   */
  append(held: HeldSource): number;
  /** Position behind the last message. */
  readonly position: bigint;
}

/** What a held source keeps apart from the rest of a long message, in 64-bit words. */
const FIRST_LONGS = 7;

/** Copies a long source behind the header of a frame, the first line last. */
export function copyLong(
  { bytes, longs }: Term,
  offset: number,
  source: BigInt64Array,
  tail: Uint8Array,
): void {
  const payload = (offset + FRAME_HEADER_LENGTH) >> 3;
  setBytes(bytes, tail, (payload + FIRST_LONGS) << 3);
  for (let i = 0; i < FIRST_LONGS; i++) longs[payload + i] = source[i]!;
}

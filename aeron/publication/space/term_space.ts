/**
 * Where a publication claims room for its frames, and in which term.
 *
 * @module
 */

import type { HeldSource } from "../../../channel/buffers/held_source.ts";
import { setBytes } from "../../../channel/buffers/typed_arrays.ts";
import type { Term } from "../../log/log_buffer.ts";

// Once more, what the hot path uses: an imported name is loaded and checked each time.
const HEADER = 32;
const FLAGS_AND_TYPE = 1;
const TERM_OFFSET = 2;
const SESSION_ID = 3;
const STREAM_ID = 4;
const TERM_ID = 5;
const WHOLE_FRAME = 0x1c000;

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

/**
 * Writes a held source as a message of one frame. Its length comes last: that
 * publishes the frame.
 */
export function writeHeld(
  term: Term,
  offset: number,
  sessionId: number,
  streamId: number,
  termId: number,
  { longs: source, tail }: HeldSource,
): void {
  const { words } = term;
  const word = offset >> 2;
  const frameLength = (source.length << 3) + HEADER;
  term.marks[word] = -frameLength;
  words[word + FLAGS_AND_TYPE] = WHOLE_FRAME;
  words[word + TERM_OFFSET] = offset;
  words[word + SESSION_ID] = sessionId;
  words[word + STREAM_ID] = streamId;
  words[word + TERM_ID] = termId;
  if (tail === undefined) {
    const { longs } = term;
    const payload = (offset + HEADER) >> 3;
    const count = source.length;
    for (let i = 0; i < count; i++) longs[payload + i] = source[i]!;
  } else copyLong(term, offset, source, tail);
  words[word] = frameLength;
}

/** Copies a long source behind the header of a frame, the first line last. */
function copyLong(
  { bytes, longs }: Term,
  offset: number,
  source: BigInt64Array,
  tail: Uint8Array,
): void {
  const payload = (offset + HEADER) >> 3;
  setBytes(bytes, tail, (payload + FIRST_LONGS) << 3);
  for (let i = 0; i < FIRST_LONGS; i++) longs[payload + i] = source[i]!;
}

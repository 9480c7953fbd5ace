/**
 * Where a publication claims room for its frames, and in which term.
 *
 * @module
 */

/** Claims room, alone or beside others; see the classes that implement it. */
export interface TermSpace {
  /** Index of the term of the last claim: 0 to 2. */
  readonly part: number;
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
  /** Position behind the last message. */
  readonly position: bigint;
}

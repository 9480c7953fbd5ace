/**
 * Trailer behind the data area, in bytes; each position owns 128 bytes, two
 * cache lines:
 *
 * ```text
 *  0     128    256          384    512           640         768
 *  | gap | tail | head cache | head | correlation | heartbeat |
 * ```
 *
 * The gap stays zero: other implementations look at its first word. The journal
 * lies in padding of the format behind the head: where a consumer of a ring for
 * many notes the position that the head will have when the memory in front of it
 * is zero.
 */
export const TRAILER = {
  tail: 128,
  headCache: 256,
  head: 384,
  journal: 392,
  correlation: 512,
  heartbeat: 640,
  length: 768,
} as const;

/** Bytes that a ring buffer needs besides its capacity. */
export const RING_TRAILER_LENGTH: number = TRAILER.length;

/**
 * Where things lie in the object of a `SharedMap`, kind "map ":
 *
 * ```text
 *    0  header of 128 bytes; a: chunks, b: buckets (a power of 2)
 *  128  free: first free chunk, one more than its index, 0: none
 *  132  newest, oldest: entries in the order of their use
 *  140  entries, free chunks      148  policy: 0 none, 1 lru    152  seed of hashes
 *  192  mutex of all changes, 64 bytes, then 64 mutexes of keys, by their hash
 * 4352  buckets of 8 bytes: version, odd while it is being changed, and first entry
 *       then 4 bytes for each chunk: when the entry in it was used last, ms in 32 bits
 *       then chunks of 128 bytes:
 *    0  next chunk of the entry, or of the free ones
 *    4  next entry of the bucket     8  hash            12  length of the key
 *   16  length of the value         20  flags: 1 when the key is text
 *   24  expires: a double, ms since 1970, 0 for never
 *   32  entry used later    36  entry used earlier
 *   40  when it was used last, as of when it got its place in the order
 *   48  the key, then the value; 80 bytes of them, and 120 from 8 on in each further
 *       chunk
 * ```
 *
 * An entry is never changed but for when it was used: a new one is made, and takes
 * the place of the old one by one store into the bucket's chain. So what is true
 * are the chains; free chunks, order and numbers are rebuilt from them when a
 * process died while it changed them.
 *
 * Readers take no lock: they compare the bucket's version before and after.
 *
 * @module
 */

import { HEADER_LENGTH } from "../object/header.ts";

/** Four letters in the header. */
export const KIND = "map ";

/** Words of the object. */
export const FREE_CHUNKS = HEADER_LENGTH / 4;
export const NEWEST = FREE_CHUNKS + 1;
export const OLDEST = FREE_CHUNKS + 2;
export const ENTRY_COUNT = FREE_CHUNKS + 3;
export const FREE_COUNT = FREE_CHUNKS + 4;
export const POLICY = FREE_CHUNKS + 5;
export const SEED = FREE_CHUNKS + 6;

/** Where mutexes lie, in bytes. */
export const MUTEX = HEADER_LENGTH + 64;
export const KEY_MUTEXES = MUTEX + 64;
export const KEY_MUTEX_COUNT = 64;
/** Where buckets lie, in bytes. */
export const BUCKETS = KEY_MUTEXES + 64 * KEY_MUTEX_COUNT;

/** Length of a chunk. */
export const CHUNK = 128;
/** What the first chunk of an entry, and each further one, has room for. */
export const FIRST_ROOM = 80;
export const NEXT_ROOM = 120;
/** Where that room starts. */
export const FIRST_START = 48;
export const NEXT_START = 8;

/** Within a chunk, in words. */
export const NEXT = 0;
export const CHAIN = 1;
export const HASH = 2;
export const KEY_LENGTH = 3;
export const VALUE_LENGTH = 4;
export const FLAGS = 5;
export const LATER = 8;
export const EARLIER = 9;
export const PLACED = 10;
/** Within a chunk, in bytes. */
export const EXPIRES = 24;

/** In the flags. */
export const TEXT_KEY = 1;
/** Policies. */
export const LRU = 1;

/** Longest key. */
export const LONGEST_KEY = 1024;

/** Where things lie in a map of some size. */
export interface MapShape {
  /** How many chunks there are. */
  readonly chunks: number;
  /** How many buckets, a power of 2. */
  readonly buckets: number;
  /** Where times of use start, in bytes. */
  readonly uses: number;
  /** Where chunks start, in bytes. */
  readonly start: number;
  /** Bytes of the whole object. */
  readonly size: number;
}

/** Lays out a map. */
export function mapShape(chunks: number, buckets: number): MapShape {
  const uses = BUCKETS + 8 * buckets;
  const start = Math.ceil((uses + 4 * chunks) / CHUNK) * CHUNK;
  return { chunks, buckets, uses, start, size: start + chunks * CHUNK };
}

/** Whether these can be numbers of a header. */
export function isSound(chunks: number, buckets: number): boolean {
  return Number.isInteger(chunks) && chunks >= 1 && chunks <= 2 ** 28 &&
    Number.isInteger(buckets) && buckets >= 1 && buckets <= 2 ** 28 &&
    (buckets & (buckets - 1)) === 0;
}

/** How many chunks an entry takes. */
export function chunksOf(length: number): number {
  return length <= FIRST_ROOM
    ? 1
    : 1 + Math.ceil((length - FIRST_ROOM) / NEXT_ROOM);
}

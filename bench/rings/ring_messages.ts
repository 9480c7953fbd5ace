/**
 * What the messages of the ring benchmarks contain: a running number, and
 * behind it words that are all the same.
 *
 * @module
 */

/** Each word behind the running number. */
export const MARK = 0x5eed;

/** The sum of the first two words of so many messages, which consumers see. */
export function checksumOf(count: number): bigint {
  const total = BigInt(count);
  return total * (total - 1n) / 2n + total * BigInt(MARK);
}

/**
 * Addresses as the numbers that stand in memory for them.
 *
 * They are kept as the 64 bits of a float64, because one plain store moves those
 * without an allocation, and a thread that is killed leaves the old address or
 * the new one. As a float64 an address of user space (below 2^52) is a subnormal
 * number: never NaN, so no bit changes on the way.
 *
 * @module
 */

const bits = new BigUint64Array(1);
const asNumber = new Float64Array(bits.buffer);

/** An address as the number with the same 64 bits. */
export function linkOf(address: bigint): number {
  bits[0] = address;
  return asNumber[0] ?? 0;
}

/**
 * Two 32-bit words as the number with the same 64 bits, to be written by one store.
 *
 * @param high The second word; below 0x7ff00000, so that the number is not NaN.
 */
export function cellOf(low: number, high: number): number {
  return linkOf(BigInt.asUintN(32, BigInt(low)) | (BigInt(high) << 32n));
}

/** The address that a link is. */
export function addressOf(link: number): bigint {
  asNumber[0] = link;
  return bits[0] ?? 0n;
}

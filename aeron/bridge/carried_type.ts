/**
 * The type of a message, as Aeron carries it: in the 64 bits that each frame has for
 * the application. Java reads it by `(int) header.reservedValue()`.
 *
 * @module
 */

const HIGHEST_TYPE = 0x7fff_ffffn;

/** The 64 bits for a type. */
export function reservedOf(typeId: number): bigint {
  return BigInt(typeId);
}

/**
 * The type that 64 bits say.
 *
 * @param reserved The bits.
 * @param fallback The type of messages that say none, or none that a channel can have.
 */
export function typeIdOf(reserved: bigint, fallback: number): number {
  return reserved >= 1n && reserved <= HIGHEST_TYPE
    ? Number(reserved)
    : fallback;
}

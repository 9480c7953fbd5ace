/**
 * A number that tells one layout from another.
 *
 * @module
 */

const PRIME = 0x100000001b3n;
const BASIS = 0xcbf29ce484222325n;

/**
 * FNV-1a with 64 bits over UTF-8: small, known everywhere, the same in each
 * version of this library.
 */
export function fnv1a64(text: string): bigint {
  let hash = BASIS;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  }
  return hash;
}

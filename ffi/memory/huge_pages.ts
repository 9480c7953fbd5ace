/** The kernel's notation of a huge page size: its logarithm from bit 26 on. */
export function hugePageBits(byteLength: number): number {
  return Math.log2(byteLength) << 26;
}

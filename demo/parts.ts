/**
 * How the work is split among processes, and how its results are joined.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** How many processes share the work. */
export const PART_COUNT = 4;

/** How many bytes are hashed, read or written at a time. */
export const WINDOW_SIZE = 64 * 1024;

/** A part of a file. The last ones of a tiny file are empty. */
export interface Part {
  /** Where it starts, in bytes. */
  readonly offset: number;
  /** Its length in bytes. */
  readonly length: number;
}

/** Splits a number of bytes into parts that differ by a few bytes at most. */
export function split(byteLength: number): Part[] {
  return Array.from({ length: PART_COUNT }, (_, index) => {
    const offset = Math.floor(byteLength * index / PART_COUNT);
    const end = Math.floor(byteLength * (index + 1) / PART_COUNT);
    return { offset, length: end - offset };
  });
}

/** Joins the hashes of the parts into one. */
export function combine(digests: readonly string[]): string {
  const hash = createHash("sha256");
  for (const digest of digests) hash.update(digest, "hex");
  return hash.digest("hex");
}

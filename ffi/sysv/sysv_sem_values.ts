/**
 * The values of System V semaphores, and who waits for them: `semctl(2)`.
 *
 * @module
 */

import { platform } from "../platforms/platform.ts";
import { addressOf, control } from "./semctl.ts";

/** Reads all values (`GETALL`). */
export function readValues(
  id: number,
  count: number,
  operation: string,
): number[] {
  const values = new Uint16Array(count);
  control(id, 0, platform().semctl.GETALL, addressOf(values), operation);
  return [...values];
}

/** Sets all values (`SETALL`). */
export function writeValues(
  id: number,
  values: readonly number[],
  operation: string,
): void {
  const words = new Uint16Array(values);
  control(id, 0, platform().semctl.SETALL, addressOf(words), operation);
}

/** Sets one value (`SETVAL`). */
export function writeValue(
  id: number,
  index: number,
  value: number,
  operation: string,
): void {
  control(id, index, platform().semctl.SETVAL, BigInt(value), operation);
}

/** What can be read of one semaphore besides its value. */
export type SemaphoreQuery = "GETPID" | "GETNCNT" | "GETZCNT";

/** Reads the last process, or how many wait for more or for zero. */
export function querySemaphore(
  id: number,
  index: number,
  query: SemaphoreQuery,
  operation: string,
): number {
  return control(id, index, platform().semctl[query], 0n, operation);
}

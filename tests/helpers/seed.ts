/**
 * Chance that can be repeated: every file of tests that leaves something to it
 * prints its seed, and `SHMEM_TEST_SEED=N deno task test FILE` gives it again.
 * Names and keys are random all the same, or two runs would meet.
 *
 * @module
 */

const given = Deno.env.get("SHMEM_TEST_SEED");

/** The seed of this file's run. */
export const SEED = given === undefined
  ? crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1
  : Number(given);
if (!Number.isSafeInteger(SEED)) {
  throw new RangeError(`SHMEM_TEST_SEED is no integer: ${given}`);
}
// deno-lint-ignore no-console -- for the person who repeats a run
console.error(`SHMEM_TEST_SEED=${SEED} repeats what is random here`);

let state = SEED >>> 0;

/** The next number from 0 on, below 1 (splitmix32). */
export function random(): number {
  state = (state + 0x9e37_79b9) | 0;
  let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}

/** A whole number from 0 on, below `end`. */
export function randomBelow(end: number): number {
  return Math.floor(random() * end);
}

/** Fills a view with bytes. */
export function fillRandomly<T extends ArrayBufferView>(view: T): T {
  const { buffer, byteOffset, byteLength } = view;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  for (let i = 0; i < byteLength; i++) bytes[i] = randomBelow(256);
  return view;
}

/**
 * How much a test does.
 *
 * @module
 */

/** Under emulation everything takes so many times as long. */
const SLOWDOWN = 20;

/** The fast tests do one part in so many of what `test:stress` does. */
const SHARE = 5;

/** How often to do something: fewer times where each takes long. */
export function times(count: number): number {
  const emulated = Deno.env.get("SHMEM_TEST_EMULATOR") !== undefined;
  return emulated ? Math.ceil(count / SLOWDOWN) : count;
}

/** Whether to do all, as `tests/stress/all_rounds_test.ts` has it done. */
export const ALL_ROUNDS = Deno.env.get("SHMEM_TEST_ROUNDS") === "all";

/**
 * How often to do something in a fast test: a share of what it takes to be sure,
 * or all of it with `SHMEM_TEST_ROUNDS=all`.
 */
export function shareOf(count: number): number {
  if (ALL_ROUNDS) return times(count);
  return Math.min(times(count), Math.ceil(count / SHARE));
}

/** A pause, in which other tasks go on. */
export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** Looks again and again until something holds, for as long as anyone would. */
export async function until(
  holds: () => boolean,
  what: string,
): Promise<void> {
  const end = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`it never happens: ${what}`);
    await pause(1);
  }
}

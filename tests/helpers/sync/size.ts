/**
 * How much a test does.
 *
 * @module
 */

/** Under emulation everything takes so many times as long. */
const SLOWDOWN = 20;

/** How often to do something: fewer times where each takes long. */
export function times(count: number): number {
  const emulated = Deno.env.get("SHMEM_TEST_EMULATOR") !== undefined;
  return emulated ? Math.ceil(count / SLOWDOWN) : count;
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

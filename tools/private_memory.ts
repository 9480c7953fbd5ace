/**
 * How much memory several processes hold together, each of its own.
 *
 * @module
 */

const KIBIBYTE = 1024;

/** Time between two looks, in milliseconds. */
const INTERVAL_MS = 50;

/**
 * Tells how much private memory (`RssAnon`) processes hold. Not counted is what
 * they share, and what files stand behind, such as the executable.
 *
 * @returns Bytes, or null where no `/proc` tells.
 */
export async function privateMemoryOf(
  pids: readonly number[],
): Promise<number | null> {
  // Deno itself reads /proc only for those who may do everything.
  const { stdout } = await new Deno.Command("cat", {
    args: pids.map((pid) => `/proc/${pid}/status`),
    stderr: "null",
  }).output();
  const found = new TextDecoder().decode(stdout)
    .matchAll(/^RssAnon:\s+(\d+) kB$/gm);
  const sizes = [...found].map(([, size]) => Number(size) * KIBIBYTE);
  if (sizes.length === 0) return null;
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Looks again and again while something is done.
 *
 * @returns What was done, and the most that processes held at one time, or null
 * where nobody knows.
 */
export async function peakMemoryDuring<Result>(
  pids: readonly number[],
  work: () => Promise<Result>,
): Promise<{ result: Result; peak: number | null }> {
  let peak = await privateMemoryOf(pids);
  let ended = false;
  const looking = (async () => {
    while (peak !== null && !ended) {
      peak = Math.max(peak, await privateMemoryOf(pids) ?? 0);
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  })();
  let result;
  try {
    result = await work();
  } finally {
    ended = true;
    await looking;
  }
  return { result, peak };
}

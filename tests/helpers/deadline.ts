/** A watchdog against tests that hang, and no measure of speed. */
const PATIENCE_MS = 120_000;

/** Waits for something that must happen, for as long as anyone would. */
export async function deadline<Result>(
  promise: Promise<Result>,
  message: () => string,
): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(message())), PATIENCE_MS);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

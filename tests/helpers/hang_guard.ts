/**
 * Loaded before each test file (`--preload`): a test that hangs fails its file
 * with an error that says so, and the run goes on with the other files.
 *
 * @module
 */

/** Far longer than any test takes on a loaded machine. */
const LIMIT_MS = 600_000;

let begun = 0;

Deno.test.beforeEach(() => {
  const mine = ++begun;
  // Signals are there already; setTimeout has Deno load its timers when it is
  // first used, which takes a quarter of what an empty test file does.
  AbortSignal.timeout(LIMIT_MS).addEventListener("abort", () => {
    if (mine !== begun) return;
    throw new Error(`The test hangs: it has run for ${LIMIT_MS} ms`);
  });
});

Deno.test.afterEach(() => void begun++);

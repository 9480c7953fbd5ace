/**
 * Loaded before each test file (`--preload`): a test that hangs fails its file
 * with an error that says so, and the run goes on with the other files.
 *
 * @module
 */

/** Far longer than any test takes on a loaded machine. */
const LIMIT_MS = 600_000;

let timer: ReturnType<typeof setTimeout> | undefined;

Deno.test.beforeEach(() => {
  timer = setTimeout(() => {
    throw new Error(`The test hangs: it has run for ${LIMIT_MS} ms`);
  }, LIMIT_MS);
});

Deno.test.afterEach(() => clearTimeout(timer));

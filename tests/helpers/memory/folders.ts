/**
 * Folders of tests.
 *
 * @module
 */

/** A folder that is gone at the end of the block. */
export function makeFolder() {
  const path = Deno.makeTempDirSync();
  return {
    path,
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

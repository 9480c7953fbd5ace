/**
 * Files of tests.
 *
 * @module
 */

/** A file that is gone at the end of the block. */
export function makeFile(size: number) {
  const path = Deno.makeTempFileSync();
  Deno.truncateSync(path, size);
  return { path, [Symbol.dispose]: () => Deno.removeSync(path) };
}

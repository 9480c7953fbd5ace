/**
 * Compiles the C programs that tests and benchmarks run as the other process.
 *
 * @module
 */

import { projectPath, run } from "./deno.ts";

/**
 * Compiles a program or library.
 *
 * @param source Path in the project: `tests/peers/c/counter.c`.
 * @param flags Further flags of the compiler, such as `-shared`.
 * @returns Path of the result, in a folder of its own, to be disposed of.
 */
export async function compile(
  source: string,
  flags: readonly string[] = [],
): Promise<Compiled> {
  const folder = await Deno.makeTempDir({ prefix: "shmem-cc-" });
  const path = `${folder}/program`;
  const { code, stderr } = await run([
    "cc",
    "-O2",
    "-Wall",
    "-Wextra",
    "-o",
    path,
    projectPath(source),
    "-pthread",
    "-lrt",
    ...flags,
  ]);
  if (code !== 0) {
    await Deno.remove(folder, { recursive: true });
    throw new Error(`Cannot compile ${source}: ${stderr}`);
  }
  return {
    path,
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

/** What {@linkcode compile} made, until the end of its `using` block. */
export interface Compiled extends Disposable {
  readonly path: string;
}

/**
 * Compiles the C programs that tests and benchmarks run as the other process.
 *
 * @module
 */

import { projectPath, run } from "./deno.ts";
import { made, textsOf } from "./peers/made.ts";

/** What {@linkcode compile} made. */
export interface Compiled {
  /** Path of the program or library, which other tests use as well. */
  readonly path: string;
}

/**
 * Compiles a program or library, unless that was done before.
 *
 * @param source Path in the project: `tests/peers/c/counter.c`.
 * @param flags Further flags of the compiler, such as `-shared`.
 */
export async function compile(
  source: string,
  flags: readonly string[] = [],
): Promise<Compiled> {
  const path = projectPath(source);
  const head = ["-O2", "-Wall", "-Wextra"];
  const tail = ["-pthread", "-lrt", ...flags];
  const of = [...head, ...tail, ...await textsOf(path)];
  const folder = await made("cc", of, async (folder) => {
    const result = `${folder}/program`;
    const command = ["cc", ...head, "-o", result, path, ...tail];
    const { code, stderr } = await run(command);
    if (code !== 0) throw new Error(`Cannot compile ${source}: ${stderr}`);
  });
  return { path: `${folder}/program` };
}

/**
 * A program that another user runs, with the synchronisation layer.
 *
 * @module
 */

import { denoRun, type Ended, run } from "../deno.ts";
import { asNobody, readableCopy } from "../limits.ts";

/**
 * Runs a program without any rights on what this user made.
 *
 * @param source Its text, which imports "mod.ts" and "sync/mod.ts".
 */
export async function runAsNobody(source: string): Promise<Ended> {
  const { folder } = readableCopy();
  const script = `${folder}/${crypto.randomUUID()}.ts`;
  const text = source.replaceAll(
    /"((?:sync\/)?mod\.ts)"/g,
    (_, path) => `"file://${folder}/${path}"`,
  );
  Deno.writeTextFileSync(script, text);
  Deno.chmodSync(script, 0o644);
  return await run(asNobody(denoRun(script)));
}

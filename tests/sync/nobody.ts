/**
 * A program that another user runs, with the synchronisation layer.
 *
 * @module
 */

import { denoRun, type Ended, ROOT, run } from "../helpers/deno.ts";
import { asNobody, readableCopy } from "../helpers/limits.ts";

/**
 * Runs a program without any rights on what this user made.
 *
 * @param source Its text, which imports "mod.ts" and "sync/mod.ts".
 */
export async function runAsNobody(source: string): Promise<Ended> {
  const { folder } = readableCopy();
  copySync(folder);
  const script = `${folder}/${crypto.randomUUID()}.ts`;
  const text = source.replaceAll(
    /"((?:sync\/)?mod\.ts)"/g,
    (_, path) => `"file://${folder}/${path}"`,
  );
  Deno.writeTextFileSync(script, text);
  Deno.chmodSync(script, 0o644);
  return await run(asNobody(denoRun(script)));
}

function copySync(folder: string): void {
  Deno.mkdirSync(`${folder}/sync`, { recursive: true });
  Deno.chmodSync(`${folder}/sync`, 0o755);
  const from = new URL("sync/", ROOT);
  for (const { name } of Deno.readDirSync(from)) {
    const path = `${folder}/sync/${name}`;
    Deno.writeTextFileSync(path, Deno.readTextFileSync(new URL(name, from)));
    Deno.chmodSync(path, 0o644);
  }
}

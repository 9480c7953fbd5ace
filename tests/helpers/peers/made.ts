/**
 * What compilers make for tests. It is kept in `.cache/made`, by the content of
 * what it was made of: a program that many files of tests run is compiled once.
 *
 * @module
 */

import { dirname, join } from "../../../deps.ts";
import { projectPath, run } from "../deno.ts";

const CACHE = projectPath(".cache/made");

/**
 * Makes something, unless that was done before.
 *
 * @param compiler The command that makes it.
 * @param of All that the result depends on: flags, and the text of the sources.
 * @param make Writes the result into an empty folder.
 * @returns The folder in which it lies; nobody changes what is in there.
 */
export async function made(
  compiler: string,
  of: readonly string[],
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const parts = JSON.stringify([await whereIs(compiler), ...of]);
  const bytes = new TextEncoder().encode(parts);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const folder = join(CACHE, digest.toHex());
  if (await isFolder(folder)) {
    // So that `tools/sweep.ts` leaves what is in use.
    const now = new Date();
    await Deno.utime(folder, now, now);
    return folder;
  }
  await Deno.mkdir(CACHE, { recursive: true });
  // Half a result never stands under the name of the whole.
  const draft = await Deno.makeTempDir({ dir: CACHE, prefix: "draft-" });
  try {
    await make(draft);
    await Deno.rename(draft, folder);
  } catch (error) {
    await Deno.remove(draft, { recursive: true });
    // Another process may have been first.
    if (!await isFolder(folder)) throw error;
  }
  return folder;
}

/** The texts of a source in C and of all that it includes from the project. */
export async function textsOf(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(path);
  const included = [...text.matchAll(/^#include "(.+)"$/gm)]
    .map(([, file = ""]) => textsOf(join(dirname(path), file)));
  return [text, ...(await Promise.all(included)).flat()];
}

/** The file that a command is, after all links: it names the version. */
async function whereIs(command: string): Promise<string> {
  const script = 'readlink -f "$(command -v "$1")"';
  return (await run(["sh", "-c", script, "-", command])).stdout;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

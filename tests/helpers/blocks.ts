/**
 * The blocks of code in a document, which tests run.
 *
 * - `ts` is a program that prints what the comments behind its `console.log`
 *   calls say.
 * - `ts together`: it runs at the same time as the block before or behind it
 *   that says the same.
 * - `ts ignore`, `sh`, `json`, `text` and the like are not run.
 *
 * Names of objects (`"/frames"`) get a random prefix, so that two runs, and what
 * the machine has already, do not meet.
 *
 * @module
 */

import { join } from "../../deps.ts";
import { projectPath, ROOT } from "./deno.ts";

/** A fenced block of a document. */
export interface Block {
  /** Of the fence: "ts". */
  readonly language: string;
  /** Words behind the language. */
  readonly words: readonly string[];
  /** The last heading above it. */
  readonly heading: string;
  /** Its text. */
  readonly code: string;
}

/** Splits a document. */
export function blocksOf(text: string): Block[] {
  const found: Block[] = [];
  let heading = "";
  // Every second part lies between two fences.
  for (const [index, part] of text.split(/^```/m).entries()) {
    if (index % 2 === 0) {
      heading = [...part.matchAll(/^#+ (.*)/gm)].at(-1)?.[1] ?? heading;
      continue;
    }
    const [, info = "", code = ""] = /^(.*)\n([^]*)/.exec(part) ?? [];
    const [language = "", ...words] = info.split(" ");
    found.push({ language, words, heading, code });
  }
  return found;
}

/** Gives the objects of a program names that nobody else uses. */
export function withNames(code: string, prefix: string): string {
  return code
    .replaceAll(/"\/([a-z][a-z-]*)"/g, `"${prefix}-$1"`)
    .replaceAll(/\/dev\/shm\/([a-z][a-z-]*)/g, `/dev/shm${prefix}-$1`)
    .replaceAll(/name="([a-z][a-z-]*)"/g, `name="${prefix.slice(1)}-$1"`);
}

/** Lets a program import the module by its name from anywhere. */
export function withImports(code: string): string {
  return code.replaceAll(
    /"@shmem\/shmem(\/\w+)?"/g,
    (_, surface) => `"${new URL(`.${surface ?? ""}/mod.ts`, ROOT)}"`,
  );
}

/** What the comments behind `console.log` calls say is printed. */
export function expectedLines(code: string): string[] {
  const calls = code.matchAll(/console\.log\((.*)\);(?: \/\/ (.*))?$/gm);
  return [...calls].map(([, , comment = ""]) => comment.split(/: /)[0] ?? "");
}

/** The documents of the project, from its folder. */
export async function documents(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of [".", "docs", "docs/guides"]) {
    for await (const { name } of Deno.readDir(projectPath(`${folder}/`))) {
      if (name.endsWith(".md")) found.push(join(folder, name));
    }
  }
  return found.sort();
}

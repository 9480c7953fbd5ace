/**
 * Runs the doctor where something is wrong.
 *
 * @module
 */

import { assert } from "../../../deps.ts";
import { denoRun, projectPath, run } from "../../helpers/deno.ts";
import { withMounts } from "../../helpers/limits.ts";
import { PERMISSIONS } from "../helpers.ts";

/** What the doctor found, by the names of the checks. */
export type Found = Record<
  string,
  { state: string; found: string; advice?: string }
>;

/** Runs the doctor under other conditions. */
export async function examine(
  words: readonly string[],
  wrap: (command: readonly string[]) => readonly string[] = (command) =>
    command,
  permissions = PERMISSIONS,
): Promise<{ code: number; found: Found }> {
  const script = projectPath("cli/main.ts");
  const args = ["doctor", ...words, "--json"];
  const ended = await run(wrap(denoRun(script, { permissions, args })));
  const lines = ended.stdout.split("\n").filter((line) => line.startsWith("{"));
  assert(lines.length > 0, ended.stderr);
  const found: Found = {};
  for (const line of lines) {
    const { name, ...rest } = JSON.parse(line);
    found[name] = rest;
  }
  return { code: ended.code, found };
}

/** Runs a command where a script of the shell has changed mounts for it alone. */
export function changed(
  script: string,
): (command: readonly string[]) => string[] {
  return (command) => withMounts(script, command);
}

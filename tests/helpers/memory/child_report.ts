/**
 * Runs a program that might crash as a Deno of its own, and gives what it saw.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { denoRun, type Ended, ROOT, run } from "../deno.ts";

/**
 * What every such program starts with. `see` notes what something gave, or the
 * name and code of the error that it threw.
 */
const HEAD = `import * as shmem from "${new URL("mod.ts", ROOT)}";
const MOD = "${new URL("mod.ts", ROOT)}";
const seen = {};
function see(what, act) {
  try {
    seen[what] = String(act());
  } catch (error) {
    seen[what] = error.code === undefined ? error.name : error.name + " " + error.code;
  }
}
async function seeLater(what, act) {
  try {
    seen[what] = String(await act());
  } catch (error) {
    seen[what] = error.name;
  }
}
const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
`;

/** What a program needs. */
export interface ProgramOptions {
  /** Flags of `deno run`. Default: ffi, read and write. */
  readonly flags?: readonly string[];
  /** A command that starts the one after it. Default: none. */
  readonly through?: readonly string[];
  /** Environment variables to add. */
  readonly env?: Record<string, string>;
}

/** Runs a program with `see` at hand, and gives how it ended. */
export async function runProgram(
  body: string,
  { flags, through = [], env = {} }: ProgramOptions = {},
): Promise<Ended> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, `${HEAD}${body}`);
    const options = flags === undefined ? {} : { permissions: flags };
    return await run([...through, ...denoRun(file, options)], { env });
  } finally {
    await Deno.remove(file);
  }
}

/**
 * Runs a program that must survive: no signal, and exit code 0.
 *
 * @returns What it noted with `see`, by name.
 */
export async function survive(
  body: string,
  options: ProgramOptions = {},
): Promise<Record<string, string>> {
  const last = "\nconsole.log(JSON.stringify(seen));\n";
  const ended = await runProgram(body + last, options);
  const { code, signal, stdout, stderr } = ended;
  assertEquals({ code, signal }, { code: 0, signal: null }, stderr + stdout);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
}

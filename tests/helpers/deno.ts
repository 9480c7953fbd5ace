/**
 * Starts programs as other processes, the way that tests and benchmarks do.
 *
 * @module
 */

import { fromFileUrl } from "../../deps.ts";

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What {@linkcode run} may be told. */
export interface RunOptions {
  readonly stdin?: string;
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

/** The folder of the project. */
export const ROOT = new URL("../../", import.meta.url);

/** A path in the project, as a plain path. */
export function projectPath(relative: string): string {
  return fromFileUrl(new URL(relative, ROOT));
}

/**
 * The command that starts Deno: this one, and, under emulation, the emulator
 * in front of it, as `tools/test_aarch64.ts` names it.
 */
export function denoCommand(): string[] {
  const emulator = Deno.env.get("SHMEM_TEST_EMULATOR");
  const deno = Deno.execPath();
  return emulator === undefined ? [deno] : [...emulator.split(" "), deno];
}

/** Permissions of a Deno program that a test starts, unless it says otherwise. */
const PERMISSIONS = ["--allow-ffi", "--allow-read", "--allow-write"];

/** What {@linkcode runDeno} may be told. */
export interface DenoOptions extends RunOptions {
  /** Flags of `deno run`. Default: ffi, read and write. */
  readonly permissions?: readonly string[];
  /** Arguments of the program. */
  readonly args?: readonly string[];
  /** A command that starts Deno under other conditions, without Deno's own. */
  readonly launcher?: readonly string[];
}

/** The command line of a Deno program. */
export function denoRun(
  script: string,
  { permissions = PERMISSIONS, args = [], launcher = [] }: DenoOptions = {},
): string[] {
  return [
    ...launcher,
    ...denoCommand(),
    "run",
    "--quiet",
    "--no-check",
    "--no-prompt",
    ...permissions,
    script,
    ...args,
  ];
}

/**
 * Runs a Deno program to its end.
 * `script` is a path, or source text of several lines that imports "mod.ts".
 */
export async function runDeno(
  script: string,
  options: DenoOptions = {},
): Promise<Ended> {
  if (!script.includes("\n")) {
    return await run(denoRun(script, options), options);
  }
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const source = script.replaceAll(
      '"mod.ts"',
      `"${new URL("mod.ts", ROOT)}"`,
    );
    await Deno.writeTextFile(file, source);
    return await run(denoRun(file, options), options);
  } finally {
    await Deno.remove(file);
  }
}

/** Runs a program to its end. */
export async function run(
  [command = "", ...head]: readonly string[],
  { stdin, cwd, env }: RunOptions = {},
): Promise<Ended> {
  const child = new Deno.Command(command, {
    args: head,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
  }).spawn();
  if (stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(stdin));
    await writer.close();
  }
  const { code, signal, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return {
    code,
    signal,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

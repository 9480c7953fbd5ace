/**
 * Runs the command as its users do.
 *
 * @module
 */

import {
  type DenoOptions,
  denoRun,
  type Ended,
  projectPath,
  run,
} from "../helpers/deno.ts";

/** Permissions of the task `shmem`. */
export const PERMISSIONS = [
  "--allow-ffi",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
  "--allow-run",
  "--allow-net=127.0.0.1",
];

/** The command line of `shmem`. */
export function shmemLine(args: readonly string[]): string[] {
  const script = projectPath("cli/main.ts");
  return denoRun(script, { permissions: PERMISSIONS, args });
}

/** Runs `shmem` to its end. */
export async function shmem(
  args: readonly string[],
  options: DenoOptions = {},
): Promise<Ended> {
  return await run(shmemLine(args), options);
}

/** The values that `shmem … --json` printed. */
// deno-lint-ignore no-explicit-any -- tests look into what was printed
export function jsonLines({ stdout }: Ended): any[] {
  return stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

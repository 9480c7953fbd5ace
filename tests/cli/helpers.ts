/**
 * Runs the command as its users do.
 *
 * @module
 */

import { COMMANDS } from "../../cli/commands.ts";
import { run as runCommand } from "../../cli/run.ts";
import { Output, type Target } from "../../cli/terminal/output.ts";
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

/** Runs `shmem` to its end, as a process of its own. */
export async function shmemProcess(
  args: readonly string[],
  options: DenoOptions = {},
): Promise<Ended> {
  return await run(shmemLine(args), options);
}

/** How a command ended that ran in this process. */
export type Ran = Pick<Ended, "code" | "stdout" | "stderr">;

/** Runs `shmem` to its end in this process, which is faster. */
export async function shmem(
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<Ran> {
  const stdout = new Written();
  const stderr = new Written();
  const output = new Output(stdout, stderr);
  const code = await runCommand(args, { commands: COMMANDS, output, signal });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** What was written. */
class Written implements Target {
  #parts: Uint8Array[] = [];

  writeSync(bytes: Uint8Array): number {
    this.#parts.push(bytes.slice());
    return bytes.byteLength;
  }

  isTerminal(): boolean {
    return false;
  }

  get text(): string {
    const decoder = new TextDecoder();
    const parts = this.#parts.map((part) =>
      decoder.decode(part, { stream: true })
    );
    return parts.join("") + decoder.decode();
  }
}

/** The values that `shmem … --json` printed. */
// deno-lint-ignore no-explicit-any -- tests look into what was printed
export function jsonLines({ stdout }: { readonly stdout: string }): any[] {
  return stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

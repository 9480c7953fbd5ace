import { COMMANDS } from "./commands.ts";
import { run } from "./run.ts";
import { Output } from "./terminal/output.ts";

/** Exit status of a program that Ctrl-C ended at once. */
const INTERRUPTED = 130;

/**
 * Runs a command. Ctrl-C and SIGTERM end it in order; a second one at once.
 *
 * @param args The words behind `shmem`.
 * @returns The exit status: 0 found or in order, 1 not, 2 wrong use.
 *
 * @example Which objects are there?
 * ```ts
 * import { main } from "@shmem/shmem/cli";
 *
 * await main(["list", "/nothing-of-this-name"]);
 * ```
 */
export async function main(args: readonly string[]): Promise<number> {
  const ending = new AbortController();
  const end = () => {
    if (ending.signal.aborted) Deno.exit(INTERRUPTED);
    ending.abort(new Deno.errors.Interrupted("Ctrl-C"));
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, end);
  try {
    return await run(args, {
      commands: COMMANDS,
      output: new Output(),
      signal: ending.signal,
    });
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, end);
  }
}

/**
 * Processes that take part in what tests look at.
 *
 * @module
 */

import { denoRun, projectPath } from "../helpers/deno.ts";

/** A process that goes with its test. */
export interface Partner extends AsyncDisposable {
  readonly pid: number;
  /** Sends a signal. */
  signal(signal: Deno.Signal): void;
  /** Kills it, and waits until it is gone. */
  kill(): Promise<void>;
}

/** Starts `participant.ts`, and waits until it is there. */
export async function takePart(
  role: "receiver" | "sender" | "publisher",
  name: string,
): Promise<Partner> {
  const script = projectPath("tests/cli/participant.ts");
  const [command = "", ...args] = denoRun(script, { args: [role, name] });
  const child = new Deno.Command(command, {
    args,
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { done } = await reader.read();
  const kill = async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await reader.cancel();
    await child.status;
  };
  if (done) {
    await kill();
    throw new Error(`The ${role} ended before it was there`);
  }
  return {
    pid: child.pid,
    signal: (signal) => child.kill(signal),
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

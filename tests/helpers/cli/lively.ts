/**
 * Starts the programs of `tests/peers/deno/lively.ts`.
 *
 * @module
 */

import { denoRun, projectPath } from "../deno.ts";

/** What a program does. */
export type Role =
  | "receive"
  | "send"
  | "publish"
  | "subscribe"
  | "write"
  | "hold";

/** A program that runs until it is disposed of. */
export interface Lively extends AsyncDisposable {
  readonly pid: number;
  /** Ends it at once, as `kill -9` does. */
  kill(): Promise<void>;
}

/** Starts a program, and waits until it is there. */
export async function startLively(role: Role, name: string): Promise<Lively> {
  const [command = "", ...args] = denoRun(
    projectPath("tests/peers/deno/lively.ts"),
    { args: [role, name] },
  );
  const child = new Deno.Command(command, {
    args,
    stdin: "null",
    stdout: "piped",
    // A sender says that its receiver was killed, as it should.
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  const kill = async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await reader.cancel();
    await child.status;
  };
  const { done } = await reader.read();
  if (done) {
    await kill();
    throw new Error(`The program that should ${role} ended at once`);
  }
  return { pid: child.pid, kill, [Symbol.asyncDispose]: kill };
}

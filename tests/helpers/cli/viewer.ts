/**
 * The program `shmem view`, as a user starts it.
 *
 * @module
 */

import { shmemLine } from "../../cli/helpers.ts";

/** A `shmem view` that runs. */
export interface Viewer extends AsyncDisposable {
  /** The address that it printed. */
  readonly url: string;
  /** Where it listens. */
  readonly port: number;
  /** Sends a signal. */
  signal(signal: Deno.Signal): void;
  /** Sends a signal, and returns how it ended. */
  end(signal: Deno.Signal): Promise<Deno.CommandStatus>;
}

/** Starts it, and waits until it has printed its address. */
export async function startViewer(
  args: readonly string[] = [],
): Promise<Viewer> {
  const [command = "", ...line] = shmemLine(["view", ...args]);
  const child = new Deno.Command(command, {
    args: line,
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let url = "";
  while (!url.endsWith("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("shmem view ended before it printed its address");
    url += value;
  }
  const end = async (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch {
      // It has ended.
    }
    await reader.cancel();
    return await child.status;
  };
  return {
    url: url.trim(),
    port: Number(new URL(url.trim()).port),
    signal: (signal) => child.kill(signal),
    end,
    [Symbol.asyncDispose]: async () => void await end("SIGKILL"),
  };
}

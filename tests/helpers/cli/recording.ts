/**
 * What tests of `shmem record` start and wait for.
 *
 * @module
 */

import { shmemLine } from "../../cli/helpers.ts";
import { temporaryName } from "./temporary.ts";

/** A folder and names that are removed at the end. */
export async function room() {
  const stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "shmem-record-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  return {
    file: `${folder}/run.mcap`,
    folder,
    name: () => stack.use(temporaryName()).name,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Starts `shmem record`, and returns when the file is there. */
export async function startRecord(file: string, args: readonly string[]) {
  const [command = "", ...rest] = shmemLine(["record", ...args, "-o", file]);
  const child = new Deno.Command(command, {
    args: rest,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  for (;;) {
    try {
      await Deno.stat(file);
      return { child, output };
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Waits until so many bytes were recorded. */
export async function sizeOver(file: string, size: number): Promise<void> {
  while ((await Deno.stat(file)).size <= size) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

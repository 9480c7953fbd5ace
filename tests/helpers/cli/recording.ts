/**
 * What tests of `shmem record` start and wait for.
 *
 * @module
 */

import { SharedMemory } from "../../../mod.ts";
import { randomName } from "../names.ts";
import { shmemLine } from "../../cli/helpers.ts";

/** A folder and names that are removed at the end. */
export async function room() {
  const stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "shmem-record-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  return {
    file: `${folder}/run.mcap`,
    folder,
    name: () => {
      const name = randomName();
      stack.defer(() => {
        try {
          SharedMemory.unlink(name);
        } catch (error) {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        }
      });
      return name;
    },
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

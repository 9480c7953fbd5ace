// deno run --allow-ffi --allow-read --allow-write examples/locks/waiting_child.ts PATH
// deno-lint-ignore-file no-console -- a program that shows what it does

// Reads the alphabet as soon as waiting_parent.ts has written it.

import { SharedMemory } from "../../mod.ts";
import { notify, wait } from "../../sync/mod.ts";

const [STATE, TEXT] = [0, 4];

function child(path: string | undefined): void {
  if (!path) throw new Error("Usage: waiting_child.ts PATH");
  using memory = SharedMemory.openPath(path);
  using mapping = memory.map();
  const { bytes } = mapping;
  const words = new Int32Array(bytes.buffer, 0, 1);
  // Sleeps without using the CPU; does not sleep when the 0 is gone already.
  while (Atomics.load(words, STATE) === 0) wait(words, STATE, 0);
  const text = bytes.subarray(TEXT, bytes.indexOf(0, TEXT));
  console.log(`Reading: ${new TextDecoder().decode(text)}`);
  Atomics.store(words, STATE, 2);
  notify(words, STATE);
}

try {
  child(Deno.args[0]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

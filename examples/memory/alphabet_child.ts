// deno run --allow-ffi examples/memory/alphabet_child.ts ID
// deno-lint-ignore-file no-console -- a program that shows what it does

// Reads the alphabet that alphabet_parent.ts writes, once the z is there.

import { Segment } from "../../mod.ts";

async function child(id: number): Promise<void> {
  if (!Number.isInteger(id)) throw new Error("Usage: alphabet_child.ts ID");
  using segment = Segment.open({ id, minSize: 27 });
  using mapping = segment.attach();
  const { bytes } = mapping;
  // Looking again and again costs time or CPU. Waiting on the word, as the
  // synchronisation layer does, costs neither and wakes at the store itself.
  while (Atomics.load(bytes, 25) !== "z".charCodeAt(0)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const text = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  console.log(`Reading: ${text}`);
  console.log(text);
}

try {
  await child(Number(Deno.args[0] || NaN));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

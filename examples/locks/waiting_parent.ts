// deno run --allow-ffi --allow-read --allow-write --allow-run examples/locks/waiting_parent.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// The parent of the alphabet without a pause: the child sleeps until it is told
// that the letters are there, and the parent until the child has read them.

import { SharedMemory } from "../../mod.ts";
import { notify, waitAsync } from "../../sync/mod.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const CHILD = new URL("waiting_child.ts", import.meta.url).href;
const PERMISSIONS = ["--allow-ffi", "--allow-read", "--allow-write"];
// A word, 0 at first: 1 when the letters are there, 2 when they were read.
const [STATE, TEXT] = [0, 4];

async function parent(): Promise<void> {
  using memory = SharedMemory.anonymous({ size: TEXT + 27 });
  using mapping = memory.map();
  const words = new Int32Array(mapping.bytes.buffer, 0, 1);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...PERMISSIONS, CHILD, memory.path ?? ""],
  }).spawn();

  new TextEncoder().encodeInto(LETTERS, mapping.bytes.subarray(TEXT));
  console.log(`Writing: ${LETTERS}`);
  // The store makes the letters before it visible first.
  Atomics.store(words, STATE, 1);
  notify(words, STATE);
  // A child that fails says nothing, so its end counts, too.
  const controller = new AbortController();
  const { signal } = controller;
  const read = waitAsync(words, STATE, 1, { signal });
  const ended = child.status.then(({ code }) => {
    if (code !== 0) controller.abort(new Error(`The child failed: ${code}`));
  });
  await Promise.all([read, ended]);
  console.log("The child has read them");
}

try {
  await parent();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

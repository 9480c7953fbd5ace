/**
 * The other side of a test of `Once`: maps the file that it is given, and adds 1
 * to a word once.
 *
 *     once_peer.ts PATH OFFSET WORD count          adds, prints whether it did
 *     once_peer.ts PATH OFFSET WORD hang           adds, says so, and stays in it
 *
 * @module
 */

// deno-lint-ignore-file no-console -- what it prints is what it answers

import { SharedMemory } from "../../../../mod.ts";
import { Once } from "../../../../sync/mod.ts";

const [path = "", offset, word, mode] = Deno.args;
const mapping = SharedMemory.openPath(path).map();
const words = new Int32Array(mapping.bytes.buffer, mapping.bytes.byteOffset);
const ran = await Once.run(mapping.bytes, Number(offset), async (context) => {
  Atomics.add(words, Number(word), 1);
  console.log(context.takenOver ? "taken over" : "first");
  if (mode === "hang") await new Promise((resolve) => setTimeout(resolve, 1e8));
});
console.log(ran);

/**
 * Hashes what comes on stdin. Started by the demo.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- stdout is the way to answer

import { createHash } from "node:crypto";
import { READY } from "./crew.ts";
import { WINDOW_SIZE } from "./parts.ts";

const buffer = new Uint8Array(WINDOW_SIZE);
const hash = createHash("sha256");

console.log(READY);
let copied = 0;
for (;;) {
  const count = Deno.stdin.readSync(buffer);
  if (count === null) break;
  hash.update(buffer.subarray(0, count));
  copied += count;
}
console.log(`${hash.digest("hex")} ${copied}`);

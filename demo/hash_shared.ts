/**
 * Hashes a part of shared memory. Started by the demo, which says on stdin
 * which part.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- stdout is the way to answer

import { createHash } from "node:crypto";
import { SharedMemory } from "../mod.ts";
import { READY } from "./crew.ts";
import { linesOf } from "./lines.ts";
import { WINDOW_SIZE } from "./parts.ts";

const scratch = new Uint8Array(WINDOW_SIZE);

// The first use of the library opens libc, which is a part of starting.
SharedMemory.anonymous({ size: 1 }).close();
console.log(READY);
for await (const line of linesOf(Deno.stdin.readable)) {
  const [path = "", offset, length] = line.split(" ");
  const { digest, copied } = hashPart(path, Number(offset), Number(length));
  console.log(`${digest} ${copied}`);
}

function hashPart(path: string, offset: number, length: number) {
  const hash = createHash("sha256");
  // There is nothing to map of an empty part.
  if (length === 0) return { digest: hash.digest("hex"), copied: 0 };
  using memory = SharedMemory.openPath(path, { access: "read" });
  using mapping = memory.map({ offset, length });
  let copied = 0;
  while (copied < length) {
    // The hash takes ordinary bytes only, hence the small copy.
    const end = Math.min(copied + WINDOW_SIZE, length);
    const count = mapping.bytes.copyTo(scratch, 0, copied, end);
    hash.update(scratch.subarray(0, count));
    copied += count;
  }
  return { digest: hash.digest("hex"), copied };
}

// deno run --allow-ffi --allow-read examples/channels/send_file.ts FILE
// deno-lint-ignore-file no-console -- a program that shows what it does

// Streams a file to receive_file.ts through shared memory, and prints its hash.

import { createHash } from "node:crypto";
import { Sender } from "../../channel/mod.ts";

async function send(path: string | undefined, name: string): Promise<void> {
  if (path === undefined) throw new Error("Usage: send_file.ts FILE [NAME]");
  using file = await Deno.open(path);
  using sender = await Sender.waitFor(name, { timeoutMs: 60_000 });
  const hash = createHash("sha256");
  const hashing = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      hash.update(chunk);
      controller.enqueue(chunk);
    },
  });
  // At the end, the stream closes the sender, and that tells the receiver.
  await file.readable.pipeThrough(hashing).pipeTo(sender.writable);
  console.log(`Sent ${hash.digest("hex")}`);
}

try {
  await send(Deno.args[0], Deno.args[1] ?? "/file");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

// deno run --allow-ffi --allow-write --allow-read examples/channels/receive_file.ts FILE
// deno-lint-ignore-file no-console -- a program that shows what it does

// Writes what send_file.ts streams to a file, and prints the hash of that file.
// A sender that dies on the way is an error, never half a file without a word.

import { createHash } from "node:crypto";
import { Receiver } from "../../channel/mod.ts";

async function receive(path: string | undefined, name: string): Promise<void> {
  if (path === undefined) throw new Error("Usage: receive_file.ts FILE [NAME]");
  using receiver = Receiver.create(name);
  try {
    const file = await Deno.open(path, {
      write: true,
      create: true,
      truncate: true,
    });
    await receiver.readable.pipeTo(file.writable);
  } finally {
    receiver.unlink();
  }
  const hash = createHash("sha256");
  const written = await Deno.open(path);
  for await (const chunk of written.readable) hash.update(chunk);
  console.log(`Received ${hash.digest("hex")}`);
}

try {
  await receive(Deno.args[0], Deno.args[1] ?? "/file");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

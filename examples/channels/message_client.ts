// deno run --allow-ffi examples/channels/message_client.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Sends each letter that is typed, with Enter, to message_server.ts, and waits
// until it was shown, up to a q.

import { Receiver, Sender } from "../../channel/mod.ts";

async function type(name: string): Promise<void> {
  // The second is there when the first one is, or in a moment.
  using letters = await Sender.waitFor(`${name}-questions`, {
    timeoutMs: 60_000,
  });
  using answers = await Receiver.waitFor(`${name}-answers`, {
    timeoutMs: 60_000,
  });
  for await (const typed of Deno.stdin.readable) {
    for (const byte of typed) {
      const letter = String.fromCharCode(byte);
      if (letter === "\n") continue;
      await letters.send(new Uint8Array([byte]));
      await answers.receive();
      if (letter === "q") return;
    }
  }
}

try {
  await type(Deno.args[0] ?? "/letters");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

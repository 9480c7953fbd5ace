// deno run --allow-ffi examples/queues/queue_priorities.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Messages with priorities: sent in any order, received the most urgent first, and
// of equal ones the oldest.

import { MessageQueue } from "../../queue/mod.ts";

const messages = [
  ["sweep the floor", 1],
  ["answer the door", 5],
  ["put out the fire", 9],
  ["water the plants", 1],
] as const;

try {
  const [name = "/priorities"] = Deno.args;
  using queue = MessageQueue.create(name, { maxMessageLength: 64 });
  queue.unlink();
  for (const [text, priority] of messages) {
    queue.send(new TextEncoder().encode(text), { priority });
  }
  for (let message; (message = queue.tryReceive()) !== null;) {
    const { bytes, priority } = message;
    console.log(`${priority}: ${new TextDecoder().decode(bytes)}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

// deno run --allow-ffi examples/queues/queue_producer.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// The producer of a producer and a consumer: makes a POSIX message queue, puts ten
// numbers into it, waiting when it is full, and an empty message as the end.

import { MessageQueue } from "../../queue/mod.ts";

try {
  const [name = "/numbers"] = Deno.args;
  using queue = MessageQueue.create(name, {
    maxMessages: 4,
    maxMessageLength: 64,
    ifExists: "open",
  });
  for (let number = 1; number <= 10; number++) {
    queue.send(new TextEncoder().encode(String(number)));
    console.log(`produced ${number}`);
  }
  queue.send(new Uint8Array());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

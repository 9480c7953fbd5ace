// deno run --allow-ffi examples/queues/queue_consumer.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// The consumer of a producer and a consumer: takes numbers out of the queue that
// queue_producer.ts made, until the empty message, adds them up, and unlinks it.

import { MessageQueue } from "../../queue/mod.ts";

try {
  const [name = "/numbers"] = Deno.args;
  using queue = MessageQueue.open(name);
  let sum = 0;
  for await (const { bytes } of queue) {
    if (bytes.length === 0) break;
    const number = Number(new TextDecoder().decode(bytes));
    console.log(`consumed ${number}`);
    sum += number;
  }
  console.log(`the sum is ${sum}`);
  queue.unlink();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

// deno run --allow-ffi examples/channels/message_consumer.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Adds up the numbers that message_producer.ts sends, until it has ended.

import { Receiver } from "../../channel/mod.ts";

async function consume(name: string): Promise<void> {
  using receiver = Receiver.create(name, { ifExists: "open" });
  using cleanup = new DisposableStack();
  cleanup.defer(() => receiver.unlink());
  let sum = 0;
  for await (const { bytes } of receiver) {
    sum += new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true);
  }
  console.log(`Consumed numbers with the sum ${sum}`);
}

try {
  await consume(Deno.args[0] ?? "/numbers");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

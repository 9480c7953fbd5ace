// deno run --allow-ffi examples/channels/message_producer.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Sends numbers to message_consumer.ts, which may start before or after it. The
// numbers wait in shared memory; sending waits only while that is full.

import { Sender } from "../../channel/mod.ts";

async function produce(name: string, count: number): Promise<void> {
  using sender = Sender.create(name, { ifExists: "open" });
  const number = new Float64Array(1);
  const bytes = new Uint8Array(number.buffer);
  for (let i = 1; i <= count; i++) {
    number[0] = i ** 2;
    await sender.send(bytes);
  }
  console.log(`Produced ${count} numbers`);
}

try {
  await produce(Deno.args[0] ?? "/numbers", Number(Deno.args[1] ?? 20));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

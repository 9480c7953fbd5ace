// deno run --allow-ffi examples/channels/price_subscriber.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Receives the prices that price_publisher.ts publishes, and thinks about each
// for some milliseconds. Who thinks too long loses prices, and knows how many;
// nobody else is held up by it.

import { Subscriber } from "../../channel/mod.ts";

async function subscribe(name: string, thinkingMs: number): Promise<void> {
  using subscriber = Subscriber.open(name);
  console.log("Subscribed");
  const decoder = new TextDecoder();
  let received = 0;
  let last = "none";
  for await (const { bytes } of subscriber) {
    received++;
    last = decoder.decode(bytes);
    if (thinkingMs > 0) {
      await new Promise((resolve) => setTimeout(resolve, thinkingMs));
    }
  }
  console.log(`Received ${received}, lost ${subscriber.lost}, last ${last}`);
}

try {
  await subscribe(Deno.args[0] ?? "/prices", Number(Deno.args[1] ?? 0));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

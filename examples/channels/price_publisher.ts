// deno run --allow-ffi examples/channels/price_publisher.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Publishes two thousand prices, as fast as a market does, to any number of
// price_subscriber.ts. Starts when Enter is pressed.

import { Publisher } from "../../channel/mod.ts";

async function publish(name: string, count: number): Promise<void> {
  using cleanup = new DisposableStack();
  // Little memory, so that someone slow loses something.
  const publisher = cleanup.use(Publisher.create(name, { capacity: 4096 }));
  cleanup.defer(() => publisher.unlink());
  console.log("Publishing when Enter is pressed");
  await Deno.stdin.read(new Uint8Array(1));

  const encoder = new TextEncoder();
  for (let i = 1; i <= count; i++) {
    const price = 100 + 10 * Math.sin(i / 50);
    publisher.publish(encoder.encode(price.toFixed(2)));
    if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  console.log(`Published ${count} prices`);
}

try {
  await publish(Deno.args[0] ?? "/prices", Number(Deno.args[1] ?? 2000));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

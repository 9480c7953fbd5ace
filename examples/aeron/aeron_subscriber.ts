// deno run --allow-all examples/aeron/aeron_subscriber.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Prints what is published through Aeron's media driver, by Deno, Java or any
// other client, until the publishers end.

import { Aeron } from "../../aeron/mod.ts";

const [channel = "aeron:ipc"] = Deno.args;
const decoder = new TextDecoder();

try {
  using aeron = await Aeron.connect();
  using subscription = await aeron.addSubscription(channel, 1001);
  console.log(`Subscribed to stream 1001 of ${channel}`);
  for await (
    const { bytes } of subscription.messages({ until: "last-image" })
  ) {
    console.log(decoder.decode(bytes));
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

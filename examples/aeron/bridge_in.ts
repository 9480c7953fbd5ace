// deno run --allow-all examples/aeron/bridge_in.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Carries what bridge_out.ts of another host sends into the channel /incoming,
// for a Receiver of this host, until that one ends.

import { Aeron, bridge } from "../../aeron/mod.ts";
import { Sender } from "../../channel/mod.ts";

const [name = "/incoming", channel = "aeron:ipc"] = Deno.args;

try {
  using aeron = await Aeron.connect();
  using subscription = await aeron.addSubscription(channel, 1004);
  using sender = await Sender.waitFor(name);
  console.log(`Bridging stream 1004 of ${channel} to ${name}`);
  const { messages } = await bridge(subscription, sender, {
    until: "last-image",
  }).done;
  console.log(`Carried ${messages} messages`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

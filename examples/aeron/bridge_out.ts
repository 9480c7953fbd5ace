// deno run --allow-all examples/aeron/bridge_out.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Carries the channel /outgoing to another host, where bridge_in.ts runs, until
// its senders have ended.

import { Aeron, bridge } from "../../aeron/mod.ts";
import { Receiver } from "../../channel/mod.ts";

const [name = "/outgoing", channel = "aeron:ipc"] = Deno.args;

try {
  using aeron = await Aeron.connect();
  using publication = await aeron.addPublication(channel, 1004);
  using receiver = Receiver.create(name, { producers: "many" });
  using _gone = { [Symbol.dispose]: () => receiver.unlink() };
  console.log(`Bridging ${name} to stream 1004 of ${channel}`);
  const { messages } = await bridge(receiver, publication).done;
  console.log(`Carried ${messages} messages`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

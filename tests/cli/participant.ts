/**
 * A process that takes part in a channel, until it is told to end or killed:
 * `participant.ts ROLE NAME`. It prints a line when it is there.
 *
 * @module
 */

import { Publisher, Receiver, Sender } from "../../channel/mod.ts";

const [role, name = ""] = Deno.args;

switch (role) {
  case "receiver":
    Receiver.create(name, {
      capacity: 4096,
      producers: "many",
      label: "ticks",
    });
    break;
  case "sender": {
    const sender = await Sender.open(name);
    // As many as there is room for, so that it stands still.
    while (sender.trySend(new Uint8Array(300)));
    break;
  }
  case "publisher": {
    const publisher = Publisher.create(name, { capacity: 4096 });
    for (let i = 0; i < 5; i++) publisher.publish(new Uint8Array(300));
    break;
  }
  default:
    throw new TypeError(`There is no role ${role}`);
}
await Deno.stdout.write(new TextEncoder().encode("here\n"));
setInterval(() => {}, 1000);

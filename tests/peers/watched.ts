/**
 * One end of a channel that a test watches: messages whose bytes all say how many
 * they are, for some milliseconds.
 *
 * ```sh
 * deno run --allow-ffi tests/peers/watched.ts send|one|many NAME MILLISECONDS
 * ```
 *
 * @module
 */

import { Receiver, Sender } from "../../channel/mod.ts";

const [role, name = "", ms] = Deno.args;

if (role === "send") {
  using sender = Sender.open(name);
  const end = performance.now() + Number(ms);
  const messages = Array.from(
    { length: 200 },
    (_, i) => new Uint8Array(i + 1).fill(i),
  );
  for (let i = 0; performance.now() < end; i++) {
    const message = messages[i % 200]!;
    await sender.send(message, { typeId: message.length });
  }
} else {
  const producers = role === "one" ? "one" : "many";
  using receiver = Receiver.create(name, { capacity: 8192, producers });
  await Deno.stdout.write(new TextEncoder().encode("created\n"));
  // As fast as it can.
  for await (const _ of receiver.batches());
  receiver.unlink();
}

/**
 * Ends that a program closes where it ends, when the memory is gone already.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { ROOT, runDeno } from "../../helpers/deno.ts";
import { namesOf } from "../../helpers/names.ts";

const closing = `
import { Publisher, Receiver, Sender, Subscriber } from "${new URL(
  "channel/mod.ts",
  ROOT,
)}";
const receiver = Receiver.create(Deno.args[0] + "-ring");
const sender = Sender.open(Deno.args[0] + "-ring");
const publisher = Publisher.create(Deno.args[0] + "-broadcast");
const subscriber = Subscriber.open(Deno.args[0] + "-broadcast");
receiver.unlink();
publisher.unlink();
addEventListener("unload", () => {
  for (const end of [receiver, sender, publisher, subscriber]) {
    end.close();
    console.log(end.closed);
  }
});
`;

Deno.test("Ends are closed without an error where the program ends", async () => {
  using names = namesOf();
  const { stdout, stderr } = await runDeno(closing, { args: [names.start] });
  assertEquals([stdout, stderr], ["true\n".repeat(4), ""]);
});

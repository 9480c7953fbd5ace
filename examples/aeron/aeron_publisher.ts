// deno run --allow-all examples/aeron/aeron_publisher.ts
// deno-lint-ignore-file no-console -- a program that shows what it does

// Publishes ten messages through Aeron's media driver, which runs already; to
// another channel than aeron:ipc when that is the first argument. Waits until
// somebody subscribes.

import { Aeron } from "../../aeron/mod.ts";

const [channel = "aeron:ipc", count = "10"] = Deno.args;
const encoder = new TextEncoder();

try {
  using aeron = await Aeron.connect();
  using publication = await aeron.addPublication(channel, 1001);
  for (let i = 1; i <= Number(count); i++) {
    await publication.send(encoder.encode(`hello ${i} from Deno`));
  }
  console.log(`Published ${count} messages up to ${publication.position}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}

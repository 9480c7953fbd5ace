/**
 * A client that is killed, or blocked, by a test. Takes the driver's folder, what to do,
 * channel and stream.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- this program is there to print

import { Aeron, Claim } from "../../../aeron/mod.ts";

const [directory = "", role = "", channel = "", stream = ""] = Deno.args;
const id = Number(stream);
const aeron = await Aeron.connect({ directory });

async function connected(publication: { readonly isConnected: boolean }) {
  while (!publication.isConnected) await new Promise((r) => setTimeout(r, 1));
}

/** Waits for a line, without the event loop. */
function waitForLine(): void {
  Deno.stdin.readSync(new Uint8Array(100));
}

if (role === "claim") {
  const publication = await aeron.addPublication(channel, id);
  await connected(publication);
  const claim = new Claim();
  if (typeof publication.tryClaim(100, claim) === "string") Deno.exit(1);
  console.log("claimed");
  waitForLine();
} else if (role === "publish") {
  const publication = await aeron.addExclusivePublication(channel, id);
  await publication.send(new Uint8Array(100));
  console.log("published");
  waitForLine();
} else if (role === "subscribe") {
  await aeron.addSubscription(channel, id);
  console.log("subscribed");
  waitForLine();
} else {
  const subscription = await aeron.addSubscription(channel, id);
  const publication = await aeron.addPublication(channel, id);
  for (let i = 0; i < 10; i++) await publication.send(new Uint8Array(100));
  while (!subscription.isConnected) await new Promise((r) => setTimeout(r, 1));
  const [image] = subscription.images;
  console.log("blocked");
  console.log(image?.positionCounterId);
  waitForLine();
  // The first poll reads what is there before it looks at the clock.
  image?.poll(() => {}, 3);
  try {
    for (let i = 0; i < 100; i++) subscription.poll(() => {});
    console.log("not lost");
  } catch (error) {
    console.log(`lost: ${error instanceof Error ? error.name : error}`);
  }
}

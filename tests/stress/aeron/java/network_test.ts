/**
 * Deno and Java through one media driver, over UDP on the loopback device.
 *
 * @module
 */

import { assert, assertEquals } from "../../../../deps.ts";
import {
  driverOfFile,
  freshStream,
  until,
} from "../../../helpers/aeron/aeron_client.ts";
import {
  receiveNumbers,
  sendNumbers,
} from "../../../helpers/aeron/aeron_numbers.ts";
import { needing } from "../../../helpers/needs.ts";
import { exchange } from "../../../aeron/java/exchange.ts";

const driver = driverOfFile();
const NEEDS = ["aeron driver"] as const;
const LENGTHS = [0, 64, 1377, 5003, 8192];
const COUNT = 1000;

/** A port that is free for TCP, and hardly ever taken for UDP. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

for (const to of ["deno", "java"] as const) {
  Deno.test(needing(NEEDS, `unicast: both languages to ${to}`, async () => {
    const channel = `aeron:udp?endpoint=127.0.0.1:${freePort()}`;
    await exchange(driver, {
      channel,
      deno: ["exclusive"],
      java: ["exclusive"],
      to,
      count: COUNT,
      lengths: LENGTHS,
    });
  }));

  Deno.test(needing(NEEDS, `multicast: Deno to ${to}`, async () => {
    const channel =
      `aeron:udp?endpoint=224.20.30.39:${freePort()}|interface=127.0.0.1`;
    await exchange(driver, {
      channel,
      deno: ["exclusive"],
      to,
      count: COUNT,
      lengths: LENGTHS,
    });
  }));

  Deno.test(
    needing(NEEDS, `spy: ${to} reads what a publication sends`, async () => {
      const channel = `aeron:udp?endpoint=127.0.0.1:${freePort()}|ssc=true`;
      await exchange(driver, {
        channel,
        deno: ["shared"],
        to,
        count: COUNT,
        lengths: LENGTHS,
        receiveChannel: `aeron-spy:${channel}`,
      });
    }),
  );
}

Deno.test(needing(
  NEEDS,
  "several destinations: each gets all, until it is removed",
  async () => {
    const stream = freshStream();
    using aeron = await driver.connect();
    const [first, second] = [freePort(), freePort()].map((port) =>
      `aeron:udp?endpoint=127.0.0.1:${port}`
    );
    using one = await aeron.addSubscription(first!, stream);
    using two = await aeron.addSubscription(second!, stream);
    // The slowest receiver counts: by default the fastest does, and others lose all
    // that is written over before they have it.
    using publication = await aeron.addPublication(
      "aeron:udp?control-mode=manual|fc=min",
      stream,
    );
    await publication.addDestination(first!);
    const id = await publication.addDestination(second!);
    assert(id > 0n);
    await until("both receivers", () => one.isConnected && two.isConnected);
    const numbers = { count: COUNT, lengths: LENGTHS };
    await Promise.all([
      sendNumbers(publication, "shared", 1, numbers),
      receiveNumbers(one, COUNT, LENGTHS),
      receiveNumbers(two, COUNT, LENGTHS),
    ]);
    await publication.removeDestination(second!);
    await publication.send(new Uint8Array([42]));
    assertEquals((await one.receive({ timeoutMs: 20_000 })).bytes[0], 42);
    assertEquals(two.poll(() => {}), 0);
  },
));

Deno.test(needing(
  NEEDS,
  "a subscription with destinations receives from each",
  async () => {
    const stream = freshStream();
    using aeron = await driver.connect();
    const channel = `aeron:udp?endpoint=127.0.0.1:${freePort()}`;
    using subscription = await aeron.addSubscription(
      "aeron:udp?control-mode=manual",
      stream,
    );
    await subscription.addDestination(channel);
    using publication = await aeron.addExclusivePublication(channel, stream);
    await publication.send(new Uint8Array([7]));
    assertEquals(
      (await subscription.receive({ timeoutMs: 20_000 })).bytes[0],
      7,
    );
    await subscription.removeDestination(channel);
  },
));

Deno.test(needing(
  NEEDS,
  "localAddresses tells the port of a subscription to port 0",
  async () => {
    using aeron = await driver.connect();
    const stream = freshStream();
    using subscription = await aeron.addSubscription(
      "aeron:udp?endpoint=127.0.0.1:0",
      stream,
    );
    const address = await until(
      "the address",
      () => subscription.localAddresses[0],
    );
    assertEquals(subscription.channelStatus, "active");
    using publication = await aeron.addPublication(
      `aeron:udp?endpoint=${address}`,
      stream,
    );
    await publication.send(new Uint8Array([9]));
    assertEquals(
      (await subscription.receive({ timeoutMs: 20_000 })).bytes[0],
      9,
    );
  },
));

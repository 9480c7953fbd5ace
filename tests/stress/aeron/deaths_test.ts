/**
 * Clients and drivers that die, with timeouts of seconds instead of tens of them.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "../../../deps.ts";
import { Aeron } from "../../../aeron/mod.ts";
import { startDriver } from "../../helpers/aeron/aeron_driver.ts";
import { freshStream, until } from "../../helpers/aeron/aeron_client.ts";
import { denoRun } from "../../helpers/deno.ts";
import { Program } from "../../helpers/peers/program.ts";
import { needing } from "../../helpers/needs.ts";

const NEEDS = ["aeron driver"] as const;
const IPC = "aeron:ipc";
const PEER = "tests/peers/deno/aeron_victim.ts";

const FAST = {
  "aeron.client.liveness.timeout": "2s",
  "aeron.publication.unblock.timeout": "3s",
  "aeron.timer.interval": "200ms",
  "aeron.counters.free.to.reuse.timeout": "100ms",
};

Deno.test(needing(
  NEEDS,
  "a driver that is shut down is told at once, and a client goes on with the next one",
  async () => {
    await using driver = await startDriver();
    const { directory } = driver;
    using aeron = await Aeron.connect({ directory });
    const stream = freshStream();
    const subscription = await aeron.addSubscription(IPC, stream);
    const publication = await aeron.addPublication(IPC, stream);
    await publication.send(new Uint8Array([1]));
    const loop = (async () => {
      let count = 0;
      for await (const _ of subscription) count++;
      return count;
    })();
    const error = assertRejects(
      () => loop,
      Deno.errors.ConnectionReset,
      "shut down",
    );
    await driver.stop();
    await error;
    assertEquals(publication.offer(new Uint8Array(1)), "closed");
    assert(aeron.failure instanceof Deno.errors.ConnectionReset);
    await using _next = await startDriver({ directory });
    await aeron.reconnect();
    using again = await aeron.addSubscription(IPC, stream);
    using sender = await aeron.addPublication(IPC, stream);
    await sender.send(new Uint8Array([2]));
    assertEquals((await again.receive()).bytes[0], 2);
  },
));

Deno.test(needing(
  NEEDS,
  "a driver that is killed is told after its timeout, while others block and offer",
  async () => {
    await using driver = await startDriver();
    const { directory } = driver;
    using aeron = await Aeron.connect({ directory, driverTimeoutMs: 1500 });
    const stream = freshStream();
    using subscription = await aeron.addSubscription(IPC, stream);
    using publication = await aeron.addPublication(IPC, stream);
    await until("the subscriber", () => publication.isConnected);
    await driver.kill();
    // A loop that never gives the event loop a turn.
    const bytes = new Uint8Array(10);
    const end = performance.now() + 60_000;
    while (!aeron.closed && performance.now() < end) {
      publication.offer(bytes);
      try {
        subscription.poll(() => {});
      } catch (error) {
        assertEquals(error, aeron.failure);
      }
    }
    assert(aeron.failure instanceof Deno.errors.ConnectionReset);
    assert(aeron.failure.message.includes("so it is dead"));
  },
));

Deno.test(needing(
  NEEDS,
  "a client that is killed with a claim open stops nobody for longer than the driver waits",
  async () => {
    await using driver = await startDriver({ properties: FAST });
    const { directory } = driver;
    using aeron = await Aeron.connect({ directory });
    const stream = freshStream();
    let gone = 0;
    using subscription = await aeron.addSubscription(IPC, stream, {
      onUnavailableImage: () => gone++,
    });
    using publication = await aeron.addPublication(IPC, stream);
    await using victim = Program.start(
      denoRun(PEER, { args: [directory, "claim", IPC, `${stream}`] }),
    );
    await victim.hear("claimed\n");
    const behind = await publication.send(new Uint8Array([7]));
    Deno.kill(victim.pid, "SIGKILL");
    const message = await subscription.receive({ timeoutMs: 60_000 });
    assertEquals(message.bytes, new Uint8Array([7]));
    assertEquals(message.position, behind);
    // The log lives on: it is shared.
    assertEquals(gone, 0);
  },
));

Deno.test(needing(
  NEEDS,
  "a publisher that is killed ends its image, and a subscriber that is killed lets others go on",
  async () => {
    await using driver = await startDriver({ properties: FAST });
    const { directory } = driver;
    using aeron = await Aeron.connect({ directory });
    const stream = freshStream();
    const ends: boolean[] = [];
    using subscription = await aeron.addSubscription(IPC, stream, {
      onUnavailableImage: (image) => ends.push(image.isEndOfStream),
    });
    await using publisher = Program.start(
      denoRun(PEER, { args: [directory, "publish", IPC, `${stream}`] }),
    );
    await publisher.hear("published\n");
    assertEquals((await subscription.receive()).bytes.length, 100);
    Deno.kill(publisher.pid, "SIGKILL");
    await until("the end of its image", () => ends.length === 1, 60_000);
    assertEquals(ends, [true]);

    await using reader = Program.start(
      denoRun(PEER, { args: [directory, "subscribe", IPC, `${stream + 1}`] }),
    );
    await reader.hear("subscribed\n");
    using publication = await aeron.addPublication(IPC, stream + 1);
    await until("the reader", () => publication.isConnected);
    while (typeof publication.offer(new Uint8Array(1000)) === "bigint");
    assertEquals(publication.offer(new Uint8Array(1000)), "back-pressured");
    Deno.kill(reader.pid, "SIGKILL");
    await until(
      "its end",
      () => publication.offer(new Uint8Array(1000)) === "not-connected",
      60_000,
    );
  },
));

Deno.test(needing(
  NEEDS,
  "a program whose event loop was blocked is lost, and its readers damage no counter of others",
  async () => {
    await using driver = await startDriver({ properties: FAST });
    const { directory } = driver;
    using watch = await Aeron.connect({ directory });
    const stream = freshStream();
    await using victim = Program.start(
      denoRun(PEER, { args: [directory, "block", IPC, `${stream}`] }),
    );
    await victim.hear("blocked\n");
    const id = Number(await victim.line());
    // The driver gives its counters up, and others get them.
    await until("its end", () => !watch.counters.isAllocated(id), 60_000);
    const counters = [];
    for (let isUsedAgain = false; !isUsedAgain;) {
      assert(counters.length < 1000, "not used again");
      const counter = await watch.addCounter(2000, `mine ${counters.length}`);
      counter.value = 77n;
      counters.push(counter);
      isUsedAgain = counter.id === id;
    }
    await victim.tell("go on");
    assertEquals(await victim.line(), "lost: ConnectionReset");
    assertEquals(counters.map(({ value }) => value), counters.map(() => 77n));
  },
));

/**
 * Channels of this library over Aeron and back.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../../deps.ts";
import { bridge } from "../../../../aeron/bridge/bridge.ts";
import { Aeron } from "../../../../aeron/client/aeron.ts";
import { Publisher } from "../../../../channel/ends/publisher.ts";
import { Receiver } from "../../../../channel/ends/receiver.ts";
import { Sender } from "../../../../channel/ends/sender.ts";
import { Subscriber } from "../../../../channel/ends/subscriber.ts";
import { Latest } from "../../../../store/latest/latest.ts";
import {
  startDriver,
  type TestDriver,
} from "../../../helpers/aeron/aeron_driver.ts";
import { randomName } from "../../../helpers/names.ts";
import { needing } from "../../../helpers/needs.ts";
import { assertNumbered, numbered } from "../../../helpers/numbered.ts";

const CHANNEL = "aeron:ipc";

/** What two bridges, as on two hosts, go through. */
async function connected(driver: TestDriver) {
  using undo = new DisposableStack();
  const sending = undo.use(await connect(driver));
  const receiving = undo.use(await connect(driver));
  const subscription = undo.use(await receiving.addSubscription(CHANNEL, 1));
  const publication = undo.use(await sending.addPublication(CHANNEL, 1));
  const owned = undo.move();
  return {
    subscription,
    publication,
    [Symbol.dispose]: () => owned.dispose(),
  };
}

async function connect(driver: TestDriver): Promise<Aeron> {
  return await Aeron.connect({ directory: driver.directory });
}

/** Names that are gone at the end. */
function names(undo: DisposableStack, count: number): string[] {
  return Array.from({ length: count }, () => {
    const name = randomName();
    undo.defer(() => {
      try {
        Receiver.unlinkName(name);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    });
    return name;
  });
}

Deno.test(needing(
  ["aeron driver"],
  "bridge() carries messages of every size and type in order, from a ring to a ring, and ends with its senders",
  async () => {
    await using driver = await startDriver();
    using aeron = await connected(driver);
    using undo = new DisposableStack();
    const [near = "", far = ""] = names(undo, 2);
    using from = Receiver.create(near, { capacity: 1 << 16 });
    using to = Receiver.create(far, { capacity: 1 << 16 });
    const there = bridge(from, aeron.publication);
    const target = Sender.open(far);
    await using back = bridge(aeron.subscription, target);
    const sending = (async () => {
      using sender = Sender.open(near);
      for (let i = 0; i < 2000; i++) {
        await sender.send(numbered(i), {
          typeId: i % 5 === 0 ? 0x7fff_ffff : 1 + i % 7,
        });
      }
    })();
    let bytes = 0;
    for (let i = 0; i < 2000; i++) {
      const message = await to.receive({ timeoutMs: 20_000 });
      assert(message !== undefined);
      assertNumbered(message.bytes, i);
      assertEquals(message.typeId, i % 5 === 0 ? 0x7fff_ffff : 1 + i % 7);
      bytes += message.bytes.length;
    }
    await sending;
    assertEquals(await there.done, { messages: 2000, bytes, lost: 0 });
    assertEquals(await back.stop(), { messages: 2000, bytes, lost: 0 });
    target.close();
  },
));

Deno.test(needing(
  ["aeron driver"],
  "bridge() passes back-pressure on from end to end, and loses nothing when it is stopped meanwhile",
  async () => {
    await using driver = await startDriver();
    using aeron = await connected(driver);
    using undo = new DisposableStack();
    const [near = "", far = ""] = names(undo, 2);
    using from = Receiver.create(near, { capacity: 1 << 14, keepOpen: true });
    using to = Receiver.create(far, { capacity: 1 << 14 });
    using sender = Sender.open(near);
    using target = Sender.open(far);
    let there = bridge(from, aeron.publication);
    let back = bridge(aeron.subscription, target);
    // Nobody reads: the rings and the log fill, and the sender has no room.
    let sent = 0;
    while (true) {
      const before = there.status.messages;
      while (sender.trySend(numbered(sent % 1500))) sent++;
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (!sender.trySend(numbered(sent % 1500))) {
        if (there.status.messages === before) break;
      } else sent++;
    }
    assert(there.status.messages < sent);
    const first = [await there.stop(), await back.stop()];
    there = bridge(from, aeron.publication);
    back = bridge(aeron.subscription, target);
    for (let i = 0; i < sent; i++) {
      const message = await to.receive({ timeoutMs: 20_000 });
      assertNumbered(message?.bytes ?? new Uint8Array(8), i % 1500);
    }
    const last = [await there.stop(), await back.stop()];
    const carried = [0, 1].map((each) =>
      (first[each]?.messages ?? 0) + (last[each]?.messages ?? 0)
    );
    assertEquals(carried, [sent, sent]);
  },
));

Deno.test(needing(
  ["aeron driver"],
  "bridge() carries broadcasts and newest values",
  async () => {
    await using driver = await startDriver();
    using aeron = await connected(driver);
    using undo = new DisposableStack();
    const [near = "", far = "", value = "", copy = ""] = names(undo, 4);
    {
      using publisher = Publisher.create(near, { capacity: 1 << 16 });
      using from = Subscriber.open(near);
      using target = Publisher.create(far, { capacity: 1 << 16 });
      using to = Subscriber.open(far);
      await using _there = bridge(from, aeron.publication);
      await using _back = bridge(aeron.subscription, target);
      for (let i = 0; i < 10; i++) {
        publisher.publish(numbered(i), { typeId: 9 });
      }
      for (let i = 0; i < 10; i++) {
        const message = await to.receive({ timeoutMs: 10_000 });
        assertNumbered(message?.bytes ?? new Uint8Array(8), i);
        assertEquals(message?.typeId, 9);
      }
    }
    {
      using from = Latest.create(value, { byteLength: 100 });
      using to = Latest.create(copy, { byteLength: 100 });
      undo.defer(() => from.unlink());
      undo.defer(() => to.unlink());
      await using _there = bridge(from, aeron.publication, { typeId: 3 });
      await using _back = bridge(aeron.subscription, to);
      for (let i = 1; i <= 200; i++) {
        from.write(new Uint8Array([i]));
        if (i % 50 === 0) {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
      for (;;) {
        const { bytes } = await to.next({ timeoutMs: 10_000 });
        if (bytes[0] === 200) break;
      }
    }
  },
));

Deno.test(needing(
  ["aeron driver"],
  "bridge() fails when an end is gone, and says which",
  async () => {
    await using driver = await startDriver();
    using undo = new DisposableStack();
    const [near = ""] = names(undo, 1);
    using from = Receiver.create(near, { capacity: 1 << 14, keepOpen: true });
    using sender = Sender.open(near);
    {
      using aeron = await connected(driver);
      const running = bridge(from, aeron.publication);
      aeron.publication.close();
      sender.trySend(new Uint8Array(3));
      await assertRejects(
        () => running.done,
        Deno.errors.BadResource,
        "the publication is closed",
      );
    }
    {
      // What was not sent comes first with the next one.
      using aeron = await connected(driver);
      const running = bridge(from, aeron.publication);
      const { bytes } = await aeron.subscription.receive({ timeoutMs: 10_000 });
      assertEquals(bytes.length, 3);
      await driver.stop();
      await assertRejects(() => running.done);
    }
  },
));

Deno.test(needing(
  ["aeron driver"],
  "bridge() refuses what it cannot bridge, and options that do not fit",
  async () => {
    await using driver = await startDriver();
    using aeron = await connected(driver);
    using undo = new DisposableStack();
    const [near = "", value = ""] = names(undo, 2);
    using from = Receiver.create(near);
    using to = Sender.open(near);
    using latest = Latest.create(value, { byteLength: 8 });
    undo.defer(() => latest.unlink());
    const { publication, subscription } = aeron;
    const make: unknown = bridge;
    assert(typeof make === "function");
    for (
      const [args, message] of [
        [[from, to], "goes to a publication of Aeron"],
        [[from, subscription], "goes to a publication of Aeron"],
        [[latest, latest], "goes to a publication of Aeron"],
        [[subscription, from], "goes to a Sender, Publisher, Latest"],
        [[publication, to], "it takes a Receiver, Subscriber or Latest"],
        [[null, to], "it takes a Receiver"],
        [[new Proxy(from, {}), null], "goes to a publication"],
        [
          [from, publication, { checkpoint: latest }],
          "is for a RecordedStream",
        ],
        [[from, publication, { recordedBy: {} }], "must be an AeronArchive"],
        [[from, publication, { typeID: 3 }], "no option"],
        [[subscription, to, { until: "soon" }], "until"],
      ] as const
    ) {
      assertThrows(() => make(...args), TypeError, message);
    }
    assertThrows(
      () => bridge(from, publication, { typeId: 0 }),
      RangeError,
      "typeId",
    );
  },
));

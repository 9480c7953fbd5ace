/**
 * Two hosts, each with a driver, a cable between them that loses every twentieth
 * packet, and is pulled out for three seconds.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { bridge } from "../../../aeron/bridge/bridge.ts";
import { Aeron } from "../../../aeron/client/aeron.ts";
import { Receiver } from "../../../channel/ends/receiver.ts";
import { Sender } from "../../../channel/ends/sender.ts";
import { denoRun, ROOT } from "../../helpers/deno.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import { numbered } from "../../helpers/numbered.ts";
import { twoMachines } from "../../helpers/aeron/two_machines.ts";

const NEEDS = ["aeron driver", "network namespaces", "native"] as const;
const LOSS = 0.05;
const DOWN_MS = 3000;

/** Publishes numbers: DIRECTORY CHANNEL STREAM COUNT. */
const PUBLISHER = `data:application/typescript,${
  encodeURIComponent(`
    import { Aeron } from "${new URL("aeron/mod.ts", ROOT)}";
    const [directory, channel = "", stream, count] = Deno.args;
    using aeron = await Aeron.connect({ directory });
    using publication = await aeron.addPublication(channel, Number(stream));
    const bytes = new Uint8Array(64);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < Number(count); i++) {
      view.setBigInt64(0, BigInt(i), true);
      bytes.fill(i, 8);
      await publication.send(bytes);
    }
    // Until the other side has it: the driver sends again what was lost.
    while (publication.isConnected) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  `)
}`;

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Deno.test(needing(
  NEEDS,
  "a million messages reach another host, none lost or twice, over a cable that loses 5 % and is out for 3 s",
  async () => {
    await using machines = await twoMachines({ loss: LOSS });
    using aeron = await Aeron.connect({ directory: machines.far.directory });
    const channel = `aeron:udp?endpoint=${machines.address}:40123`;
    using subscription = await aeron.addSubscription(channel, 1);
    const [command = "", ...args] = denoRun(PUBLISHER, {
      permissions: ["--allow-all"],
      args: [machines.near.directory, channel, "1", "1000000"],
    });
    const child = new Deno.Command(command, { args }).spawn();
    let unplugged: Promise<void> | undefined;
    let next = 0;
    for await (const { bytes } of subscription) {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      if (Number(view.getBigInt64(0, true)) !== next) {
        assertEquals(Number(view.getBigInt64(0, true)), next);
      }
      assert(bytes.length === 64 && bytes[63] === (next & 0xff));
      next++;
      if (next === 300_000) {
        unplugged = machines.unplug()
          .then(() => wait(DOWN_MS)).then(() => machines.plug());
      }
      if (next === 1_000_000) break;
    }
    await unplugged;
    // Nothing comes behind the last one.
    await wait(500);
    assertEquals(subscription.poll(() => {}), 0);
    subscription.close();
    assertEquals((await child.status).code, 0);
  },
));

Deno.test(needing(
  NEEDS,
  "a bridged channel reaches another host with everything in order, over a cable that loses 5 % and is out for 3 s",
  async () => {
    await using machines = await twoMachines({ loss: LOSS });
    using here = await Aeron.connect({ directory: machines.near.directory });
    using there = await Aeron.connect({ directory: machines.far.directory });
    const channel = `aeron:udp?endpoint=${machines.address}:40124`;
    using subscription = await there.addSubscription(channel, 2);
    using publication = await here.addPublication(channel, 2);
    const [near, far] = [randomName(), randomName()];
    using from = Receiver.create(near, { capacity: 1 << 16 });
    using to = Receiver.create(far, { capacity: 1 << 16 });
    using undo = new DisposableStack();
    undo.defer(() => from.unlink());
    undo.defer(() => to.unlink());
    const out = bridge(from, publication);
    using target = Sender.open(far);
    await using _back = bridge(subscription, target);
    const count = 50_000;
    const sending = (async () => {
      using sender = Sender.open(near);
      for (let i = 0; i < count; i++) {
        await sender.send(numbered(i % 1000), { typeId: i + 1 });
      }
    })();
    let unplugged: Promise<void> | undefined;
    for (let i = 0; i < count; i++) {
      const message = await to.receive({ timeoutMs: 60_000 });
      assertEquals(message?.typeId, i + 1);
      const { bytes = new Uint8Array(8) } = message ?? {};
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      assertEquals(Number(view.getBigInt64(0, true)), i % 1000);
      assertEquals(bytes.length, 8 + i % 1000);
      if (i === count / 4) {
        unplugged = machines.unplug()
          .then(() => wait(DOWN_MS)).then(() => machines.plug());
      }
    }
    await sending;
    await unplugged;
    assertEquals((await out.done).messages, count);
    assertEquals(to.tryReceive(), undefined);
  },
));

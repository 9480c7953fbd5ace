/**
 * What a bridge carries, as a subscriber in Java sees it.
 *
 * @module
 */

import { assertEquals } from "../../../../deps.ts";
import { bridge } from "../../../../aeron/bridge/bridge.ts";
import { Aeron } from "../../../../aeron/client/aeron.ts";
import { Receiver } from "../../../../channel/ends/receiver.ts";
import { Sender } from "../../../../channel/ends/sender.ts";
import { startDriver } from "../../../helpers/aeron/aeron_driver.ts";
import { compileAeron } from "../../../helpers/aeron/aeron_java.ts";
import { randomName } from "../../../helpers/names.ts";
import { needing } from "../../../helpers/needs.ts";
import { Program } from "../../../helpers/peers/program.ts";

Deno.test(needing(
  ["aeron driver"],
  "bridge() carries types where Java reads them",
  async () => {
    const peer = await compileAeron("tests/peers/java/AeronTypes.java");
    await using driver = await startDriver();
    using aeron = await Aeron.connect({ directory: driver.directory });
    using publication = await aeron.addPublication("aeron:ipc", 1);
    const near = randomName();
    using from = Receiver.create(near, { keepOpen: true });
    using _gone = { [Symbol.dispose]: () => from.unlink() };
    await using java = Program.start([...peer, driver.directory, "1", "3"]);
    assertEquals(await java.line(), "ready");
    await using _running = bridge(from, publication);
    using sender = Sender.open(near);
    for (const typeId of [1, 77, 0x7fff_ffff]) {
      await sender.send(new Uint8Array(typeId % 50), { typeId });
    }
    assertEquals(await java.line(), "1 1");
    assertEquals(await java.line(), "77 27");
    assertEquals(await java.line(), "2147483647 47");
  },
));

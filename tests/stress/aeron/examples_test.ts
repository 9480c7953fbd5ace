/**
 * Runs the programs of `examples/aeron/`, and those that are in Aeron's jar beside
 * them, as `docs/aeron.md` tells a newcomer.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "../../../deps.ts";
import { Receiver, Sender } from "../../../channel/mod.ts";
import { aeronJar } from "../../../tools/aeron/jar.ts";
import {
  startDriver,
  type TestDriver,
} from "../../helpers/aeron/aeron_driver.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import { Program } from "../../helpers/peers/program.ts";
import { deno, output } from "../examples/programs.ts";

/** The command of an example that finds the driver of a test. */
function example(
  driver: TestDriver,
  name: string,
  ...args: string[]
): string[] {
  return ["env", `AERON_DIR=${driver.directory}`, ...deno(name, ...args)];
}

/** The command of a program in Aeron's jar. */
async function sample(driver: TestDriver, name: string): Promise<string[]> {
  return [
    "java",
    "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
    `-Daeron.dir=${driver.directory}`,
    "-Daeron.sample.channel=aeron:ipc",
    "-Daeron.sample.streamId=1001",
    "-Daeron.sample.messages=3",
    "-cp",
    await aeronJar(),
    `io.aeron.samples.${name}`,
  ];
}

Deno.test(needing(
  ["aeron driver"],
  "aeron_publisher.ts publishes to aeron_subscriber.ts",
  async () => {
    await using driver = await startDriver();
    await using subscriber = Program.start(example(driver, "aeron_subscriber"));
    assertEquals(
      await subscriber.line(),
      "Subscribed to stream 1001 of aeron:ipc",
    );
    assertMatch(
      await output(example(driver, "aeron_publisher")),
      /^Published 10 messages up to \d+\n$/,
    );
    for (let i = 1; i <= 10; i++) {
      assertEquals(await subscriber.line(), `hello ${i} from Deno`);
    }
    assertEquals((await subscriber.end()).code, 0);
  },
));

Deno.test(needing(
  ["aeron driver"],
  "aeron_subscriber.ts prints what the publisher in Aeron's jar sends",
  async () => {
    await using driver = await startDriver();
    await using subscriber = Program.start(example(driver, "aeron_subscriber"));
    await subscriber.line();
    await using publisher = Program.start(
      await sample(driver, "BasicPublisher"),
    );
    for (let i = 0; i < 3; i++) {
      assertEquals(await subscriber.line(), `Hello World! ${i}`);
    }
    assertEquals((await publisher.end()).code, 0);
    assertEquals((await subscriber.end()).code, 0);
  },
));

Deno.test(needing(
  ["aeron driver"],
  "aeron_publisher.ts publishes to the subscriber in Aeron's jar",
  async () => {
    await using driver = await startDriver();
    await using subscriber = Program.start(
      await sample(driver, "BasicSubscriber"),
    );
    await subscriber.hear("Subscribing to aeron:ipc");
    await output(example(driver, "aeron_publisher"));
    await subscriber.hear("<<hello 1 from Deno>>");
    await subscriber.hear("<<hello 10 from Deno>>");
  },
));

Deno.test(needing(
  ["aeron driver"],
  "aeron_recorder.ts records and replays from the middle on",
  async () => {
    await using driver = await startDriver({ archive: true });
    assertEquals(
      await output(example(driver, "aeron_recorder")),
      "Recorded 320 bytes as recording 0\n" +
        [3, 4, 5].map((i) => `Replayed message ${i}\n`).join(""),
    );
  },
));

Deno.test(needing(
  ["aeron driver"],
  "bridge_out.ts and bridge_in.ts carry a channel",
  async () => {
    await using driver = await startDriver();
    const [near, far] = [randomName(), randomName()];
    using receiver = Receiver.create(far);
    using _gone = { [Symbol.dispose]: () => receiver.unlink() };
    await using into = Program.start(example(driver, "bridge_in", far));
    assertEquals(
      await into.line(),
      `Bridging stream 1004 of aeron:ipc to ${far}`,
    );
    await using out = Program.start(example(driver, "bridge_out", near));
    assertEquals(
      await out.line(),
      `Bridging ${near} to stream 1004 of aeron:ipc`,
    );
    {
      using sender = Sender.open(near);
      for (let i = 1; i <= 100; i++) {
        await sender.send(new Uint8Array([i]), { typeId: i });
      }
    }
    let sum = 0;
    for await (const { typeId, bytes } of receiver) {
      assert(bytes[0] === typeId);
      sum += typeId;
    }
    assertEquals(sum, 5050);
    assertEquals(await out.line(), "Carried 100 messages");
    assertEquals(await into.line(), "Carried 100 messages");
  },
));

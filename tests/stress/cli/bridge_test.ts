/**
 * The command that carries a channel to another host.
 *
 * @module
 */

import { assertEquals, assertMatch } from "../../../deps.ts";
import { Receiver, Sender, Subscriber } from "../../../channel/mod.ts";
import { startDriver } from "../../helpers/aeron/aeron_driver.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import { assertNumbered, numbered } from "../../helpers/numbered.ts";
import { Program } from "../../helpers/peers/program.ts";
import { jsonLines, shmem, shmemLine } from "../../cli/helpers.ts";

/** Removes a channel, if it is there. */
function unlinked(name: string): Disposable {
  return {
    [Symbol.dispose]: () => {
      try {
        Receiver.unlink(name);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    },
  };
}

Deno.test(needing(
  ["aeron driver"],
  "bridge carries a channel to Aeron and from there into a channel, and says how much",
  async () => {
    await using driver = await startDriver();
    const [near, far] = [randomName(), randomName()];
    using _near = unlinked(near);
    using _far = unlinked(far);
    const common = ["-d", driver.directory, "--stream=-7", "--json"];
    await using out = Program.start(
      shmemLine([
        "bridge",
        near,
        "aeron:ipc",
        "--create",
        "channel",
        ...common,
      ]),
    );
    using receiver = Receiver.create(far);
    await using into = Program.start(
      shmemLine(["bridge", "aeron:ipc", far, "--until-end", ...common]),
    );
    {
      using sender = await Sender.waitFor(near, { timeoutMs: 30_000 });
      for (let i = 0; i < 500; i++) {
        await sender.send(numbered(i), { typeId: i + 1 });
      }
    }
    let count = 0;
    let bytes = 0;
    for await (const message of receiver) {
      assertNumbered(message.bytes, count++);
      assertEquals(message.typeId, count);
      bytes += message.bytes.length;
    }
    assertEquals(count, 500);
    const said = { messages: 500, bytes, lost: 0 };
    assertEquals(jsonLines(await out.end()), [
      { from: near, to: "aeron:ipc", ...said },
    ]);
    assertEquals(jsonLines(await into.end()), [
      { from: "aeron:ipc", to: far, ...said },
    ]);
  },
));

Deno.test(needing(
  ["aeron driver"],
  "bridge --archive goes on in the recordings where its checkpoint says",
  async () => {
    await using driver = await startDriver({ archive: true });
    const [near, far] = [randomName(), randomName()];
    using _near = unlinked(near);
    using _far = unlinked(far);
    const folder = await Deno.makeTempDir({ prefix: "shmem-test-place-" });
    using _folder = {
      [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
    };
    const common = ["-d", driver.directory, "--archive"];
    for (const first of [0, 100]) {
      await using out = Program.start(
        shmemLine(
          ["bridge", near, "aeron:ipc", "--create", "channel", ...common],
        ),
      );
      {
        using sender = await Sender.waitFor(near, { timeoutMs: 30_000 });
        // The channel is there from the first round on.
        while (!sender.hasReceiver) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        for (let i = first; i < first + 100; i++) {
          await sender.send(numbered(i));
        }
      }
      assertMatch(
        (await out.end()).stdout,
        /^carried 100 messages, \d+ bytes\n/,
      );
      using receiver = Receiver.create(far, { ifExists: "open" });
      const ended = await shmem([
        "bridge",
        "aeron:ipc",
        far,
        "--until-end",
        "--checkpoint",
        `${folder}/place`,
        ...common,
      ]);
      assertEquals(ended.stderr, "");
      assertMatch(ended.stdout, /^carried 100 messages, \d+ bytes\n/);
      let i = first;
      for await (const { bytes } of receiver) assertNumbered(bytes, i++);
      assertEquals(i, first + 100);
    }
  },
));

Deno.test(needing(
  ["aeron driver"],
  "bridge creates broadcasts, and ends in order at Ctrl-C",
  async () => {
    await using driver = await startDriver();
    const far = randomName();
    using _far = unlinked(far);
    await using into = Program.start(
      shmemLine([
        "bridge",
        "aeron:ipc",
        far,
        "--create",
        "broadcast",
        "--size",
        "8k",
        "-d",
        driver.directory,
      ]),
    );
    using subscriber = await Subscriber.waitFor(far);
    assertEquals(subscriber.capacity, 8192);
    Deno.kill(into.pid, "SIGINT");
    assertEquals(await into.line(), "carried 0 messages, 0 bytes");
    assertEquals((await into.end()).code, 0);
  },
));

Deno.test("bridge refuses command lines that make no bridge", async () => {
  for (
    const [args, message] of [
      [["/a", "/b"], /it takes FROM and TO/],
      [["aeron:ipc", "aeron:ipc"], /it takes FROM and TO/],
      [["/a"], /it takes FROM and TO/],
      [["/a", "aeron:tcp"], /it must be aeron:ipc or aeron:udp/],
      [["/a", "aeron:udp?endpont=h:1"], /no parameter "endpont"/],
    ] as const
  ) {
    const { code, stderr } = await shmem(["bridge", ...args]);
    assertMatch(stderr, message);
    assertEquals(code, 2);
  }
});

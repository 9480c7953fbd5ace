/**
 * Channels that cannot be made or taken say why, and leave nothing.
 *
 * @module
 */

import {
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "../../../deps.ts";
import {
  OneToOneRingBuffer,
  Publisher,
  Receiver,
  RING_TRAILER_LENGTH,
  Sender,
} from "../../../channel/mod.ts";
import { createChannelObject } from "../../../channel/object/create_object.ts";
import { SharedMemory } from "../../../mod.ts";
import { compile } from "../../helpers/cc.ts";
import { ROOT, runDeno } from "../../helpers/deno.ts";
import { needing } from "../../helpers/needs.ts";
import { randomName } from "../../helpers/names.ts";
import { bytesOf, ends, fill, Name } from "../../helpers/channel/ends.ts";

Deno.test("Ends that are taken say by which process", async () => {
  using channel = ends({ capacity: 256 });
  const { name } = channel;
  const process = `process ${Deno.pid}`;
  assertThrows(() => Sender.open(name), Deno.errors.Busy, process);
  assertThrows(() => Receiver.open(name), Deno.errors.Busy, process);
  using broadcast = new Name();
  using _publisher = Publisher.create(broadcast.text);
  assertThrows(
    () => Publisher.open(broadcast.text),
    Deno.errors.Busy,
    process,
  );
  await Promise.resolve();
});

Deno.test("What was created for a channel that could not be made whole is removed", () => {
  const name = randomName();
  const object = createChannelObject(name, {
    capacity: 64,
    wantedCapacity: 64,
    wantedLength: undefined,
    mode: 0o600,
    ifExists: "fail",
    ifStale: "fail",
    label: "",
    layout: undefined,
  }, RING_TRAILER_LENGTH);
  object.abandon();
  assertThrows(() => SharedMemory.open(name), Deno.errors.NotFound, name);
});

Deno.test(needing(
  ["cc", "native"],
  "Where the kernel has no locks on open files, channels say so and leave nothing",
  async () => {
    const launcher = await compile("tests/peers/c/libc/without_call.c");
    const name = randomName();
    const source = `
      import { Publisher, Receiver, Sender } from "${new URL(
      "channel/mod.ts",
      ROOT,
    )}";
      for (const { create } of [Receiver, Sender, Publisher]) {
        try {
          create("${name}");
        } catch (error) {
          console.log(error.name, error.code, error.message);
        }
      }
    `;
    // As gVisor answers: F_OFD_SETLK, 37, is EINVAL, 22.
    const { stdout, stderr } = await runDeno(source, {
      launcher: [launcher.path, "fcntl:37", "22"],
    });
    assertEquals(stderr, "");
    const lines = stdout.trim().split("\n");
    assertEquals(lines.length, 3);
    for (const line of lines) {
      assertStringIncludes(line, `NotSupported EINVAL`);
      assertStringIncludes(line, name);
      assertStringIncludes(line, "ring buffers");
    }
    assertThrows(() => SharedMemory.open(name), Deno.errors.NotFound);
  },
));

Deno.test("OneToOneRingBuffer of a foreign program and the ends see the same ring", () => {
  using channel = ends({ capacity: 1024 });
  const { name, receiver } = channel;
  using memory = SharedMemory.open(name);
  using mapping = memory.map();
  new OneToOneRingBuffer(mapping.bytes).write(3, bytesOf(1, 5));
  assertEquals(receiver.tryReceive()?.typeId, 3);
  assertEquals(fill(channel.sender, 100) > 5, true);
});

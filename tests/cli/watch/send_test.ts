/**
 * send, as a program beside programs that share.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "../../../deps.ts";
import { Receiver } from "../../../channel/mod.ts";
import { Latest, SharedMap } from "../../../store/mod.ts";
import { run as runProgram } from "../../helpers/deno.ts";
import { shmem, shmemLine } from "../helpers.ts";
import { name, structFile, Trade } from "../../helpers/cli/trades.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("send sends texts, bytes, files and lines, and waits for the channel", async () => {
  await using files = new AsyncDisposableStack();
  using stack = new DisposableStack();
  const channel = name(stack);
  const file = await Deno.makeTempFile();
  files.defer(() => Deno.remove(file));
  await Deno.writeTextFile(file, "content");
  const pending = shmem([
    "send",
    channel,
    "text",
    "--hex",
    "00 ff",
    "--file",
    file,
    "--type",
    "9",
  ]);
  using receiver = Receiver.create(channel);
  const received = [];
  for (let i = 0; i < 3; i++) received.push(await receiver.receive());
  assertEquals(received.map((message) => message?.typeId), [9, 9, 9]);
  assertEquals(received.map((message) => [...message!.bytes]), [
    [...bytesOf("text")],
    [0, 255],
    [...bytesOf("content")],
  ]);
  assertEquals((await pending).code, 0);
  const lines = await runProgram(shmemLine(["send", channel]), {
    stdin: "a\n\nlast",
  });
  assertEquals(lines.code, 0, lines.stderr);
  for (const line of ["a", "", "last"]) {
    assertEquals(textOf((await receiver.receive())!.bytes), line);
  }
});

Deno.test("send --struct takes JSON of the fields, and refuses what is out of range", async () => {
  await using files = new AsyncDisposableStack();
  using stack = new DisposableStack();
  const channel = name(stack);
  const from = await structFile(files);
  using receiver = Receiver.create(channel);
  const ended = await shmem([
    "send",
    channel,
    "--struct",
    from,
    '{"id": 9223372036854775809, "price": 2.5}',
  ]);
  assertEquals(ended.code, 0, ended.stderr);
  const { bytes } = (await receiver.receive())!;
  assertEquals(Trade.at(bytes).read(), { id: 2n ** 63n + 1n, price: 2.5 });
  const wrong = await shmem(["send", channel, "--struct", from, '{"id": -1}']);
  assert(wrong.code !== 0);
  assertStringIncludes(wrong.stderr, "id");
});

Deno.test("send --create creates what was not there, of each kind", async () => {
  using stack = new DisposableStack();
  const names = [name(stack), name(stack)] as const;
  const sent = await Promise.all([
    shmem(["send", names[0], "--create", "latest", "value"]),
    shmem(["send", names[1], "--create", "map", "--key", "k", "entry"]),
  ]);
  for (const { code, stderr } of sent) assertEquals(code, 0, stderr);
  using latest = Latest.open(names[0], { access: "read" });
  assertEquals(textOf(latest.read()!.bytes), "value");
  using map = SharedMap.open(names[1]);
  assertEquals(textOf(map.get("k")!), "entry");
});

Deno.test("send gives up after its time: without a channel, and in a full one", async () => {
  using stack = new DisposableStack();
  const missing = await shmem([
    "send",
    name(stack),
    "text",
    "--timeout",
    "100ms",
  ]);
  assertEquals(missing.code, 1);
  assertStringIncludes(missing.stderr, "nobody created it within 100 ms");
  const channel = name(stack);
  using _receiver = Receiver.create(channel, { capacity: 64 });
  const full = await shmem([
    "send",
    channel,
    ..."abcdefghi",
    "--timeout",
    "100ms",
  ]);
  assertEquals(full.code, 1);
  assertStringIncludes(full.stderr, "no room");
});

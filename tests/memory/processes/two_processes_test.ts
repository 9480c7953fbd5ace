/**
 * Deno shares memory with another process of Deno.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../../deps.ts";
import { MappedFile, Segment, SharedMemory } from "../../../mod.ts";
import { denoRun, projectPath, runDeno } from "../../helpers/deno.ts";
import { randomKey, randomName } from "../../helpers/names.ts";
import { ADDRESS, exchange, removal } from "../../helpers/peers/exchange.ts";
import { KINDS } from "../../helpers/peers/kinds.ts";
import { Peer } from "../../helpers/peers/peer.ts";

function denoPeer(): Peer {
  return Peer.start(denoRun(projectPath("tests/peers/deno/peer.ts")));
}

Deno.test("a segment shows each of two processes what the other writes, at different addresses", async () => {
  await using peer = denoPeer();
  await exchange("sysv", peer, { address: ADDRESS });
  assertEquals((await peer.end()).code, 0);
});

Deno.test("shared memory shows each of two processes what the other writes, with a name and without", async () => {
  await using peer = denoPeer();
  await exchange("posix", peer);
  await exchange("memfd", peer);
  assertEquals((await peer.end()).code, 0);
});

Deno.test("a mapped file shows each of two processes what the other writes, at different addresses", async () => {
  await using peer = denoPeer();
  await exchange("file", peer, { address: ADDRESS });
  assertEquals((await peer.end()).code, 0);
});

Deno.test("memory that was opened for reading cannot be written by the other process", async () => {
  await using peer = denoPeer();
  using memory = SharedMemory.anonymous({ size: 777 });
  await peer.open("memfd", memory.path ?? "", "read");
  await assertRejects(() => peer.write(0, "x"), Error, "READ-ONLY");
});

Deno.test("two processes that add to one word at once lose nothing", async () => {
  const times = 200_000;
  await using peer = denoPeer();
  using memory = SharedMemory.anonymous({ size: 4 * 7 });
  using mapping = memory.map();
  await peer.open("memfd", memory.path ?? "", "read-write");
  const words = new Int32Array(mapping.bytes.buffer);
  const theirs = peer.ask("add", 4, times);
  // In parts, so that the question above is sent at all.
  for (let part = 0; part < 20; part++) {
    for (let i = 0; i < times / 20; i++) Atomics.add(words, 1, 1);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await theirs;
  assertEquals([...words], [0, 2 * times, 0, 0, 0, 0, 0]);
});

Deno.test("a mapping that is copied on writing keeps its writes from the other process", async () => {
  await using peer = denoPeer();
  const path = KINDS.file.fresh();
  using file = MappedFile.open(path, { create: "exclusive", size: 555 });
  using _removal = removal(KINDS.file, path);
  using copy = file.map({ access: "copy-on-write" });
  await peer.open("file", path, "read-write");
  copy.bytes.set(new TextEncoder().encode("mine"));
  assertEquals(await peer.read(0, 4), "\0\0\0\0");
  await peer.write(200, "theirs");
  using shared = file.map();
  assertEquals(
    new TextDecoder().decode(shared.bytes.slice(200, 206)),
    "theirs",
  );
  assertEquals(shared.bytes[0], 0);
});

Deno.test("segments and shared memory stay after the process that created them has ended without closing", async () => {
  const [key, name] = [randomKey(), randomName()];
  using cleanup = new DisposableStack();
  const { code, stderr } = await runDeno(
    `
    import { Segment, SharedMemory } from "mod.ts";
    const text = new TextEncoder().encode("still here");
    const segment = Segment.create({ key: ${key}, size: 333 });
    segment.attach().bytes.set(text, 100);
    const memory = SharedMemory.create("${name}", { size: 4444 });
    memory.map().bytes.set(text, 4100);
  `,
  );
  assertEquals([code, stderr], [0, ""]);

  const segment = cleanup.use(Segment.open({ key, size: 333 }));
  cleanup.defer(() => segment.remove());
  const memory = cleanup.use(SharedMemory.open(name, { size: 4444 }));
  cleanup.defer(() => memory.unlink());
  assertEquals(segment.status().attachments, 0);
  assertEquals(segment.status().creatorPid, segment.status().lastPid);
  const attached = cleanup.use(segment.attach({ access: "read" }));
  assertEquals(attached.bytes.subarray(100, 110).text(), "still here");
  const mapped = cleanup.use(memory.map({ access: "read" }));
  assertEquals(mapped.bytes.subarray(4100, 4110).text(), "still here");
});

Deno.test("memory without a name is gone for others once its creator has closed it", async () => {
  await using peer = denoPeer();
  using memory = SharedMemory.anonymous({ size: 777 });
  await peer.open("memfd", memory.path ?? "", "read-write");
  memory.close();
  // Who opened it before keeps it.
  await peer.write(776, "x");
  assertEquals(await peer.read(776, 1), "x");
  // The lowest free number of a descriptor is used next.
  using _inItsPlace = Deno.openSync("/dev/null");
  await assertRejects(
    () => peer.open("memfd", memory.path ?? "", "read"),
    Error,
    "ENOENT",
  );
});

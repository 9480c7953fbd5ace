/**
 * What a receiver is told of its senders, and when.
 *
 * @module
 */

import { assertEquals, assertRejects } from "../../../../deps.ts";
import {
  ManyToOneRingBuffer,
  Receiver,
  Sender,
} from "../../../../channel/mod.ts";
import { SharedMemory } from "../../../../mod.ts";
import { denoRun, projectPath } from "../../../helpers/deno.ts";
import { Program } from "../../../helpers/peers/program.ts";
import { until } from "../../../helpers/sync/size.ts";
import { ends, firstBytes, Name } from "../../../helpers/channel/ends.ts";

/** Lets another process send until there is no room, and kills it. */
async function sendAndDie(name: string): Promise<void> {
  const script = projectPath("tests/peers/deno/channels/ends_peer.ts");
  const args = ["send", name, "1", "100000"];
  await using program = Program.start(denoRun(script, { args }));
  using memory = SharedMemory.open(name);
  using mapping = memory.map();
  const ring = new ManyToOneRingBuffer(mapping.bytes);
  await until(() => ring.size > ring.capacity / 2, "the other process sends");
  Deno.kill(program.pid, "SIGKILL");
  await program.end();
}

for (const how of ["close", "abort"] as const) {
  Deno.test(`${how}() of a sender is told when what it sent was received, though another message before it takes its time`, async () => {
    using channel = ends({ capacity: 4096, producers: "many" });
    const { name, sender, receiver } = channel;
    using memory = SharedMemory.open(name);
    using mapping = memory.map();
    // A program of another kind is in the middle of a message.
    const foreign = new ManyToOneRingBuffer(mapping.bytes);
    const claim = foreign.tryClaim(5, 8);
    await sender.send(new Uint8Array([7]));
    sender[how]();
    const types: number[] = [];
    const received = (async () => {
      for await (const { typeId } of receiver) types.push(typeId);
    })();
    await new Promise((resolve) => setTimeout(resolve, 300));
    assertEquals(types, []);
    foreign.commit(claim);
    if (how === "close") await received;
    else await assertRejects(() => received, Deno.errors.ConnectionAborted);
    assertEquals(types, [5, 1]);
  });
}

for (const producers of ["one", "many"] as const) {
  Deno.test(`A receiver that opens later hears of a sender that died before, for producers "${producers}"`, async () => {
    using name = new Name();
    Sender.create(name.text, { capacity: 1024, producers }).close();
    await sendAndDie(name.text);
    Sender.open(name.text).close();
    using receiver = Receiver.open(name.text);
    let count = 0;
    const receive = async () => {
      for await (const _ of receiver) count++;
    };
    await assertRejects(receive, Deno.errors.ConnectionReset, "a sender died");
    assertEquals(count > 5, true, `received ${count}`);
    // Once: the next loop is about those that ended.
    await receive();
  });
}

Deno.test("A sender's death is told while others send without a pause", async () => {
  using name = new Name();
  using receiver = Receiver.create(name.text, { producers: "many" });
  const script = projectPath("tests/peers/deno/channels/ends_peer.ts");
  const start = (id: number) => {
    const args = ["send", name.text, String(id), "100000000"];
    return Program.start(denoRun(script, { args }));
  };
  await using _busy = start(1);
  await using victim = start(2);
  const last = [-1, -1];
  let killed = false;
  let count = 0;
  const receive = async () => {
    for await (const { typeId } of receiver) {
      last[typeId - 1] = ++count;
      // Slower than they send, so that there is no moment without a message.
      const end = performance.now() + 0.01;
      while (performance.now() < end);
      if (killed && count - (last[1] ?? 0) > 1_000_000) break;
      if (killed || Math.min(...last) < 1000) continue;
      killed = true;
      Deno.kill(victim.pid, "SIGKILL");
    }
  };
  await assertRejects(receive, Deno.errors.ConnectionReset, "a sender died");
  // The other one has gone on, and goes on.
  assertEquals(Math.max(...last), last[0]);
  assertEquals((await receiver.receive())?.typeId, 1);
});

Deno.test("tryReceive() gets past what a sender left unfinished that died", async () => {
  using name = new Name();
  using receiver = Receiver.create(name.text, {
    capacity: 1024,
    producers: "many",
  });
  await sendAndDie(name.text);
  while (receiver.tryReceive() !== undefined);
  // As if it had died in the middle: claimed, and nothing written.
  using memory = SharedMemory.open(name.text);
  using mapping = memory.map();
  const { bytes } = mapping;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset);
  const [tail, claimWord] = [(1024 + 128) / 4, (1024 + 136) / 4];
  const position = words[tail] ?? 0;
  words[claimWord] = position | 1;
  words[tail] = position + 32;
  using sender = Sender.open(name.text);
  sender.trySend(new Uint8Array([42]));
  await until(
    () => receiver.tryReceive()?.bytes[0] === 42,
    "the message behind it comes",
  );
});

Deno.test("Empty messages may be transferred like any other", async () => {
  using channel = ends();
  const { sender, receiver } = channel;
  for (let i = 0; i < 3; i++) sender.trySend(new Uint8Array(0));
  sender.close();
  let count = 0;
  for await (const { bytes } of receiver) {
    structuredClone(bytes, { transfer: [bytes.buffer] });
    count++;
  }
  assertEquals(count, 3);
});

Deno.test("Loops and receive() after the end wait for other senders", async () => {
  using channel = ends();
  const { name, sender, receiver } = channel;
  sender.trySend(new Uint8Array([1]));
  sender.close();
  assertEquals(await firstBytes(receiver), [1]);
  const next = receiver.receive();
  await new Promise((resolve) => setTimeout(resolve, 50));
  using other = Sender.open(name);
  other.trySend(new Uint8Array([2]));
  assertEquals((await next)?.bytes[0], 2);
});

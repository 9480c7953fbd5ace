/**
 * How a channel ends and goes on: closing, giving up, leaving a loop, others
 * that come later.
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "../../../deps.ts";
import { type Producers, Receiver, Sender } from "../../../channel/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { denoRun, projectPath } from "../../helpers/deno.ts";
import { Program } from "../../helpers/peers/program.ts";
import {
  bytesOf,
  ends,
  fill,
  firstBytes,
  isPending,
  Name,
  traces,
} from "../../helpers/channel/ends.ts";

const KINDS: readonly Producers[] = ["one", "many"];

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function sendNumbers(sender: Sender, from: number, to: number): void {
  for (const number of numbers(from, to)) {
    assert(sender.trySend(new Uint8Array([number])));
  }
}

for (const producers of KINDS) {
  Deno.test(`The loop ends when the sender closed and all was received, for producers "${producers}"`, async () => {
    using channel = ends({ producers });
    const { sender, receiver } = channel;
    sendNumbers(sender, 0, 9);
    sender.close();
    assertEquals(await firstBytes(receiver), numbers(0, 9));
    assertEquals([sender.closed, receiver.closed], [true, false]);
  });

  Deno.test(`Who gives up lets the receiver fail, once and after all that was sent, for producers "${producers}"`, async () => {
    using channel = ends({ producers });
    const { name, sender, receiver } = channel;
    sendNumbers(sender, 0, 3);
    sender.abort();
    const received: number[] = [];
    const loop = async () => {
      for await (const { bytes } of receiver) received.push(bytes[0] ?? NaN);
    };
    const error = await assertRejects(
      loop,
      Deno.errors.ConnectionAborted,
      "gave up",
    );
    assertStringIncludes(error.message, name);
    assertEquals(received, [0, 1, 2]);
    using next = Sender.open(name);
    sendNumbers(next, 3, 5);
    next.close();
    assertEquals(await firstBytes(receiver), [3, 4]);
  });

  Deno.test(`A sender that comes before the receiver looked does not hide that the one before gave up, for producers "${producers}"`, async () => {
    using channel = ends({ producers });
    const { name, sender, receiver } = channel;
    sendNumbers(sender, 0, 2);
    sender.abort();
    using next = Sender.open(name);
    sendNumbers(next, 2, 4);
    next.close();
    const loop = () => firstBytes(receiver);
    await assertRejects(loop, Deno.errors.ConnectionAborted, "gave up");
    assertEquals(await firstBytes(receiver), []);
  });

  Deno.test(`After the end a channel goes on with another sender, for producers "${producers}"`, async () => {
    using channel = ends({ producers });
    const { name, sender, receiver } = channel;
    sender.close();
    assertEquals(await firstBytes(receiver), []);
    const looping = firstBytes(receiver);
    assertEquals(await isPending(looping), true);
    for (let round = 0; round < 3; round++) {
      using next = Sender.open(name);
      sendNumbers(next, 0, round + 1);
    }
    const first = await looping;
    const rest = first.length < 6 ? await firstBytes(receiver) : [];
    assertEquals([...first, ...rest], [0, 0, 1, 0, 1, 2]);
  });

  Deno.test(`With keepOpen the end of all senders is no end, for producers "${producers}"`, async () => {
    using channel = ends({ producers, keepOpen: true });
    const { name, sender, receiver } = channel;
    const looping = firstBytes(receiver);
    sendNumbers(sender, 0, 2);
    sender.close();
    assertEquals(await isPending(looping), true);
    {
      using next = Sender.open(name);
      sendNumbers(next, 2, 4);
    }
    assertEquals(await isPending(looping), true);
    receiver.close();
    assertEquals(await looping, [0, 1, 2, 3]);
  });

  Deno.test(`What waits for room is not sent when the sender closes, for producers "${producers}"`, async () => {
    using channel = ends({ capacity: 128, producers });
    const { sender, receiver } = channel;
    const count = fill(sender, 16);
    const sending = [1, 2, 3].map(() => sender.send(bytesOf(99, 16)));
    assertEquals(await isPending(Promise.race(sending)), true);
    sender.close();
    for (const promise of sending) {
      await assertRejects(() => promise, Deno.errors.BadResource, "closed");
    }
    assertEquals((await firstBytes(receiver)).length, count);
  });

  Deno.test(`Who waits for room learns that the receiver closed, for producers "${producers}"`, async () => {
    using channel = ends({ capacity: 128, producers });
    const { name, sender, receiver } = channel;
    const count = fill(sender, 16);
    const sending = [1, 2].map(() => sender.send(bytesOf(99, 16)));
    assertEquals(await isPending(Promise.race(sending)), true);
    receiver.close();
    for (const promise of sending) {
      await assertRejects(() => promise, Deno.errors.BrokenPipe, name);
    }
    assertThrows(
      () => sender.trySend(bytesOf(99, 16)),
      Deno.errors.BrokenPipe,
      "receiver closed",
    );
    using next = Receiver.open(name);
    assertEquals(next.tryReceive()?.bytes, bytesOf(0, 16));
    assertEquals(next.tryReceive()?.bytes, bytesOf(1, 16));
    const again = sender.send(bytesOf(count, 16));
    for (let i = 2; i <= count; i++) {
      assertEquals((await next.receive())?.bytes, bytesOf(i, 16));
    }
    await again;
  });
}

Deno.test("Closing twice is harmless, and what is closed refuses everything", async () => {
  using channel = ends();
  const { name, sender, receiver } = channel;
  const had = traces(name).length;
  sender.close();
  sender.close();
  sender.abort();
  receiver.close();
  receiver.close();
  assert(had > 0);
  assertEquals(traces(name), []);
  const bytes = new Uint8Array(1);
  assertThrows(() => sender.trySend(bytes), Deno.errors.BadResource, name);
  await assertRejects(() => sender.send(bytes), Deno.errors.BadResource, name);
  assertThrows(() => receiver.tryReceive(), Deno.errors.BadResource, name);
  await assertRejects(() => receiver.receive(), Deno.errors.BadResource, name);
  assertEquals(await firstBytes(receiver), []);
});

Deno.test("Closing a receiver from outside ends its loop, and lets a call of receive() fail", async () => {
  for (const act of ["loop", "call"]) {
    using channel = ends();
    const { receiver } = channel;
    const waiting: Promise<unknown> = act === "loop"
      ? firstBytes(receiver)
      : receiver.receive();
    assertEquals(await isPending(waiting), true);
    receiver.close();
    if (act === "loop") assertEquals(await waiting, []);
    else {
      await assertRejects(() => waiting, Deno.errors.BadResource, "closed");
    }
  }
});

Deno.test("Closing a receiver inside its loop ends the loop", async () => {
  using channel = ends();
  const { sender, receiver } = channel;
  sendNumbers(sender, 0, 5);
  const received = [];
  for await (const { bytes } of receiver) {
    received.push(bytes[0]);
    if (received.length === 2) receiver.close();
  }
  assertEquals(received, [0, 1]);
});

Deno.test("Leaving a loop closes nothing: another one goes on behind it", async () => {
  using channel = ends();
  const { sender, receiver } = channel;
  sendNumbers(sender, 0, 6);
  sender.close();
  const received = [];
  for await (const { bytes } of receiver) {
    received.push(bytes[0]);
    if (bytes[0] === 2) break;
  }
  received.push((await receiver.receive())?.bytes[0]);
  assertEquals([...received, ...await firstBytes(receiver)], numbers(0, 6));
});

Deno.test("The receiver after one that closed begins behind the last message that one received", async () => {
  using channel = ends();
  const { name, sender, receiver } = channel;
  sendNumbers(sender, 0, 5);
  receiver.tryReceive();
  receiver.tryReceive();
  receiver.close();
  sender.close();
  using next = Receiver.open(name);
  assertEquals(await firstBytes(next), [2, 3, 4]);
});

Deno.test("The receiver after one that died begins with the message that one had in hand", async () => {
  using name = new Name();
  using sender = Sender.create(name.text);
  sendNumbers(sender, 0, 5);
  const script = projectPath("tests/peers/deno/channels/ends_peer.ts");
  await using program = Program.start(
    denoRun(script, { args: ["leave", name.text, "3"] }),
  );
  assertEquals(await program.line(), "0 1 2");
  assertEquals((await program.end()).code, 0);
  sender.close();
  using next = Receiver.open(name.text);
  assertEquals(await firstBytes(next), [2, 3, 4]);
});

Deno.test("A ring for many takes 56 senders and refuses the 57th, until one closes", async () => {
  using channel = ends({ producers: "many" });
  const { name, sender, receiver } = channel;
  using stack = new DisposableStack();
  const senders = [
    sender,
    ...numbers(1, 56).map(() => stack.use(Sender.open(name))),
  ];
  const had = traces(name).length;
  assertThrows(() => Sender.open(name), Deno.errors.Busy, "56 senders");
  assertEquals(traces(name).length, had);
  senders.forEach((one, i) => sendNumbers(one, i, i + 1));
  senders[7]?.close();
  using another = Sender.open(name);
  sendNumbers(another, 56, 57);
  another.close();
  for (const one of senders) one.close();
  assertEquals(await firstBytes(receiver), numbers(0, 57));
});

Deno.test("The end comes when the last of many senders closed", async () => {
  using channel = ends({ producers: "many" });
  const { name, sender, receiver } = channel;
  using other = Sender.open(name);
  const looping = firstBytes(receiver);
  sendNumbers(sender, 0, 2);
  sender.close();
  assertEquals(await isPending(looping), true);
  sendNumbers(other, 2, 4);
  other.close();
  assertEquals(await looping, [0, 1, 2, 3]);
});

Deno.test("Removing the name leaves open ends alone", async () => {
  using channel = ends();
  const { name, sender, receiver } = channel;
  receiver.unlink();
  assertThrows(() => SharedMemory.open(name), Deno.errors.NotFound, name);
  assertThrows(() => sender.unlink(), Deno.errors.NotFound, name);
  sendNumbers(sender, 0, 3);
  sender.close();
  assertEquals(await firstBytes(receiver), [0, 1, 2]);
});

/**
 * Messages from a `Sender` to a `Receiver`: order, content, waiting, signals.
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../deps.ts";
import type { Message, Producers } from "../../../channel/mod.ts";
import { shareOf } from "../../helpers/sync/size.ts";
import {
  bytesOf,
  ends,
  fill,
  firstBytes,
  isPending,
} from "../../helpers/channel/ends.ts";
import { started } from "../../helpers/sync/wait_peers.ts";

const KINDS: readonly Producers[] = ["one", "many"];

for (const producers of KINDS) {
  Deno.test(`Receiver gets what Sender sends in order, with type and bytes, for producers "${producers}"`, async () => {
    using channel = ends({ capacity: 1024, producers });
    const { sender, receiver } = channel;
    const count = shareOf(3000);
    const lengthOf = (number: number) => number * 29 % 129;
    let sent = 0;
    let received = 0;
    while (received < count) {
      // Up to seven at a time, so that the end of the data area comes anywhere.
      for (let i = 0; i < sent % 7 + 1 && sent < count; i++) {
        const bytes = bytesOf(sent, lengthOf(sent));
        if (!sender.trySend(bytes, { typeId: sent + 1 })) break;
        sent++;
      }
      for (let i = 0; i < received % 5 + 1; i++) {
        const message = receiver.tryReceive();
        if (message === undefined) break;
        assertEquals(message.typeId, received + 1);
        assertEquals(message.bytes, bytesOf(received, lengthOf(received)));
        received++;
      }
    }
    sender.close();
    assertEquals(await receiver.receive(), undefined);
  });

  Deno.test(`Sender.send() waits until there is room, for producers "${producers}"`, async () => {
    using channel = ends({ capacity: 1024, producers });
    const { sender, receiver } = channel;
    const count = fill(sender, 100);
    assert(count >= 7, `${count}`);
    const sending = sender.send(bytesOf(count, 100));
    assertEquals(await isPending(sending), true);
    for (let i = 0; i < count; i++) {
      assertEquals((await receiver.receive())?.bytes, bytesOf(i, 100));
    }
    const last = await receiver.receive();
    assertEquals(last?.bytes, bytesOf(count, 100));
    await sending;
  });

  Deno.test(`Messages that wait for room arrive in the order of the calls, for producers "${producers}"`, async () => {
    using channel = ends({ capacity: 256, producers });
    const { sender, receiver } = channel;
    const count = 50;
    const sending = Array.from(
      { length: count },
      (_, i) => sender.send(bytesOf(i, i % 33), { typeId: i + 1 }),
    );
    // None overtakes those that wait, even if there is room for it.
    receiver.tryReceive();
    assertEquals(receiver.tryReceive()?.typeId, 2);
    assertEquals(sender.trySend(new Uint8Array(1)), false);
    for (let i = 2; i < count; i++) {
      const message = await receiver.receive();
      assertEquals(message?.typeId, i + 1);
      assertEquals(message?.bytes, bytesOf(i, i % 33));
    }
    await Promise.all(sending);
    assertEquals(sender.trySend(new Uint8Array(1)), true);
  });
}

Deno.test("Types from 1 to 2^31 - 1 arrive, and messages without one have type 1", async () => {
  using channel = ends();
  const { sender, receiver } = channel;
  for (const typeId of [1, 2, 65_536, 0x7fff_ffff]) {
    await sender.send(new Uint8Array(3), { typeId });
    assertEquals((await receiver.receive())?.typeId, typeId);
  }
  await sender.send(new Uint8Array(3));
  assertEquals((await receiver.receive())?.typeId, 1);
});

Deno.test("Empty messages and longest ones arrive", async () => {
  using channel = ends({ capacity: 8192 });
  const { sender, receiver } = channel;
  assertEquals([sender.capacity, receiver.capacity], [8192, 8192]);
  assertEquals([sender.maxMessageLength, receiver.maxMessageLength], [
    1024,
    1024,
  ]);
  for (const length of [0, 1, 1023, 1024, 0]) {
    await sender.send(bytesOf(length, length));
    assertEquals((await receiver.receive())?.bytes, bytesOf(length, length));
  }
});

Deno.test("A channel of the smallest capacity carries messages of 0 to 8 bytes", async () => {
  using channel = ends({ capacity: 64 });
  const { sender, receiver } = channel;
  assertEquals(sender.maxMessageLength, 8);
  for (let i = 0; i < 100; i++) {
    await sender.send(bytesOf(i, i % 9));
    assertEquals((await receiver.receive())?.bytes, bytesOf(i, i % 9));
  }
});

for (const length of [8, 77, 300, 5000]) {
  Deno.test(`A message of ${length} bytes is a copy: of what was sent, and for the receiver`, () => {
    using channel = ends({ capacity: 2 ** 16 });
    const { sender, receiver } = channel;
    const source = bytesOf(1, length);
    sender.trySend(source);
    sender.trySend(bytesOf(2, length));
    source.fill(0);
    const first = receiver.tryReceive();
    assertEquals(first?.bytes, bytesOf(1, length));
    first?.bytes.fill(0xff);
    const second = receiver.tryReceive();
    assertEquals(second?.bytes, bytesOf(2, length));
    // What comes later leaves what came before alone.
    for (let i = 0; i < shareOf(1000); i++) {
      assertEquals(sender.trySend(bytesOf(i, length)), true);
      receiver.tryReceive();
    }
    assertEquals(second?.bytes, bytesOf(2, length));
    assertEquals(first?.bytes, new Uint8Array(length).fill(0xff));
  });
}

Deno.test("Sender takes parts of arrays at any offset, and shared ones", () => {
  using channel = ends();
  const { sender, receiver } = channel;
  const whole = bytesOf(3, 999);
  const shared = new Uint8Array(new SharedArrayBuffer(999));
  shared.set(whole);
  for (const source of [whole, shared]) {
    for (const [start, end] of [[1, 2], [3, 300], [501, 998], [7, 7]]) {
      sender.trySend(source.subarray(start, end));
      assertEquals(receiver.tryReceive()?.bytes, whole.slice(start, end));
    }
  }
});

Deno.test("Sender.trySend() and Receiver.tryReceive() do not wait", () => {
  using channel = ends({ capacity: 128 });
  const { sender, receiver } = channel;
  assertEquals(receiver.tryReceive(), undefined);
  const count = fill(sender, 16);
  assertEquals(sender.trySend(bytesOf(9, 16)), false);
  // The message that was received last keeps its room until the next is asked for.
  for (let i = 0; i < count; i++) {
    assertEquals(receiver.tryReceive()?.bytes, bytesOf(i, 16));
  }
  assertEquals(receiver.tryReceive(), undefined);
  assertEquals(sender.trySend(bytesOf(9, 16)), true);
});

Deno.test("Receiver.receive() and its loop get messages that come later", async () => {
  using channel = ends();
  const { sender, receiver } = channel;
  const receiving = receiver.receive();
  assertEquals(await isPending(receiving), true);
  await sender.send(bytesOf(1, 5), { typeId: 4 });
  assertEquals(await receiving, { typeId: 4, bytes: bytesOf(1, 5) });
  const looping = firstBytes(receiver);
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setTimeout(resolve, i % 3));
    await sender.send(new Uint8Array([i]));
  }
  sender.close();
  assertEquals(await looping, Array.from({ length: 20 }, (_, i) => i));
});

Deno.test("A signal ends the wait for room, and the message is not sent", async () => {
  using channel = ends({ capacity: 128 });
  const { sender, receiver } = channel;
  const aborted = AbortSignal.abort(new Error("not now"));
  await assertRejects(
    () => sender.send(bytesOf(0, 1), { signal: aborted }),
    Error,
    "not now",
  );
  const count = fill(sender, 16);
  const controller = new AbortController();
  const { signal } = controller;
  const sending = sender.send(bytesOf(90, 16), { signal });
  const next = sender.send(bytesOf(count, 16));
  assertEquals(await isPending(sending), true);
  controller.abort(new Error("no longer"));
  await assertRejects(() => sending, Error, "no longer");
  const received: Message[] = [];
  for (let i = 0; i <= count; i++) {
    const message = await receiver.receive();
    if (message !== undefined) received.push(message);
  }
  await next;
  assertEquals(
    received.map(({ bytes }) => bytes),
    Array.from({ length: count + 1 }, (_, i) => bytesOf(i, 16)),
  );
  assertEquals(receiver.tryReceive(), undefined);
});

Deno.test("A signal ends a send that waits behind another one, and order stays", async () => {
  using channel = ends({ capacity: 128 });
  const { sender, receiver } = channel;
  const count = fill(sender, 16);
  const controller = new AbortController();
  const { signal } = controller;
  const first = sender.send(bytesOf(count, 16));
  const second = sender.send(bytesOf(90, 16), { signal });
  const third = sender.send(bytesOf(count + 1, 16));
  controller.abort(new Error("no longer"));
  assertEquals(await isPending(second), false);
  await assertRejects(() => second, Error, "no longer");
  assertEquals(await isPending(Promise.race([first, third])), true);
  for (let i = 0; i < count + 2; i++) {
    assertEquals((await receiver.receive())?.bytes, bytesOf(i, 16));
  }
  await Promise.all([first, third]);
  assertEquals(receiver.tryReceive(), undefined);
});

Deno.test("A send that waits behind another one may wait for a month", async () => {
  using channel = ends({ capacity: 128 });
  const { sender, receiver } = channel;
  const count = fill(sender, 16);
  const timeoutMs = 30 * 86_400_000;
  const sending = [0, 1, 2].map((i) =>
    started(sender.send(bytesOf(count + i, 16), { timeoutMs }))
  );
  assertEquals(await isPending(Promise.race(sending)), true);
  for (let i = 0; i < count + 3; i++) {
    assertEquals((await receiver.receive())?.bytes, bytesOf(i, 16));
  }
  await Promise.all(sending);
});

Deno.test("A signal ends the wait for a message, and none is lost", async () => {
  using channel = ends();
  const { sender, receiver } = channel;
  sender.trySend(bytesOf(1, 5));
  const aborted = AbortSignal.abort(new Error("not now"));
  await assertRejects(
    () => receiver.receive({ signal: aborted }),
    Error,
    "not now",
  );
  assertEquals((await receiver.receive())?.bytes, bytesOf(1, 5));
  const controller = new AbortController();
  const receiving = receiver.receive({ signal: controller.signal });
  assertEquals(await isPending(receiving), true);
  controller.abort(new Error("no longer"));
  await assertRejects(() => receiving, Error, "no longer");
  sender.trySend(bytesOf(2, 5));
  assertEquals((await receiver.receive())?.bytes, bytesOf(2, 5));
});

Deno.test("Receiver refuses a second call while the first one waits, which goes on", async () => {
  using channel = ends();
  const { sender, receiver } = channel;
  const receiving = receiver.receive();
  await assertRejects(() => receiver.receive(), TypeError, "still pending");
  assertThrows(() => receiver.tryReceive(), TypeError, "still pending");
  await assertRejects(() => firstBytes(receiver), TypeError, "still pending");
  sender.trySend(bytesOf(1, 5));
  assertEquals((await receiving)?.bytes, bytesOf(1, 5));
});

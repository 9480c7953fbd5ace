/**
 * Receiving all messages that are there at once.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../deps.ts";
import {
  Publisher,
  Receiver,
  Sender,
  Subscriber,
} from "../../../channel/mod.ts";
import {
  bytesOf,
  ends,
  fill,
  isPending,
  Name,
} from "../../helpers/channel/ends.ts";

for (const producers of ["one", "many"] as const) {
  Deno.test(`batches() has all messages in order, none twice, over many rounds, for producers "${producers}"`, async () => {
    using channel = ends({ capacity: 2048, producers });
    const { sender, receiver } = channel;
    const count = 20_000;
    const sending = (async () => {
      for (let i = 0; i < count; i++) {
        await sender.send(bytesOf(i, i % 99), { typeId: i + 1 });
      }
      sender.close();
    })();
    let next = 0;
    let largest = 0;
    for await (const batch of receiver.batches()) {
      assert(batch.length > 0);
      largest = Math.max(largest, batch.length);
      for (const { typeId, bytes } of batch) {
        assertEquals(typeId, next + 1);
        assertEquals(bytes, bytesOf(next, next % 99));
        next++;
      }
    }
    await sending;
    assertEquals(next, count);
    assert(largest > 5, `${largest}`);
    assertEquals(receiver.usage.used, 0);
  });

  Deno.test(`A batch stays in the ring until the next one is asked for, for producers "${producers}"`, async () => {
    using channel = ends({ capacity: 1024, producers });
    const { name, sender, receiver } = channel;
    const count = fill(sender, 33);
    const batches = receiver.batches({ limit: 5 });
    const first = await batches.next();
    assertEquals(first.value?.length, 5);
    assertEquals(receiver.pending.messages, count - 5);
    assertEquals(sender.trySend(bytesOf(0, 33)), false);
    const second = await batches.next();
    assertEquals(
      second.value?.map(({ bytes }) => bytes),
      [5, 6, 7, 8, 9]
        .map((number) => bytesOf(number, 33)),
    );
    assertEquals(sender.trySend(bytesOf(count, 33)), true);
    // Closing releases what is in hand, and no more.
    receiver.close();
    using next = Receiver.open(name);
    assertEquals(next.tryReceive()?.bytes, bytesOf(10, 33));
    assertEquals(next.pending.messages, count - 10);
  });
}

Deno.test("batches() waits, ends and fails as the loop over messages does", async () => {
  using channel = ends();
  const { name, sender, receiver } = channel;
  const batches = receiver.batches();
  const waiting = batches.next();
  assertEquals(await isPending(waiting), true);
  await assertRejects(() => receiver.receive(), TypeError, "still pending");
  sender.trySend(bytesOf(1, 3));
  assertEquals((await waiting).value?.length, 1);
  sender.abort();
  await assertRejects(() => batches.next(), Deno.errors.ConnectionAborted);
  Sender.open(name).close();
  assertEquals((await batches.next()).done, true);
  const last = receiver.batches();
  const closing = last.next();
  receiver.close();
  assertEquals((await closing).done, true);
});

Deno.test("batches() of a subscriber has what was published, up to the limit", async () => {
  using name = new Name();
  using publisher = Publisher.create(name.text, { capacity: 4096 });
  using subscriber = Subscriber.open(name.text);
  for (let i = 0; i < 25; i++) publisher.publish(bytesOf(i, 20));
  publisher.close();
  const sizes = [];
  let number = 0;
  for await (const batch of subscriber.batches({ limit: 10 })) {
    sizes.push(batch.length);
    for (const { bytes } of batch) assertEquals(bytes, bytesOf(number++, 20));
  }
  assertEquals(sizes, [10, 10, 5]);
  for (const limit of [0, -1, 1.5, NaN]) {
    assertThrows(() => subscriber.batches({ limit }), RangeError, "limit");
  }
});

Deno.test("an iterator that was returned from takes nothing any more", async () => {
  using channel = ends({});
  const { sender, receiver } = channel;
  sender.trySend(bytesOf(1, 8));
  for (
    const iterator of [receiver[Symbol.asyncIterator](), receiver.batches()]
  ) {
    await iterator.return?.();
    assertEquals(await iterator.next(), { done: true, value: undefined });
  }
  assertEquals(receiver.tryReceive()?.bytes, bytesOf(1, 8));
});

for (const what of ["messages", "batches"] as const) {
  Deno.test(`a loop over ${what} that is left while it waits takes nothing, and another goes on`, async () => {
    using name = new Name();
    using publisher = Publisher.create(name.text);
    using subscriber = Subscriber.open(name.text);
    using channel = ends({});
    const { sender, receiver } = channel;
    for (const reader of [subscriber, receiver]) {
      const iterator = what === "batches"
        ? reader.batches()
        : reader[Symbol.asyncIterator]();
      const next = iterator.next();
      await iterator.return?.();
      assertEquals(await next, { done: true, value: undefined });
    }
    publisher.publish(bytesOf(1, 8));
    sender.trySend(bytesOf(2, 8));
    for (const [reader, number] of [[subscriber, 1], [receiver, 2]] as const) {
      const { value } = await reader[Symbol.asyncIterator]().next();
      assertEquals(value?.bytes, bytesOf(number, 8));
    }
  });
}

Deno.test("a source that is always ready leaves timers and signals their turns", async () => {
  using name = new Name();
  using publisher = Publisher.create(name.text);
  using channel = ends({});
  for (
    const [writable, length] of [
      [publisher.writable, 10],
      [channel.sender.writable, 0],
    ] as const
  ) {
    const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => controller.enqueue(new Uint8Array(length)),
    });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 5);
    const piped = source.pipeTo(writable, { signal: stop.signal });
    await assertRejects(() => piped, DOMException, "abort");
  }
});

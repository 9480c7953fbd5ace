/**
 * Messages from a `Publisher` to any number of `Subscriber`s.
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "../../../deps.ts";
import { Publisher, Subscriber } from "../../../channel/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { denoRun, projectPath } from "../../helpers/deno.ts";
import { Program } from "../../helpers/peers/program.ts";
import { shareOf } from "../../helpers/sync/size.ts";
import {
  bytesOf,
  firstBytes,
  isPending,
  joined,
  Name,
  readAll,
  traces,
  unchanged,
} from "../../helpers/channel/ends.ts";

const ACCESSES = ["read", "read-write"] as const;

function publishNumbers(publisher: Publisher, from: number, to: number): void {
  for (let i = from; i < to; i++) publisher.publish(new Uint8Array([i]));
}

for (const access of ACCESSES) {
  Deno.test(`Subscriber with access "${access}" gets what is published in order, with type and bytes`, async () => {
    using name = new Name();
    using publisher = Publisher.create(name.text, { capacity: 1024 });
    assertEquals([publisher.capacity, publisher.maxMessageLength], [1024, 128]);
    using subscriber = Subscriber.open(name.text, { access });
    assertEquals(subscriber.capacity, 1024);
    assertEquals(subscriber.tryReceive(), undefined);
    for (let i = 0; i < shareOf(2000); i++) {
      publisher.publish(bytesOf(i, i % 129), { typeId: i + 1 });
      const message = i % 2 === 0
        ? subscriber.tryReceive()
        : await subscriber.receive();
      assertEquals(message, { typeId: i + 1, bytes: bytesOf(i, i % 129) });
    }
    publisher.publish(bytesOf(1, 1));
    publisher.close();
    assertEquals((await subscriber.receive())?.typeId, 1);
    assertEquals(await subscriber.receive(), undefined);
    assertEquals(subscriber.lost, 0);
  });

  Deno.test(`Subscriber with access "${access}" waits for what comes later, until the end`, async () => {
    using name = new Name();
    using publisher = Publisher.create(name.text);
    using subscriber = Subscriber.open(name.text, { access });
    const looping = firstBytes(subscriber);
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => setTimeout(resolve, i % 3));
      publishNumbers(publisher, i, i + 1);
    }
    assertEquals(await isPending(looping), true);
    publisher.close();
    assertEquals(await looping, Array.from({ length: 20 }, (_, i) => i));
  });

  Deno.test(`Subscriber with access "${access}" counts exactly what it lost`, async () => {
    using name = new Name();
    using publisher = Publisher.create(name.text, { capacity: 256 });
    using subscriber = Subscriber.open(name.text, { access });
    let published = 0;
    let received = 0;
    for (let round = 1; round < 60; round++) {
      // Records of 16 bytes: sixteen fit, so every few rounds some are lost.
      const until = published + round * 7 % 40;
      for (; published < until; published++) {
        publisher.publish(new Uint8Array([published & 0xff, 1, 2]));
      }
      for (let i = 0; i < round % 11; i++) {
        if (subscriber.tryReceive() === undefined) break;
        received++;
      }
    }
    publisher.close();
    received += (await firstBytes(subscriber)).length;
    assert(subscriber.lost > 0, `${subscriber.lost}`);
    assertEquals(received + subscriber.lost, published);
  });

  Deno.test(`Subscriber with access "${access}" begins with the newest message that is there`, async () => {
    using name = new Name();
    using publisher = Publisher.create(name.text, { capacity: 256 });
    publishNumbers(publisher, 0, 100);
    using subscriber = Subscriber.open(name.text, { access });
    publishNumbers(publisher, 100, 103);
    publisher.close();
    using late = Subscriber.open(name.text, { access });
    assertEquals(await firstBytes(subscriber), [99, 100, 101, 102]);
    assertEquals(await firstBytes(late), [102]);
    assertEquals([subscriber.lost, late.lost], [0, 0]);
  });

  Deno.test(`Subscriber with access "${access}" fails once when the publisher gave up, and goes on with the next one`, async () => {
    using name = new Name();
    using publisher = Publisher.create(name.text);
    using subscriber = Subscriber.open(name.text, { access });
    publishNumbers(publisher, 0, 3);
    publisher.abort();
    const received: number[] = [];
    const error = await assertRejects(
      async () => {
        for await (const { bytes } of subscriber) {
          received.push(bytes[0] ?? NaN);
        }
      },
      Deno.errors.ConnectionAborted,
      "gave up",
    );
    assertStringIncludes(error.message, name.text);
    const looping = firstBytes(subscriber);
    assertEquals(await isPending(looping), true);
    using next = Publisher.open(name.text);
    publishNumbers(next, 3, 5);
    next.close();
    assertEquals([...received, ...await looping], [0, 1, 2, 3, 4]);
    assertEquals(subscriber.lost, 0);
  });
}

Deno.test("A slow subscriber in another process counts exactly what it lost, and a fast one loses nothing", async () => {
  using name = new Name();
  using seen = SharedMemory.create(`${name.text}-seen`, { size: 100 });
  using cleanup = new DisposableStack();
  cleanup.defer(() => seen.unlink());
  using mapping = seen.map();
  const words = new Int32Array(mapping.bytes.buffer, 0, 1);
  words[0] = -1;
  using publisher = Publisher.create(name.text, { capacity: 4096 });
  const start = (...args: string[]) => {
    const script = projectPath("tests/peers/deno/channels/news_peer.ts");
    return Program.start(denoRun(script, { args: [name.text, ...args] }));
  };
  await using fast = start("read-write", "0");
  await using slow = start("read-write", "50");
  await using watcher = start("read", "70");
  for (const one of [fast, slow, watcher]) {
    assertEquals(await one.line(), "ready");
  }
  const count = shareOf(300_000);
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i++) {
    // Within a window of what fits, nobody else is waited for.
    while (i - Atomics.load(words, 0) > 40) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    bytes.fill(i & 0xff);
    view.setUint32(0, i, true);
    const message = bytes.subarray(0, 4 + i % 60);
    publisher.publish(message, { typeId: i % 1000 + 1 });
  }
  publisher.close();
  const last = count - 1;
  const all = { received: count, lost: 0, last };
  assertEquals(JSON.parse(await fast.line()), all);
  for (const one of [slow, watcher]) {
    const told = JSON.parse(await one.line());
    assertEquals(told.last, last);
    assertEquals(told.received + told.lost, count);
    assert(told.lost > 0, JSON.stringify(told));
  }
});

Deno.test("A broadcast has one publisher at a time, and the next goes on behind its last message", async () => {
  using name = new Name();
  const options = { capacity: 256, ifExists: "open" } as const;
  using first = Publisher.create(name.text, options);
  using subscriber = Subscriber.open(name.text);
  publishNumbers(first, 0, 5);
  unchanged(name.text, () => {
    for (
      const attempt of [
        () => Publisher.open(name.text),
        () => Publisher.create(name.text, options),
      ]
    ) assertThrows(attempt, Deno.errors.Busy, "has a publisher already");
  });
  first.close();
  using second = Publisher.open(name.text);
  publishNumbers(second, 5, 9);
  second.close();
  assertEquals(await firstBytes(subscriber), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  assertEquals(subscriber.lost, 0);
});

Deno.test("Publisher refuses what it cannot publish, and nothing is published", () => {
  using name = new Name();
  using publisher = Publisher.create(name.text, { capacity: 1024 });
  unchanged(name.text, () => {
    const bytes = new Uint8Array(5);
    for (const typeId of [0, -1, 2 ** 31, 1.5]) {
      const attempt = () => publisher.publish(bytes, { typeId });
      assertThrows(attempt, RangeError, "typeId");
    }
    const attempt = () => publisher.publish(new Uint8Array(129));
    const error = assertThrows(attempt, RangeError, name.text);
    for (const part of ["129 bytes", "128", "maxMessageLength", "Latest"]) {
      assertStringIncludes(error.message, part);
    }
    for (const bad of [undefined, null, "text", new ArrayBuffer(4)]) {
      const publish = publisher.publish.bind(publisher);
      const call = () => Reflect.apply(publish, undefined, [bad]);
      assertThrows(call, TypeError, "message");
    }
  });
});

Deno.test("A stream is published chunk by chunk, and its end comes through", async () => {
  using name = new Name();
  using publisher = Publisher.create(name.text, { capacity: 1024 });
  using subscriber = Subscriber.open(name.text);
  const chunks = [1, 128, 77, 3].map((length) => bytesOf(length, length));
  await ReadableStream.from(chunks).pipeTo(publisher.writable);
  assertEquals(publisher.closed, true);
  assertEquals(await readAll(subscriber.readable), joined(chunks));
});

Deno.test("A chunk that is too long for a broadcast ends the stream and lets subscribers fail", async () => {
  using name = new Name();
  using publisher = Publisher.create(name.text, { capacity: 1024 });
  using subscriber = Subscriber.open(name.text);
  const writer = publisher.writable.getWriter();
  writer.closed.catch(() => {});
  await assertRejects(
    () => writer.write(new Uint8Array(129)),
    RangeError,
    "128",
  );
  assertEquals(publisher.closed, true);
  const reader = subscriber.readable.getReader();
  await assertRejects(() => reader.read(), Deno.errors.ConnectionAborted);
});

Deno.test("Closed publishers and subscribers refuse everything and leave nothing", async () => {
  using name = new Name();
  using publisher = Publisher.create(name.text);
  using subscriber = Subscriber.open(name.text);
  using reader = Subscriber.open(name.text, { access: "read" });
  const waiting = [subscriber.receive(), reader.receive()];
  const looped = assertRejects(
    () => Promise.any(waiting),
    AggregateError,
  );
  publisher.unlink();
  for (const one of [subscriber, reader, publisher]) {
    one.close();
    one.close();
  }
  await looped;
  assertEquals(traces(name.text), []);
  const attempt = () => publisher.publish(new Uint8Array(1));
  assertThrows(attempt, Deno.errors.BadResource, name.text);
  const { BadResource } = Deno.errors;
  assertThrows(() => reader.tryReceive(), BadResource, name.text);
  await assertRejects(() => subscriber.receive(), BadResource, name.text);
});

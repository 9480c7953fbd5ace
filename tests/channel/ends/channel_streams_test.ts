/**
 * A channel as web streams: `sender.writable` and `receiver.readable`.
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "../../../deps.ts";
import { type Producers, Receiver, Sender } from "../../../channel/mod.ts";
import {
  bytesOf,
  ends,
  fill,
  firstBytes,
  isPending,
  joined,
  readAll,
} from "../../helpers/channel/ends.ts";

const KINDS: readonly Producers[] = ["one", "many"];

for (const producers of KINDS) {
  Deno.test(`pipeTo() carries a stream of chunks of any length through a channel, for producers "${producers}"`, async () => {
    using channel = ends({ capacity: 1024, producers });
    const { sender, receiver } = channel;
    const lengths = [1, 0, 128, 129, 5000, 3, 0, 100_001, 127];
    const chunks = lengths.map((length, i) => bytesOf(i, length));
    const piping = ReadableStream.from(chunks).pipeTo(sender.writable);
    assertEquals(await readAll(receiver.readable), joined(chunks));
    await piping;
    assertEquals(sender.closed, true);
  });
}

Deno.test("A chunk that is longer than a message is sent in pieces, in messages of type 1", async () => {
  using channel = ends({ capacity: 1024 });
  const { sender, receiver } = channel;
  const chunk = bytesOf(1, 300);
  const writer = sender.writable.getWriter();
  await writer.write(chunk);
  await writer.write(new Uint8Array());
  await writer.close();
  const received = [];
  for await (const { typeId, bytes } of receiver) {
    received.push([typeId, bytes.length]);
  }
  assertEquals(received, [[1, 128], [1, 128], [1, 44]]);
});

Deno.test("The stream of a receiver has the bytes of all messages, without empty ones", async () => {
  using channel = ends();
  const { sender, receiver } = channel;
  for (const [i, length] of [3, 0, 5, 0, 0, 1].entries()) {
    sender.trySend(bytesOf(i, length), { typeId: i + 1 });
  }
  sender.close();
  const chunks = [];
  for await (const chunk of receiver.readable) chunks.push(chunk);
  assertEquals(chunks, [bytesOf(0, 3), bytesOf(2, 5), bytesOf(5, 1)]);
});

Deno.test("A reader with its own memory gets the bytes into it, and the end", async () => {
  using channel = ends({ capacity: 1024 });
  const { sender, receiver } = channel;
  for (const number of [0, 1, 2]) sender.trySend(bytesOf(number, 100));
  sender.close();
  const reader = receiver.readable.getReader({ mode: "byob" });
  const chunks = [];
  for (;;) {
    const { value, done } = await reader.read(new Uint8Array(33));
    if (done) {
      assertEquals(value?.length, 0);
      break;
    }
    assert(value.length <= 33);
    assertEquals(value.buffer.byteLength, 33);
    chunks.push(value);
  }
  const sent = [0, 1, 2].map((number) => bytesOf(number, 100));
  assertEquals(joined(chunks), joined(sent));
  await reader.closed;
});

Deno.test("A chunk has a buffer of its own, which may be transferred", async () => {
  using channel = ends();
  const { sender, receiver } = channel;
  for (const number of [0, 1, 2]) sender.trySend(bytesOf(number, 10));
  const reader = receiver.readable.getReader();
  const chunks = [];
  for (let i = 0; i < 3; i++) {
    const { value } = await reader.read();
    assert(value !== undefined);
    assertEquals(value.buffer.byteLength, 10);
    chunks.push(structuredClone(value, { transfer: [value.buffer] }));
    assertEquals(value.length, 0);
  }
  assertEquals(chunks, [0, 1, 2].map((number) => bytesOf(number, 10)));
});

Deno.test("A stream takes nothing out of the channel before it is read", async () => {
  using channel = ends();
  const { sender, receiver } = channel;
  for (const number of [0, 1, 2]) sender.trySend(new Uint8Array([number]));
  const reader = receiver.readable.getReader();
  assertEquals((await reader.read()).value, new Uint8Array([0]));
  reader.releaseLock();
  assertEquals(receiver.tryReceive()?.bytes, new Uint8Array([1]));
  assertEquals((await receiver.receive())?.bytes, new Uint8Array([2]));
});

Deno.test("A writer learns that there is no room, and when there is again", async () => {
  using channel = ends({ capacity: 128 });
  const { sender, receiver } = channel;
  const writer = sender.writable.getWriter();
  assertEquals(writer.desiredSize, 1);
  const count = fill(sender, 16);
  const writing = writer.write(bytesOf(count, 16));
  assertEquals(writer.desiredSize, 0);
  assertEquals(await isPending(writer.ready), true);
  for (let i = 0; i <= count; i++) {
    assertEquals((await receiver.receive())?.bytes, bytesOf(i, 16));
  }
  await writing;
  await writer.ready;
  assertEquals(writer.desiredSize, 1);
  await writer.close();
});

Deno.test("Closing the writable ends the readable behind what was sent", async () => {
  using channel = ends();
  const { sender, receiver } = channel;
  const writer = sender.writable.getWriter();
  await writer.write(bytesOf(1, 50));
  await writer.close();
  assertEquals(sender.closed, true);
  assertEquals(await readAll(receiver.readable), bytesOf(1, 50));
});

Deno.test("Aborting the writable lets the readable fail behind what was sent", async () => {
  using channel = ends();
  const { sender, receiver } = channel;
  const writer = sender.writable.getWriter();
  await writer.write(bytesOf(1, 50));
  await writer.abort(new Error("enough"));
  assertEquals(sender.closed, true);
  const reader = receiver.readable.getReader();
  assertEquals((await reader.read()).value, bytesOf(1, 50));
  await assertRejects(
    () => reader.read(),
    Deno.errors.ConnectionAborted,
    "gave up",
  );
});

Deno.test("Aborting the writable does not wait for room", async () => {
  using channel = ends({ capacity: 128 });
  const { sender, receiver } = channel;
  const count = fill(sender, 16);
  const writer = sender.writable.getWriter();
  const writing = writer.write(bytesOf(99, 16));
  assertEquals(await isPending(writing), true);
  const aborting = writer.abort(new Error("enough"));
  assertEquals(await isPending(aborting), false);
  await assertRejects(() => writing, Error, "enough");
  assertEquals(sender.closed, true);
  for (let i = 0; i < count; i++) {
    assertEquals((await receiver.receive())?.bytes, bytesOf(i, 16));
  }
  await assertRejects(
    () => receiver.receive(),
    Deno.errors.ConnectionAborted,
    "gave up",
  );
});

Deno.test("A pipe whose source fails lets the receiver fail", async () => {
  using channel = ends();
  const { sender, receiver } = channel;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(bytesOf(1, 9));
      controller.error(new Error("source is broken"));
    },
  });
  const piping = source.pipeTo(sender.writable);
  await assertRejects(() => piping, Error, "source is broken");
  await assertRejects(
    () => firstBytes(receiver),
    Deno.errors.ConnectionAborted,
    "gave up",
  );
});

Deno.test("Cancelling the readable closes the receiver, and the writable fails", async () => {
  using channel = ends({ capacity: 128 });
  const { name, sender, receiver } = channel;
  const writer = sender.writable.getWriter();
  writer.closed.catch(() => {});
  fill(sender, 16);
  const writing = writer.write(bytesOf(1, 16));
  const refused = assertRejects(
    () => writing,
    Deno.errors.BrokenPipe,
    "receiver closed",
  );
  await receiver.readable.cancel();
  assertEquals(receiver.closed, true);
  await refused;
  await assertRejects(() => writer.closed, Deno.errors.BrokenPipe, name);
  assertEquals(sender.closed, true);
});

Deno.test("Cancelling ends a read that waits", async () => {
  using channel = ends();
  const { receiver } = channel;
  const reader = receiver.readable.getReader();
  const reading = reader.read();
  assertEquals(await isPending(reading), true);
  await reader.cancel();
  assertEquals((await reading).done, true);
  assertEquals(receiver.closed, true);
});

Deno.test("Leaving a loop over the readable closes the receiver", async () => {
  using channel = ends();
  const { name, sender, receiver } = channel;
  for (const number of [0, 1, 2]) sender.trySend(new Uint8Array([number]));
  for await (const chunk of receiver.readable) {
    assertEquals(chunk, new Uint8Array([0]));
    break;
  }
  assertEquals(receiver.closed, true);
  sender.close();
  using next = Receiver.open(name);
  assertEquals(await firstBytes(next), [1, 2]);
});

Deno.test("A chunk that is no Uint8Array, or whose memory is gone, ends the stream and lets the receiver fail", async () => {
  const gone = new Uint8Array(5);
  gone.buffer.transfer();
  for (const chunk of ["text", undefined, [1, 2], new ArrayBuffer(8), gone]) {
    using channel = ends();
    const { sender, receiver } = channel;
    const writer = sender.writable.getWriter();
    writer.closed.catch(() => {});
    await writer.write(bytesOf(1, 9));
    const write = writer.write.bind(writer);
    const error = await assertRejects(
      () => Promise.resolve(Reflect.apply(write, undefined, [chunk])),
      TypeError,
    );
    assertStringIncludes(error.message, "message");
    assertEquals(sender.closed, true);
    assertEquals((await receiver.receive())?.bytes, bytesOf(1, 9));
    await assertRejects(
      () => receiver.receive(),
      Deno.errors.ConnectionAborted,
    );
  }
});

Deno.test("A chunk that is transferred while it waits for room fails, and is not cut short", async () => {
  using channel = ends({ capacity: 128 });
  const { sender, receiver } = channel;
  const writer = sender.writable.getWriter();
  writer.closed.catch(() => {});
  const chunk = bytesOf(1, 500);
  const writing = writer.write(chunk);
  const refused = assertRejects(() => writing, TypeError);
  assertEquals(await isPending(Promise.race([writing, refused])), true);
  chunk.buffer.transfer();
  await assertRejects(async () => {
    while (await receiver.receive() !== undefined);
  }, Deno.errors.ConnectionAborted);
  await refused;
});

Deno.test("The streams of both ends are one each, and go on with the channel of before", async () => {
  using channel = ends();
  const { name, sender, receiver } = channel;
  assertEquals(sender.writable === sender.writable, true);
  assertEquals(receiver.readable === receiver.readable, true);
  sender.trySend(bytesOf(1, 5), { typeId: 7 });
  assertEquals(receiver.tryReceive()?.typeId, 7);
  const writer = sender.writable.getWriter();
  await writer.write(bytesOf(2, 5));
  writer.releaseLock();
  sender.trySend(bytesOf(3, 5), { typeId: 8 });
  sender.close();
  assertEquals(
    await readAll(receiver.readable),
    joined([bytesOf(2, 5), bytesOf(3, 5)]),
  );
  // The channel itself goes on.
  using next = Sender.open(name);
  next.trySend(bytesOf(4, 5));
  assertEquals(receiver.tryReceive()?.bytes, bytesOf(4, 5));
});

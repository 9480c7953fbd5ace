/**
 * `Sender`, `Receiver`, `Publisher` and `Subscriber` with Java programs on the
 * other side that know Agrona's bytes and nothing else: they take no locks, say
 * no state and ring nobody.
 */

import { assertEquals, assertThrows } from "../../../deps.ts";
import {
  Publisher,
  Receiver,
  RING_TRAILER_LENGTH,
  Sender,
  Subscriber,
} from "../../../channel/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { compileJava } from "../../helpers/java.ts";
import { randomName } from "../../helpers/names.ts";
import { needing } from "../../helpers/needs.ts";
import { LIMIT, Sink, Source } from "../../peers/channel_stream.ts";
import { deadline } from "../../helpers/deadline.ts";
import { Program } from "../../helpers/peers/program.ts";
import { pathOf } from "../../helpers/channel/deaths.ts";

const RING_PEER = "tests/peers/java/ChannelPeer.java";
const BROADCAST_PEER = "tests/peers/java/ForeignPeer.java";
const CAPACITY = 8192;
const COUNT = 120_000;

const KINDS = [
  { producers: "one", agrona: "one-to-one", count: 1 },
  { producers: "many", agrona: "many-to-one", count: 2 },
] as const;

async function startJava(
  source: string,
  ...args: readonly (string | number)[]
): Promise<Program> {
  return Program.start([...await compileJava(source), ...args.map(String)]);
}

/** Gives the checksum that a program says for each producer. */
async function checksumsOf(program: Program): Promise<number[]> {
  const { code, stdout, stderr } = await program.end();
  assertEquals(code, 0, stderr);
  const checksums: number[] = [];
  for (const line of stdout.trim().split("\n")) {
    const [producer = NaN, checksum = NaN] = line.split(" ").map(Number);
    checksums[producer - 1] = checksum;
  }
  return checksums;
}

/** Receives so many messages; nobody says when it is over. */
async function receiveInto(
  sink: Sink,
  count: number,
  receiver: Receiver | Subscriber,
): Promise<void> {
  const receiving = async () => {
    while (sink.count < count) {
      const message = await receiver.receive();
      if (message === undefined) throw new Error(`${sink.count} came`);
      const { typeId, bytes } = message;
      sink.take(typeId, bytes, 0, bytes.length);
    }
  };
  await deadline(receiving(), () => `no message comes behind ${sink.count}`);
}

for (const { producers, agrona, count } of KINDS) {
  const numbers = Array.from({ length: count }, (_, i) => 1 + i);

  Deno.test(needing(
    ["java", "native"],
    `Receiver of ${producers} gets in order what a Java program writes to its ring`,
    async () => {
      const name = randomName();
      using receiver = Receiver.create(name, { capacity: CAPACITY, producers });
      using cleanup = new DisposableStack();
      cleanup.defer(() => receiver.unlink());
      await using program = await startJava(
        ...[RING_PEER, "send", agrona, pathOf(name), CAPACITY, COUNT / count],
        ...numbers,
      );
      const sink = new Sink(count, LIMIT);
      await receiveInto(sink, COUNT, receiver);
      assertEquals(await checksumsOf(program), [...sink.checksums]);
      assertEquals(receiver.tryReceive(), undefined);
    },
  ));

  Deno.test(needing(
    ["java", "native"],
    `A Java program reads in order what Sender sends to a ring of ${producers}`,
    async () => {
      const name = randomName();
      using sender = Sender.create(name, { capacity: CAPACITY, producers });
      using cleanup = new DisposableStack();
      cleanup.defer(() => sender.unlink());
      const each = COUNT / count;
      const ring = [agrona, pathOf(name), CAPACITY, each];
      await using receiver = await startJava(
        ...[RING_PEER, "receive", ...ring, count],
      );
      // The other producer is Java, too.
      await using rival = producers === "one"
        ? undefined
        : await startJava(RING_PEER, "send", ...ring, 2);
      const source = new Source(1, LIMIT);
      const sending = async () => {
        while (source.count < each) {
          await sender.send(source.bytes.subarray(0, source.length));
          source.next();
        }
      };
      await deadline(sending(), () => `no room behind ${source.count}`);
      const rivals = rival === undefined ? [] : await checksumsOf(rival);
      const expected = [source.checksum, ...rivals.slice(1)];
      assertEquals(await checksumsOf(receiver), expected);
    },
  ));

  Deno.test(needing(
    ["java", "native"],
    `Receiver.waitFor() opens a ${agrona} ring that a Java program made, when it is told what it is`,
    async () => {
      const name = randomName();
      await using program = await startJava(
        ...[RING_PEER, "send", agrona, pathOf(name), CAPACITY, COUNT / count],
        ...numbers,
      );
      using cleanup = new DisposableStack();
      const options = { producers, timeoutMs: 60_000 };
      using receiver = await Receiver.waitFor(name, options);
      cleanup.defer(() => receiver.unlink());
      assertEquals([receiver.capacity, receiver.producers], [
        CAPACITY,
        producers,
      ]);
      const sink = new Sink(count, LIMIT);
      await receiveInto(sink, COUNT, receiver);
      assertEquals(await checksumsOf(program), [...sink.checksums]);
      // From now on it says what it is.
      using sender = Sender.open(name);
      assertEquals(sender.producers, producers);
    },
  ));
}

Deno.test("A ring of unknown making is not opened without being told what it is", () => {
  const name = randomName();
  const size = CAPACITY + RING_TRAILER_LENGTH;
  using memory = SharedMemory.create(name, { size });
  using cleanup = new DisposableStack();
  cleanup.defer(() => memory.unlink());
  for (const open of [Receiver.open, Sender.open]) {
    assertThrows(() => open(name), TypeError, "pass `producers`");
  }
  using receiver = Receiver.open(name, { producers: "many" });
  assertEquals(receiver.producers, "many");
});

const BROADCAST_CAPACITY = 2 ** 18;
/** What is sent before the other side is waited for; it fits. */
const BATCH = 3000;

for (const access of ["read-write", "read"] as const) {
  Deno.test(needing(
    ["java", "native"],
    `Subscriber with access "${access}" gets in order what a Java program transmits, and loses nothing`,
    async () => {
      const name = randomName();
      using first = Publisher.create(name, { capacity: BROADCAST_CAPACITY });
      using cleanup = new DisposableStack();
      cleanup.defer(() => first.unlink());
      using subscriber = Subscriber.open(name, { access });
      first.close();
      // The end of this publisher is not that of the next one.
      assertEquals(await subscriber.receive(), undefined);
      await using program = await startJava(
        ...[BROADCAST_PEER, "transmit", pathOf(name), BROADCAST_CAPACITY],
        ...[COUNT, BATCH],
      );
      const sink = new Sink(1, LIMIT);
      for (let due = BATCH; due <= COUNT; due += BATCH) {
        await program.tell("go on");
        await receiveInto(sink, due, subscriber);
      }
      assertEquals(Number(await program.line()), sink.checksums[0]);
      assertEquals(subscriber.lost, 0);
    },
  ));
}

Deno.test(needing(
  ["java", "native"],
  "A Java program receives in order what Publisher publishes, and loses nothing",
  async () => {
    const name = randomName();
    const options = { capacity: BROADCAST_CAPACITY };
    using publisher = Publisher.create(name, options);
    using cleanup = new DisposableStack();
    cleanup.defer(() => publisher.unlink());
    await using program = await startJava(
      ...[BROADCAST_PEER, "listen", pathOf(name), BROADCAST_CAPACITY],
      ...[COUNT, BATCH],
    );
    assertEquals(await program.line(), "ready");
    const source = new Source(1, LIMIT);
    while (source.count < COUNT) {
      publisher.publish(source.bytes.subarray(0, source.length));
      source.next();
      if (source.count % BATCH === 0) {
        assertEquals(await program.line(), `had ${source.count}`);
      }
    }
    assertEquals(Number(await program.line()), source.checksum);
  },
));

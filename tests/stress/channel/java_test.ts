/**
 * Channels whose other side is a Java program with Agrona's released classes.
 * The capacities are so small that positions go round all the time.
 */

import { assert, assertEquals } from "../../../deps.ts";
import {
  BroadcastReceiver,
  BroadcastTransmitter,
  CopyBroadcastReceiver,
  ManyToOneRingBuffer,
  OneToOneRingBuffer,
  RING_TRAILER_LENGTH,
} from "../../../channel/mod.ts";
import { AGRONA_RELEASES, compileJava } from "../../helpers/java.ts";
import { needing } from "../../helpers/needs.ts";
import {
  batchProducer,
  checkMessage,
  lengthOf,
  LIMIT,
  numberOf,
  produce,
  repeat,
  Sink,
  Source,
} from "../../peers/channel_stream.ts";
import { Program } from "../../helpers/peers/program.ts";
import { shared, sharedBroadcast } from "../../helpers/channel/shared.ts";

const PEER = "tests/peers/java/ChannelPeer.java";
/** So many messages go each way. */
const COUNT = 400_000;

const KINDS = {
  "one-to-one": {
    attach: (memory: Uint8Array) => new OneToOneRingBuffer(memory),
    producers: 1,
    capacity: 2048,
  },
  "many-to-one": {
    attach: (memory: Uint8Array) => new ManyToOneRingBuffer(memory),
    producers: 2,
    capacity: 2048,
  },
} as const;

/** Ends the program, and gives the checksum that it says for each producer. */
async function checksumsOf(program: Program): Promise<Map<number, number>> {
  const { code, stdout, stderr } = await program.end();
  assertEquals(code, 0, stderr);
  return new Map(
    stdout.trim().split("\n").map((line) => {
      const [producer, checksum] = line.split(" ");
      return [Number(producer), Number(checksum)];
    }),
  );
}

const BROADCAST_CAPACITY = 4096;
/** So many messages cannot overtake a receiver. */
const WINDOW = 50;

for (const release of AGRONA_RELEASES) {
  for (const [kind, parts] of Object.entries(KINDS)) {
    const { attach, producers, capacity } = parts;
    Deno.test(needing(
      ["java", "native"],
      `Agrona ${release}, ${kind} ring of ${capacity} bytes: Java sends very many messages, Deno receives all in order`,
      async () => {
        const java = await compileJava(PEER, release);
        using memory = shared(capacity + RING_TRAILER_LENGTH);
        const ring = attach(memory.bytes);
        const numbers = Array.from({ length: producers }, (_, i) => `${1 + i}`);
        const each = COUNT / producers;
        await using program = Program.start([
          ...java,
          ...["send", kind, memory.path, `${capacity}`, `${each}`, ...numbers],
        ]);
        const sink = new Sink(producers, LIMIT);
        repeat(() => {
          if (sink.count === COUNT) return "done";
          return ring.read(sink.take) > 0 ? "moved" : "stuck";
        });
        const theirs = await checksumsOf(program);
        for (const [i, checksum] of sink.checksums.entries()) {
          assertEquals(theirs.get(1 + i), checksum);
        }
        assertEquals(ring.read(sink.take), 0);
        assertEquals(ring.size, 0);
      },
    ));

    for (const how of ["one by one", "in batches"]) {
      Deno.test(needing(
        ["java", "native"],
        `Agrona ${release}, ${kind} ring of ${capacity} bytes: Deno sends very many messages ${how}, Java receives all in order`,
        async () => {
          const java = await compileJava(PEER, release);
          using memory = shared(capacity + RING_TRAILER_LENGTH);
          const ring = attach(memory.bytes);
          const each = COUNT / producers;
          const start = (...args: readonly (string | number)[]) =>
            Program.start([...java, ...args.map(String)]);
          await using receiver = start(
            ...["receive", kind, memory.path, capacity, each, producers],
          );
          // The other producer is Java, too: both claim from one tail.
          await using rival = producers === 1
            ? undefined
            : start("send", kind, memory.path, capacity, each, 2);
          const source = new Source(1, LIMIT);
          const inTurn = () => produce(ring, memory.bytes, source, each);
          repeat(
            how === "in batches" ? batchProducer(ring, source, each) : inTurn,
          );
          const received = await checksumsOf(receiver);
          assertEquals(received.get(1), source.checksum);
          if (rival) {
            assertEquals(received.get(2), (await checksumsOf(rival)).get(2));
          }
          assertEquals(ring.size, 0);
        },
      ));
    }
  }

  Deno.test(needing(
    ["java", "native"],
    `Agrona ${release}, broadcast buffer: Java transmits very many messages, Deno receives all in order`,
    async () => {
      const java = await compileJava(PEER, release);
      using memory = sharedBroadcast(BROADCAST_CAPACITY);
      const { region, received, path } = memory;
      const receiver = new CopyBroadcastReceiver(new BroadcastReceiver(region));
      const numbers = [BROADCAST_CAPACITY, COUNT, LIMIT, WINDOW].map(String);
      await using program = Program.start(
        [...java, "transmit", path, ...numbers],
      );
      const sink = new Sink(1, LIMIT);
      repeat(() => {
        if (sink.count === COUNT) return "done";
        if (receiver.receive(sink.take) === 0) return "stuck";
        Atomics.store(received, 0, BigInt(sink.count));
        return "moved";
      });
      assertEquals(
        await checksumsOf(program),
        new Map([[1, sink.checksums[0]]]),
      );
    },
  ));

  Deno.test(needing(
    ["java", "native"],
    `Agrona ${release}, broadcast buffer: Deno transmits very many messages, Java receives all in order`,
    async () => {
      const java = await compileJava(PEER, release);
      using memory = sharedBroadcast(BROADCAST_CAPACITY);
      const { region, received, path } = memory;
      const transmitter = new BroadcastTransmitter(region);
      const numbers = [BROADCAST_CAPACITY, COUNT, LIMIT].map(String);
      await using program = Program.start(
        [...java, "listen", path, ...numbers],
      );
      // A receiver that joins later misses what came before.
      assertEquals(await program.line(), "ready");
      const source = new Source(1, LIMIT);
      repeat(() => {
        if (source.count === COUNT) return "done";
        if (source.count - Number(Atomics.load(received, 0)) >= WINDOW) {
          return "stuck";
        }
        transmitter.transmit(1, source.bytes, 0, source.length);
        source.next();
        return "moved";
      });
      assertEquals(await checksumsOf(program), new Map([[1, source.checksum]]));
    },
  ));

  Deno.test(needing(
    ["java", "native"],
    `Agrona ${release}, broadcast buffer: what a receiver gets of a Java transmitter that waits for nobody is whole`,
    async () => {
      const java = await compileJava(PEER, release);
      using memory = sharedBroadcast(BROADCAST_CAPACITY);
      const { region, path } = memory;
      const receiver = new CopyBroadcastReceiver(new BroadcastReceiver(region));
      const numbers = [BROADCAST_CAPACITY, COUNT, LIMIT, 0].map(String);
      await using program = Program.start(
        [...java, "transmit", path, ...numbers],
      );
      let next = 0;
      let count = 0;
      let losses = 0;
      let lost = false;
      const take = (
        typeId: number,
        bytes: Uint8Array,
        offset: number,
        length: number,
      ) => {
        const number = numberOf(bytes, offset);
        assert(
          lost ? number >= next : number === next,
          `${number}, not ${next}`,
        );
        checkMessage(typeId, number, LIMIT, bytes, offset, length);
        lost = false;
        next = number + 1;
        count++;
      };
      const tail = new BigInt64Array(
        region.buffer,
        region.byteOffset + BROADCAST_CAPACITY,
        2,
      );
      const total = BigInt(endOf(COUNT));
      repeat(() => {
        try {
          if (receiver.receive(take) > 0) return "moved";
        } catch (error) {
          assert(`${error}`.includes("unable to keep up"), `${error}`);
          losses++;
          lost = true;
          return "moved";
        }
        return Atomics.load(tail, 1) === total ? "done" : "stuck";
      });
      await checksumsOf(program);
      assert(count > 0);
      if (losses === 0) assertEquals(count, COUNT);
    },
  ));
}

/** Where the tail is after so many messages. */
function endOf(count: number): number {
  let tail = 0;
  for (let number = 0; number < count; number++) {
    const record = (lengthOf(number, LIMIT) + 8 + 7) & -8;
    const toEnd = BROADCAST_CAPACITY - tail % BROADCAST_CAPACITY;
    tail += record > toEnd ? toEnd + record : record;
  }
  return tail;
}

// Watching a channel: nothing of it is consumed or changed, every message that is
// told is whole, and what was missed is counted.

import {
  assert,
  assertEquals,
  assertThrows,
  loadFastCheck,
} from "../../../deps.ts";
import {
  BROADCAST_TRAILER_LENGTH,
  ManyToOneRingBuffer,
  OneToOneRingBuffer,
  Publisher,
  Receiver,
  RING_TRAILER_LENGTH,
  Sender,
} from "../../../channel/mod.ts";
import { BroadcastWatch } from "../../../channel/watching/broadcast_watch.ts";
import { RingWatch } from "../../../channel/watching/ring_watch.ts";
import { ObservedObject } from "../../../memory/posix/observed_object.ts";
import { SharedMemory } from "../../../mod.ts";
import { randomName } from "../../helpers/names.ts";
import { shareOf } from "../../helpers/sync/size.ts";

const fc = await loadFastCheck();

/** A ring with both ends, and what lets it be watched. */
function ringOf(producers: "one" | "many", capacity = 1024) {
  const stack = new DisposableStack();
  const name = randomName();
  const receiver = stack.use(Receiver.create(name, { capacity, producers }));
  stack.defer(() => receiver.unlink());
  const sender = stack.use(Sender.open(name));
  const observed = stack.use(ObservedObject.open(name));
  const memory = observed.mapping.bytes;
  return {
    name,
    receiver,
    sender,
    observed,
    memory,
    [Symbol.dispose]: () => stack.dispose(),
  };
}

function all<Item>(watch: { next(): Item | undefined }): Item[] {
  const items: Item[] = [];
  for (;;) {
    const item = watch.next();
    if (item === undefined) return items;
    items.push(item);
  }
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesOf = (text: string) => new TextEncoder().encode(text);

for (const producers of ["one", "many"] as const) {
  Deno.test(`RingWatch sees what is sent (${producers}), and the receiver gets all of it`, () => {
    using ring = ringOf(producers);
    ring.sender.trySend(bytesOf("before"));
    const now = new RingWatch(ring.memory);
    const oldest = new RingWatch(ring.memory, "oldest");
    for (let i = 1; i <= 5; i++) {
      ring.sender.trySend(bytesOf(`m${i}`), { typeId: i });
    }
    const seen = all(now);
    assertEquals(seen.map(({ bytes }) => text(bytes)), [
      "m1",
      "m2",
      "m3",
      "m4",
      "m5",
    ]);
    assertEquals(seen.map(({ typeId }) => typeId), [1, 2, 3, 4, 5]);
    assertEquals(all(oldest).map(({ bytes }) => text(bytes))[0], "before");
    assertEquals(text(ring.receiver.tryReceive()!.bytes), "before");
    for (let i = 1; i <= 5; i++) {
      assertEquals(text(ring.receiver.tryReceive()!.bytes), `m${i}`);
    }
    assertEquals(now.missedBytes, 0);
    assertEquals(now.damage, undefined);
  });

  Deno.test(`RingWatch goes around the end of the ring (${producers}), and misses nothing that it keeps up with`, () => {
    using ring = ringOf(producers, 256);
    const watch = new RingWatch(ring.memory);
    for (let i = 0; i < 1000; i++) {
      const bytes = new Uint8Array(i % 29).fill(i & 0xff);
      assert(ring.sender.trySend(bytes));
      assertEquals(watch.next()?.bytes, bytes);
      assertEquals(ring.receiver.tryReceive()?.bytes, bytes);
    }
    assertEquals(watch.next(), undefined);
    assertEquals(watch.missedBytes, 0);
  });
}

Deno.test("RingWatch of one producer sees what was consumed and not overwritten", () => {
  using ring = ringOf("one");
  const watch = new RingWatch(ring.memory);
  ring.sender.trySend(bytesOf("gone already"));
  ring.receiver.tryReceive();
  assertEquals(all(watch).map(({ bytes }) => text(bytes)), ["gone already"]);
});

Deno.test("RingWatch of one producer leaves out what a producer may zero before it moves the tail", () => {
  using ring = ringOf("one");
  const watch = new RingWatch(ring.memory);
  for (let i = 1; i <= 7; i++) {
    ring.sender.trySend(new Uint8Array(100).fill(i));
    ring.receiver.tryReceive();
  }
  // As Agrona does, in front of a message of 128 bytes that starts the ring again:
  // 240 bytes to the end, 136 of its own, and then the next header.
  using memory = SharedMemory.open(ring.name);
  using mapping = memory.map();
  mapping.bytes.fill(0, 136, 144);
  // The last one is lent until the next is received.
  assertEquals(all(watch).map(({ bytes }) => bytes[0]), [7]);
  assertEquals(watch.missedBytes, 6 * 112);
  ring.sender.trySend(new Uint8Array(100).fill(8));
  ring.receiver.tryReceive();
  assertEquals(all(watch).map(({ bytes }) => bytes[0]), [8]);
});

Deno.test("RingWatch counts the bytes that it missed", () => {
  using one = ringOf("one", 256);
  using many = ringOf("many", 256);
  for (const { memory, sender, receiver } of [one, many]) {
    const watch = new RingWatch(memory);
    for (let i = 0; i < 50; i++) {
      assert(sender.trySend(new Uint8Array(24)));
      receiver.tryReceive();
    }
    assert(sender.trySend(bytesOf("kept")));
    const seen = all(watch);
    assertEquals(text(seen.at(-1)!.bytes), "kept");
    // Records of 32 bytes fill the ring of 256 without padding.
    assertEquals(watch.missedBytes + 32 * (seen.length - 1), 50 * 32);
  }
});

Deno.test("RingWatch of many producers misses no more than what the consumer is zeroing", () => {
  using ring = ringOf("many");
  const watch = new RingWatch(ring.memory);
  for (let i = 1; i <= 4; i++) {
    assert(ring.sender.trySend(new Uint8Array(24).fill(i)));
  }
  using memory = SharedMemory.open(ring.name);
  using mapping = memory.map();
  // Two records of 32 bytes: the bytes of the second are zero, its header is not yet.
  const words = new DataView(mapping.bytes.buffer);
  words.setBigInt64(1024 + 392, 64n, true);
  mapping.bytes.fill(0, 32 + 8, 64);
  assertEquals(all(watch).map(({ bytes }) => bytes[0]), [3, 4]);
  assertEquals(watch.missedBytes, 64);
  assertEquals(watch.damage, undefined);
});

Deno.test("RingWatch waits at a claim until it is committed", () => {
  using memory = SharedMemory.anonymous({ size: 512 + RING_TRAILER_LENGTH });
  using mapping = memory.map();
  using view = memory.map({ access: "read" });
  for (const Ring of [OneToOneRingBuffer, ManyToOneRingBuffer]) {
    const ring = new Ring(mapping.bytes);
    const watch = new RingWatch(view.bytes);
    const offset = ring.tryClaim(7, 3);
    ring.tryClaim(8, 8);
    assertEquals(watch.next(), undefined);
    mapping.bytes.set([1, 2, 3], offset);
    ring.commit(offset);
    assertEquals(watch.next()?.bytes, new Uint8Array([1, 2, 3]));
    assertEquals(watch.next(), undefined);
    mapping.bytes.fill(0);
  }
});

Deno.test("watching changes no byte, takes no lock, and leaves an object stale", () => {
  using ring = ringOf("many");
  ring.sender.trySend(bytesOf("message"));
  const before = ring.memory.slice();
  all(new RingWatch(ring.memory, "oldest"));
  assertEquals(ring.memory.slice(), before);
  ring.sender.close();
  ring.receiver.close();
  // It is mapped here still, and counts as nobody's.
  using _again = Receiver.create(ring.name, { ifStale: "replace" });
  assertEquals(ring.observed.removed, true);
});

Deno.test("BroadcastWatch sees what is published, and counts what it missed", () => {
  const name = randomName();
  using publisher = Publisher.create(name, { capacity: 256 });
  using cleanup = new DisposableStack();
  cleanup.defer(() => publisher.unlink());
  publisher.publish(bytesOf("first"));
  using observed = ObservedObject.open(name);
  const now = new BroadcastWatch(observed.mapping.bytes);
  const oldest = new BroadcastWatch(observed.mapping.bytes, "oldest");
  publisher.publish(bytesOf("second"), { typeId: 9 });
  assertEquals(
    all(now).map(({ typeId, bytes, number }) => [typeId, text(bytes), number]),
    [[9, "second", 2]],
  );
  assertEquals(all(oldest).map(({ bytes }) => text(bytes)), [
    "first",
    "second",
  ]);
  for (let i = 0; i < 100; i++) publisher.publish(new Uint8Array(16));
  const seen = all(now);
  assertEquals(seen.at(-1)?.number, 102);
  assertEquals(now.missed + seen.length, 100);
  assertEquals(now.damage, undefined);
});

Deno.test("watches refuse memory of a size that fits none", () => {
  using memory = SharedMemory.anonymous({ size: 5003 });
  using view = memory.map({ access: "read" });
  assertThrows(() => new RingWatch(view.bytes), RangeError, "ring buffer");
  assertThrows(() => new BroadcastWatch(view.bytes), RangeError, "broadcast");
});

Deno.test("no content of the memory makes a watch fail or go on without end", () => {
  const capacity = 256;
  using ringMemory = SharedMemory.anonymous({
    size: capacity + RING_TRAILER_LENGTH,
  });
  using broadcastMemory = SharedMemory.anonymous({
    size: capacity + BROADCAST_TRAILER_LENGTH,
  });
  using ring = ringMemory.map();
  using broadcast = broadcastMemory.map();
  using ringView = ringMemory.map({ access: "read" });
  using broadcastView = broadcastMemory.map({ access: "read" });
  const number = fc.oneof(
    fc.constantFrom(0, 8, 256, 264, 2 ** 31, -1, 2 ** 40),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(capacity + 127), number), { maxLength: 60 }),
      fc.constantFrom<"oldest" | "now">("oldest", "now"),
      fc.tuple(number, number, number),
      (writes, from, [head, tail, latest]) => {
        for (const { bytes } of [ring, broadcast]) bytes.fill(0);
        const ringWatch = new RingWatch(ringView.bytes, from);
        const broadcastWatch = new BroadcastWatch(broadcastView.bytes, from);
        for (const { bytes } of [ring, broadcast]) {
          const view = new DataView(bytes.buffer, bytes.byteOffset);
          for (const [at, value] of writes) {
            view.setInt32(at & -4, value | 0, true);
          }
        }
        const words = new DataView(ring.bytes.buffer, ring.bytes.byteOffset);
        words.setBigInt64(capacity + 384, BigInt(head), true);
        words.setBigInt64(capacity + 128, BigInt(tail), true);
        const other = new DataView(
          broadcast.bytes.buffer,
          broadcast.bytes.byteOffset,
        );
        other.setBigInt64(capacity, BigInt(tail), true);
        other.setBigInt64(capacity + 8, BigInt(head), true);
        other.setBigInt64(capacity + 16, BigInt(latest), true);
        for (const watch of [ringWatch, broadcastWatch]) {
          for (let turns = 0; turns < 5; turns++) watch.next();
        }
        assert(ringWatch.missedBytes >= 0);
        new RingWatch(ringView.bytes, from).next();
        new BroadcastWatch(broadcastView.bytes, from).next();
      },
    ),
    { numRuns: shareOf(500) },
  );
});

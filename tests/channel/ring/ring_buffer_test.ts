/**
 * Writing, claiming and room in ring buffers.
 */

import { assert, assertEquals } from "../../../deps.ts";
import {
  INSUFFICIENT_CAPACITY,
  ManyToOneRingBuffer,
} from "../../../channel/mod.ts";
import {
  assertRefused,
  firstDifference,
  HEADER,
  makeRing,
  MANY_TO_ONE,
  ONE_TO_ONE,
  payload,
  readAll,
  readTypes,
  RING_KINDS,
  TAIL,
  trailer,
} from "../../helpers/channel/rings.ts";

for (const kind of RING_KINDS) {
  const { name } = kind;

  Deno.test(`${name} carries messages of every length and alignment whole`, () => {
    const { ring } = makeRing(kind, 4096);
    const source = payload(600);
    // Short ones are copied in another way than long ones.
    const lengths = [...Array(40).keys(), 253, 255, 256, 257, 260, 263, 512];
    for (const length of lengths) {
      for (const offset of [0, 1, 4, 6]) {
        assert(ring.write(1 + length, source, offset, length));
      }
      const expected = [0, 1, 4, 6].map((offset) => ({
        typeId: 1 + length,
        payload: [...source.subarray(offset, offset + length)],
      }));
      const seen = [...readAll(ring), ...readAll(ring)];
      assertEquals(
        seen.map(({ typeId, payload }) => ({ typeId, payload })),
        expected,
      );
    }
  });

  Deno.test(`${name}.write() copies from wherever the source lies in its buffer`, () => {
    const { ring } = makeRing(kind, 256);
    const buffer = payload(61).buffer;
    for (const start of [0, 3, 4, 17, 40]) {
      const source = new Uint8Array(buffer, start, 21);
      for (const offset of [0, 1, 4]) {
        ring.write(1, source, offset);
        const [message] = readAll(ring).concat(readAll(ring));
        assertEquals(message?.payload, [...source.subarray(offset)]);
      }
    }
  });

  Deno.test(`${name}.write() copies what a buffer that has been resized holds now`, () => {
    const { ring } = makeRing(kind, 1024);
    const buffer = new ArrayBuffer(16, { maxByteLength: 160 });
    for (const length of [16, 64, 8, 100]) {
      buffer.resize(length);
      const source = new Uint8Array(buffer).fill(length);
      ring.write(1, source);
      const [message] = readAll(ring).concat(readAll(ring));
      assertEquals(message?.payload, [...source]);
    }
  });

  Deno.test(`${name}.write() copies from buffers of 2 GiB and more`, () => {
    for (const [size, start] of [[2 ** 31, 16], [2 ** 32, 2 ** 32 - 8]]) {
      const { ring } = makeRing(kind, 1024);
      const buffer = new ArrayBuffer((size ?? 0) + 72);
      const source = new Uint8Array(buffer, start, 24);
      source.set(payload(24));
      assert(ring.write(1, source));
      assertEquals(readAll(ring)[0]?.payload, [...source]);
    }
  });

  Deno.test(`${name}.write() takes an offset of 2 GiB and more`, () => {
    const { ring } = makeRing(kind, 1024);
    const source = new Uint8Array(2 ** 31 + 72);
    source.set(payload(24), 2 ** 31 + 5);
    assert(ring.write(1, source, 2 ** 31 + 5, 24));
    assertEquals(readAll(ring)[0]?.payload, [...payload(24)]);
  });

  Deno.test(`${name}.tryClaim() gives room that is written in place and read after commit()`, () => {
    const { ring, memory } = makeRing(kind, 256);
    const offset = ring.tryClaim(9, 13);
    assertEquals(offset, HEADER);
    assertEquals(readTypes(ring), []);
    memory.set(payload(13), offset);
    assertEquals(readTypes(ring), []);
    ring.commit(offset);
    assertEquals(readAll(ring), [
      { typeId: 9, offset, payload: [...payload(13)] },
    ]);
  });

  Deno.test(`${name}.abort() makes the consumer skip a claim`, () => {
    const { ring } = makeRing(kind, 256);
    ring.write(1, payload(3));
    ring.abort(ring.tryClaim(2, 30));
    ring.write(3, payload(3));
    assertEquals(readTypes(ring), [1, 3]);
    assertEquals(ring.size, 0);
  });

  Deno.test(`${name} keeps the order of claims that are released out of order`, () => {
    const { ring } = makeRing(kind, 256);
    const claims = [1, 2, 3, 4].map((typeId) => ring.tryClaim(typeId, 5));
    const [first = 0, second = 0, third = 0, fourth = 0] = claims;
    ring.commit(fourth);
    ring.abort(second);
    assertEquals(readTypes(ring), []);
    ring.commit(first);
    assertEquals(readTypes(ring), [1]);
    ring.commit(third);
    assertEquals(readTypes(ring), [3, 4]);
  });

  Deno.test(`${name} says that it is full, as often as asked, and changes nothing`, () => {
    const { ring, memory, capacity } = makeRing(kind, 128);
    while (ring.write(1, payload(5)));
    assertEquals(ring.size, capacity - kind.spare - kind.spare % 16);
    // The room that was found before is looked up once more, which may be stored.
    ring.tryClaim(1, 16);
    const before = memory.slice();
    for (let i = 0; i < 3; i++) {
      assertEquals(ring.write(1, payload(5)), false);
      assertEquals(ring.tryClaim(1, 9), INSUFFICIENT_CAPACITY);
    }
    assertEquals(firstDifference(memory, before), -1);
    assertRefused(memory, () => ring.write(0, payload(5)), RangeError);
    const count = readTypes(ring).length;
    assertEquals(count, 8 - kind.spare / 8);
    assertEquals(ring.write(2, payload(5)), true);
  });

  Deno.test(`${name} puts a record that fits exactly at the end of the data area there`, () => {
    const { ring } = makeRing(kind, 128);
    for (let i = 0; i < 6; i++) ring.write(1, payload(8));
    assertEquals(readAll(ring).length, 6);
    ring.write(2, payload(16));
    ring.write(3, payload(0));
    assertEquals(readAll(ring).map(({ typeId, offset }) => [typeId, offset]), [
      [2, 104],
      [3, 128],
    ]);
    assertEquals(ring.producerPosition, 128n);
    ring.write(4, payload(1));
    assertEquals(readAll(ring)[0]?.offset, HEADER);
  });

  Deno.test(`${name} pads the end when a record does not fit there, and does not count the padding`, () => {
    const { ring, words } = makeRing(kind, 128);
    for (let i = 0; i < 6; i++) ring.write(1, payload(8));
    readAll(ring);
    ring.write(1, payload(8));
    readAll(ring);
    // 16 bytes are left, 24 are needed.
    assert(ring.write(5, payload(16)));
    assertEquals(ring.producerPosition, 128n + 24n);
    assertEquals([...words.subarray(112 / 4, 120 / 4)], [16, -1]);
    assertEquals(readTypes(ring), []);
    assertEquals(ring.consumerPosition, 128n);
    const [message] = readAll(ring);
    assertEquals([message?.typeId, message?.offset], [5, HEADER]);
  });

  Deno.test(`${name} moves its tail to the next lap when a claim fails for want of room at the start`, () => {
    const test = makeRing(kind, 128);
    const { ring } = test;
    for (let i = 0; i < 7; i++) ring.write(1 + i, payload(8));
    assertEquals(readTypes(ring, 1), [1]);
    // 16 bytes are left at the end and 16 at the start.
    assertEquals(ring.tryClaim(9, 16), INSUFFICIENT_CAPACITY);
    assertEquals(trailer(test, TAIL), 128n);
    assertEquals(ring.size, 112);
    assertEquals(ring.tryClaim(9, 16), INSUFFICIENT_CAPACITY);
    assertEquals(trailer(test, TAIL), 128n);
    assertEquals(readTypes(ring), [2, 3, 4, 5, 6, 7]);
    assertEquals(ring.size, 0);
    assertEquals(ring.tryClaim(9, 16), HEADER);
  });

  Deno.test(`${name} hands out correlation ids from 0 on, also beyond 2^32 and 2^53`, () => {
    const test = makeRing(kind, 64);
    const other = kind.attach(test.memory);
    assertEquals(test.ring.nextCorrelationId(), 0n);
    assertEquals(other.nextCorrelationId(), 1n);
    for (const start of [2n ** 32n - 1n, 2n ** 53n]) {
      test.longs[(64 + 512) / 8] = start;
      assertEquals(test.ring.nextCorrelationId(), start);
      assertEquals(other.nextCorrelationId(), start + 1n);
    }
    assertEquals(test.ring.size, 0);
  });

  Deno.test(`${name} shows its consumer's heartbeat to everyone`, () => {
    const { ring, memory, longs } = makeRing(kind, 64);
    assertEquals(ring.consumerHeartbeatTime, 0n);
    ring.consumerHeartbeatTime = 1_700_000_000_123n;
    assertEquals(kind.attach(memory).consumerHeartbeatTime, 1_700_000_000_123n);
    assertEquals(longs[(64 + 640) / 8], 1_700_000_000_123n);
  });

  Deno.test(`${name}.size counts headers, slack, padding and open claims`, () => {
    const { ring } = makeRing(kind, 128);
    assertEquals(ring.size, 0);
    ring.write(1, payload(5));
    assertEquals(ring.size, 16);
    const claim = ring.tryClaim(1, 9);
    assertEquals(ring.size, 40);
    readAll(ring);
    assertEquals(ring.size, 24);
    ring.abort(claim);
    assertEquals(ring.size, 24);
    readAll(ring);
    assertEquals(ring.size, 0);
  });

  Deno.test(`${name} goes on where another object on the same memory stopped`, () => {
    const { ring, memory } = makeRing(kind, 128);
    ring.write(1, payload(5));
    const claim = ring.tryClaim(2, 5);
    const successor = kind.attach(memory);
    successor.write(3, payload(5));
    assertEquals(readTypes(successor), [1]);
    successor.commit(claim);
    assertEquals(readTypes(ring), [2, 3]);
  });
}

Deno.test("OneToOneRingBuffer keeps 8 bytes free, ManyToOneRingBuffer can be filled completely", () => {
  for (const [kind, count] of [[ONE_TO_ONE, 7], [MANY_TO_ONE, 8]] as const) {
    const { ring } = makeRing(kind, 64);
    let written = 0;
    while (ring.write(1, payload(0))) written++;
    assertEquals(written, count);
    assertEquals(ring.size, count * 8);
    assertEquals(readTypes(ring).length, count);
  }
});

Deno.test("OneToOneRingBuffer.read() writes nothing but the consumer's position", () => {
  const { ring, memory } = makeRing(ONE_TO_ONE, 128);
  ring.write(1, payload(13));
  ring.write(2, payload(3));
  const expected = memory.slice();
  expected[128 + 384] = 40;
  assertEquals(readTypes(ring), [1, 2]);
  assertEquals(firstDifference(memory, expected), -1);
});

Deno.test("ManyToOneRingBuffer.read() zeroes what it consumes and nothing else", () => {
  const { ring, memory } = makeRing(MANY_TO_ONE, 128);
  ring.write(1, payload(13));
  ring.write(2, payload(3));
  ring.write(3, payload(3));
  const expected = memory.slice();
  expected.fill(0, 0, 40);
  expected[128 + 384] = 40;
  // In padding of the format: how far the head moves.
  expected[128 + 392] = 40;
  assertEquals(readTypes(ring, 2), [1, 2]);
  assertEquals(firstDifference(memory, expected), -1);
});

Deno.test("ManyToOneRingBuffer reads what a OneToOneRingBuffer alone writes", () => {
  const { ring, memory } = makeRing(ONE_TO_ONE, 128);
  const consumer = new ManyToOneRingBuffer(memory);
  for (let i = 1; i <= 100; i++) {
    assert(ring.write(i, payload(i % 17, i)));
    const [message] = readAll(consumer).concat(readAll(consumer));
    assertEquals(message?.typeId, i);
    assertEquals(message?.payload, [...payload(i % 17, i)]);
  }
});

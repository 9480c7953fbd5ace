/**
 * `writeBatch`, next to `write`.
 */

import {
  assert,
  assertEquals,
  assertThrows,
  loadFastCheck,
} from "../../../deps.ts";
import { takeOverProducer } from "../../../channel/ring/one_to_one_ring_buffer.ts";
import {
  ManyToOneRingBuffer,
  OneToOneRingBuffer,
} from "../../../channel/mod.ts";
import {
  announceClaims,
  repairClaim,
} from "../../../channel/ring/many_to_one_ring_buffer.ts";
import { shareOf } from "../../helpers/sync/size.ts";
import {
  assertRefused,
  firstDifference,
  makeRing,
  payload,
  readAll,
  readTypes,
  RING_KINDS,
} from "../../helpers/channel/rings.ts";
import { SEED } from "../../helpers/seed.ts";

const fc = await loadFastCheck();

/** Messages of these lengths. */
function messagesOf(lengths: readonly number[]): Uint8Array<ArrayBuffer>[] {
  return lengths.map((length, i) => payload(length, i));
}

const ANNOUNCEMENT = 136;

for (const kind of RING_KINDS) {
  const { name } = kind;

  Deno.test(`${name}.writeBatch() leaves the bytes that single writes leave`, () => {
    for (const start of [0n, 2n ** 32n - 256n]) {
      const batch = makeRing(kind, 256, start);
      const single = makeRing(kind, 256, start);
      for (let round = 0; round < 50; round++) {
        const lengths = [round % 33, (round * 7) % 33, 0, (round * 5) % 33];
        const messages = messagesOf(lengths);
        let from = 0;
        while (from < messages.length) {
          const count = batch.ring.writeBatch(1 + round, messages, from);
          from += count;
          if (count === 0) batch.ring.read(() => {});
        }
        for (const message of messages) {
          while (!single.ring.write(1 + round, message)) {
            single.ring.read(() => {});
          }
        }
        for (const { ring } of [batch, single]) {
          while (ring.size > 0) ring.read(() => {});
        }
        assertEquals(firstDifference(batch.memory, single.memory), -1);
      }
    }
  });

  Deno.test(`${name}.writeBatch() writes what fits in one piece, and then goes on at the start`, () => {
    const { ring } = makeRing(kind, 256);
    for (let i = 0; i < 7; i++) ring.write(1, payload(24));
    readAll(ring);
    // 224 of 256 bytes: one more of 32 fits exactly.
    const messages = messagesOf([24, 24, 24]);
    assertEquals(ring.writeBatch(2, messages), 1);
    assertEquals(ring.writeBatch(2, messages, 1), 2);
    assertEquals(ring.writeBatch(2, messages, 3), 0);
    const seen = [...readAll(ring), ...readAll(ring)];
    assertEquals(seen.map(({ offset }) => offset), [232, 8, 40]);
    assertEquals(seen.map(({ payload }) => payload), [
      ...messages.map((message) => [...message]),
    ]);
  });

  Deno.test(`${name}.writeBatch() pads the end when not even the first message fits there`, () => {
    const { ring } = makeRing(kind, 256);
    for (let i = 0; i < 6; i++) ring.write(1, payload(27));
    assertEquals(ring.producerPosition, 240n);
    readAll(ring);
    const messages = messagesOf([32, 32, 32]);
    assertEquals(ring.writeBatch(2, messages), 1);
    assertEquals(ring.producerPosition, 296n);
    assertEquals(ring.writeBatch(2, messages, 1), 2);
    assertEquals(readTypes(ring), []);
    assertEquals(readTypes(ring), [2, 2, 2]);
  });

  Deno.test(`${name}.writeBatch() gives 0 in a full ring, and for no messages, and changes nothing`, () => {
    const { ring, memory } = makeRing(kind, 256);
    while (ring.write(1, payload(8)));
    const before = memory.slice();
    assertEquals(ring.writeBatch(2, messagesOf([8, 8])), 0);
    assertEquals(ring.writeBatch(2, []), 0);
    assertEquals(ring.writeBatch(2, messagesOf([8, 8]), 2), 0);
    assertEquals(firstDifference(memory, before), -1);
  });

  Deno.test(`${name}.writeBatch() takes more messages than the ring has room for`, () => {
    const { ring } = makeRing(kind, 256);
    const messages = messagesOf(Array.from({ length: 1000 }, (_, i) => i % 33));
    const seen: number[][] = [];
    let from = 0;
    while (from < messages.length) {
      const count = ring.writeBatch(5, messages, from);
      from += count;
      if (count === 0) {
        seen.push(...readAll(ring).map(({ payload }) => [...payload]));
      }
    }
    while (ring.size > 0) {
      seen.push(...readAll(ring).map(({ payload }) => [...payload]));
    }
    assertEquals(seen, messages.map((message) => [...message]));
  });

  Deno.test(`${name}.writeBatch() refuses all when one is refused, and says which`, () => {
    const { ring, memory } = makeRing(kind, 256);
    const good = payload(8);
    const refuse = (
      call: () => unknown,
      ErrorClass: typeof TypeError | typeof RangeError,
      ...includes: readonly string[]
    ) => assertRefused(memory, call, ErrorClass, ...includes);
    const many = Array.from({ length: 100 }, () => payload(32));
    refuse(
      () => ring.writeBatch(1, [good, new Uint8Array(33), good]),
      ...[RangeError, "message 1", "33 bytes", "may have 32", "stream"],
    );
    // Also when it would not be its turn yet.
    refuse(
      () => ring.writeBatch(1, [...many, new Uint8Array(33)]),
      ...[RangeError, "message 100"],
    );
    const gone = new Uint8Array(8);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    refuse(
      () => ring.writeBatch(1, [good, good, gone]),
      ...[TypeError, "message 2", "transferred"],
    );
    for (const wrong of ["text", null, undefined, new ArrayBuffer(8), 7]) {
      refuse(
        () => Reflect.apply(ring.writeBatch, ring, [1, [good, wrong]]),
        ...[TypeError, "message 1", "Uint8Array"],
      );
    }
    refuse(
      () => Reflect.apply(ring.writeBatch, ring, [1, good]),
      ...[TypeError, "array of Uint8Array"],
    );
    for (const typeId of [0, -1, 1.5, 2 ** 31]) {
      refuse(() => ring.writeBatch(typeId, [good]), RangeError, "typeId");
    }
    for (const from of [-1, 2, 0.5, NaN]) {
      refuse(() => ring.writeBatch(1, [good], from), RangeError, "from");
    }
  });

  Deno.test(`${name}.writeBatch() writes what a queue would take, whatever is read in between`, () => {
    const step = fc.record({
      lengths: fc.array(fc.nat(32), { maxLength: 20 }),
      reads: fc.nat(3),
      limit: fc.constantFrom(1, 3, 100),
    });
    const starts = fc.constantFrom(0n, 2n ** 32n - 256n);
    const property = fc.property(fc.array(step), starts, (steps, start) => {
      const { ring } = makeRing(kind, 256, start);
      const expected: number[][] = [];
      const seen: number[][] = [];
      const read = (limit: number) => {
        const messages = readAll(ring, limit);
        seen.push(...messages.map(({ payload }) => [...payload]));
      };
      for (const { lengths, reads, limit } of steps) {
        const messages = messagesOf(lengths);
        let from = 0;
        for (;;) {
          const before = ring.producerPosition;
          const count = ring.writeBatch(1, messages, from);
          const written = messages.slice(from, from + count);
          expected.push(...written.map((message) => [...message]));
          from += count;
          if (ring.producerPosition === before) break;
        }
        for (let i = 0; i < reads; i++) read(limit);
      }
      while (ring.size > 0) read(100);
      assertEquals(seen, expected);
    });
    fc.assert(property, { numRuns: shareOf(300), seed: SEED });
  });

  Deno.test(`${name}.writeBatch() writes a message as long as it was when it was checked`, () => {
    const { ring } = makeRing(kind, 256);
    const buffer = new SharedArrayBuffer(16, { maxByteLength: 32 });
    const growing = new Uint8Array(buffer);
    const messages = [payload(8), growing, payload(8)];
    assertEquals(ring.writeBatch(1, messages), 3);
    buffer.grow(32);
    assertEquals(ring.writeBatch(1, messages), 3);
    const lengths = readAll(ring).map(({ payload }) => payload.length);
    assertEquals(lengths, [8, 16, 8, 8, 32, 8]);
  });
}

/** Leaves a batch as one leaves it that dies before the last store. */
function dieInBatch(words: Int32Array, span: number): void {
  words[0] = -span;
}

Deno.test("takeOverProducer() pads a batch whose producer died in the middle, as a whole", () => {
  const { ring, words } = makeRing(RING_KINDS[0], 256);
  assertEquals(ring.writeBatch(1, messagesOf([8, 3, 0])), 3);
  dieInBatch(words, 40);
  assertEquals(readTypes(ring), []);
  assert(ring instanceof OneToOneRingBuffer);
  takeOverProducer(ring);
  ring.write(2, payload(3));
  assertEquals(readTypes(ring), [2]);
  assertEquals(ring.size, 0);
});

Deno.test("unblock() and repairClaim() pad a batch whose producer died in the middle, as a whole", () => {
  for (const how of ["unblock", "repairClaim"]) {
    const { ring, words } = makeRing(RING_KINDS[1], 256);
    assert(ring instanceof ManyToOneRingBuffer);
    const word = (256 + ANNOUNCEMENT) / 4;
    announceClaims(ring, word);
    assertEquals(ring.writeBatch(1, messagesOf([8, 3, 0])), 3);
    const dead = words[word] ?? 0;
    dieInBatch(words, 40);
    ring.write(2, payload(3));
    assertEquals(readTypes(ring), []);
    const repaired = how === "unblock"
      ? ring.unblock()
      : repairClaim(ring, () => [words[word] ?? 0], [dead]);
    assertEquals(repaired, true);
    assertEquals(readTypes(ring), [2]);
    assertEquals(ring.size, 0);
  }
});

Deno.test("writeBatch() inside a handler writes behind what is being read", () => {
  for (const kind of RING_KINDS) {
    const { ring } = makeRing(kind, 256);
    ring.write(1, payload(3));
    let asked = false;
    ring.read(() => {
      if (asked) return;
      asked = true;
      assertEquals(ring.writeBatch(2, messagesOf([1, 2])), 2);
      assertThrows(() => ring.read(() => {}), TypeError, "handler");
    });
    readAll(ring);
    assertEquals(ring.size, 0);
  }
});

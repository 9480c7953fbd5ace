/**
 * Rings whose producer or consumer died, at every point at which it can: the
 * memory is made as the dead one left it, store by store.
 */

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import { OneToOneRingBuffer } from "../../../channel/mod.ts";
import { recoverConsumer } from "../../../channel/ring/many_to_one_ring_buffer.ts";
import { takeOverProducer } from "../../../channel/ring/one_to_one_ring_buffer.ts";
import {
  assertGoesOn,
  drain,
  firstDifference,
  HEAD,
  makeRing,
  MANY_TO_ONE,
  manyToOne,
  ONE_TO_ONE,
  payload,
  readTypes,
  TAIL,
  type TestRing,
} from "../../helpers/channel/rings.ts";

/** Where a consumer notes how far the head moves. */
const JOURNAL = 392;

function oneToOne({ ring }: TestRing): OneToOneRingBuffer {
  assert(ring instanceof OneToOneRingBuffer);
  return ring;
}

/** One store of a producer: a word, or with a bigint two at once. */
type Store = readonly [offset: number, value: number | bigint];

function apply({ words, longs }: TestRing, [offset, value]: Store): void {
  if (typeof value === "bigint") longs[offset / 8] = value;
  else words[offset / 4] = value;
}

/** The records that a claim of the one-to-one ring is made of, or padding. */
interface Piece {
  readonly index: number;
  readonly length: number;
  readonly typeId: number;
}

/** What `write` of a one-to-one ring stores, in order, as the format says. */
function storesOf(
  { ring, capacity }: TestRing,
  recordLength: number,
  typeId: number,
): Store[] {
  const tail = ring.producerPosition;
  const index = Number(tail % BigInt(capacity));
  const aligned = Math.ceil(recordLength / 8) * 8;
  const toEnd = capacity - index;
  const headIndex = Number(ring.consumerPosition % BigInt(capacity));
  const zero = (at: number): Store[] => [[at, 0], [at + 4, 0]];
  const piece = ({ index, length, typeId }: Piece): Store[] => [
    [index, -length],
    ...(typeId === -1 ? [] : [[index + 8, 0x5555_5555] as const]),
    [index + 4, typeId],
    [index, length],
  ];
  const moveTail = (byteLength: number): Store => [
    capacity + TAIL,
    tail + BigInt(byteLength),
  ];
  const record = { length: recordLength, typeId };
  if (aligned === toEnd) {
    return [moveTail(aligned), ...zero(0), ...piece({ index, ...record })];
  }
  if (aligned < toEnd) {
    return [
      moveTail(aligned),
      ...zero(index + aligned),
      ...piece({ index, ...record }),
    ];
  }
  const padding = { index, length: toEnd, typeId: -1 };
  if (aligned + 8 > headIndex) {
    return [moveTail(toEnd), ...zero(0), ...piece(padding)];
  }
  return [
    moveTail(toEnd + aligned),
    ...zero(0),
    ...piece(padding),
    ...zero(aligned),
    ...piece({ index: 0, ...record }),
  ];
}

/**
 * A one-to-one ring whose data area is full of stale records, with `used` bytes
 * in front of the tail, in one message, that are not consumed.
 */
function staleRing(tailIndex: number, used: number, start = 0n): TestRing {
  const capacity = 128;
  const test = makeRing(ONE_TO_ONE, capacity, start);
  const { words, longs } = test;
  for (let word = 0; word < capacity / 4; word += 2) {
    words[word] = 8;
    words[word + 1] = 99;
  }
  const tail = start + BigInt(capacity + tailIndex);
  longs[(capacity + TAIL) / 8] = tail;
  longs[(capacity + HEAD) / 8] = tail - BigInt(used);
  words[tailIndex / 4] = 0;
  words[tailIndex / 4 + 1] = 0;
  if (used > 0) {
    const at = Number((tail - BigInt(used)) % BigInt(capacity)) / 4;
    words[at] = used;
    words[at + 1] = 7;
  }
  return test;
}

const WHERE = {
  "in the middle": [32, 12],
  "with a record that fits exactly at the end": [112, 16],
  "with a record that goes round": [112, 24],
  "with a record that goes round from the last header": [120, 13],
} as const;

for (const [where, [tailIndex, recordLength]] of Object.entries(WHERE)) {
  for (const start of [0n, 2n ** 32n - 128n * 2n]) {
    for (const used of [0, 16]) {
      Deno.test(`takeOverProducer() repairs what a producer left that died at any store of write(), ${where}, ${used} bytes before it, from ${start} on`, () => {
        const make = () => staleRing(tailIndex, used, start);
        const stores = storesOf(make(), recordLength, 42);
        const whole = make();
        assert(whole.ring.write(42, new Uint8Array(recordLength - 8)));
        for (let count = 0; count <= stores.length; count++) {
          const test = make();
          for (const store of stores.slice(0, count)) apply(test, store);
          takeOverProducer(oneToOne(test));
          if (count === stores.length) {
            assertEquals(test.ring.size, whole.ring.size);
          }
          const before = used > 0 ? [7] : [];
          const committed = count === stores.length ? [42] : [];
          const seen = drain(test.ring).map(({ typeId }) => typeId);
          assertEquals(seen, [...before, ...committed], `${count} stores`);
          assertEquals(test.ring.size, 0);
          assertGoesOn(test.ring);
        }
      });
    }
  }
}

Deno.test("takeOverProducer() repairs a producer that died when it had only padded the end", () => {
  // The record at the start does not fit: the head is at 16.
  const make = () => staleRing(112, 96);
  const stores = storesOf(make(), 24, 42);
  assertEquals(stores.length, 6);
  for (let count = 0; count <= stores.length; count++) {
    const test = make();
    for (const store of stores.slice(0, count)) apply(test, store);
    takeOverProducer(oneToOne(test));
    assertEquals(drain(test.ring).map(({ typeId }) => typeId), [7]);
    assertGoesOn(test.ring);
  }
});

Deno.test("takeOverProducer() repairs what a producer left that died while repairing", () => {
  const make = () => {
    const test = staleRing(112, 16);
    const stores = storesOf(test, 24, 42);
    const [moveTail] = stores;
    assert(moveTail);
    apply(test, moveTail);
    return test;
  };
  // The tail is at 24 of the next lap.
  const repairs: Store[] = [
    [24, 0],
    [28, 0],
    [4, -1],
    [0, 24],
    [116, -1],
    [112, 16],
  ];
  for (let count = 0; count <= repairs.length; count++) {
    const test = make();
    for (const store of repairs.slice(0, count)) apply(test, store);
    if (count < repairs.length) {
      // Up to its last store, the consumer stops in front of it.
      assertEquals(drain(test.ring).map(({ typeId }) => typeId), [7]);
      takeOverProducer(oneToOne(test));
      assertEquals(drain(test.ring), []);
    } else {
      assertEquals(drain(test.ring).map(({ typeId }) => typeId), [7]);
    }
    assertGoesOn(test.ring);
  }
});

Deno.test("takeOverProducer() turns every open claim into padding and keeps what is committed", () => {
  const test = makeRing(ONE_TO_ONE, 256);
  const { ring } = test;
  ring.write(1, payload(5));
  const open = ring.tryClaim(2, 13);
  ring.write(3, payload(9));
  ring.tryClaim(4, 0);
  takeOverProducer(oneToOne(test));
  assertThrows(() => ring.commit(open), TypeError, "aborted");
  assertEquals(drain(ring).map(({ typeId }) => typeId), [1, 3]);
  assertGoesOn(ring);
});

Deno.test("takeOverProducer() changes nothing in a ring that is whole", () => {
  for (const count of [0, 1, 5]) {
    const test = makeRing(ONE_TO_ONE, 128);
    for (let i = 0; i < count; i++) test.ring.write(1 + i, payload(i));
    const before = test.memory.slice();
    takeOverProducer(oneToOne(test));
    assertEquals(firstDifference(test.memory, before), -1);
  }
});

Deno.test("takeOverProducer() refuses lengths and positions that no sound producer leaves", () => {
  for (const length of [-1, -7, 3, -129, 129, -(2 ** 31), 32, -25, 25]) {
    const test = makeRing(ONE_TO_ONE, 128);
    test.ring.tryClaim(1, 8);
    test.words[0] = length;
    // The tail is at 16: nothing longer is in front of it.
    assertThrows(() => takeOverProducer(oneToOne(test)), TypeError, "corrupt");
    assertEquals(test.words[0], length);
  }
  for (const tail of [-8n, 128n, 136n, 4n, 2n ** 31n]) {
    const test = makeRing(ONE_TO_ONE, 128);
    test.longs[(128 + TAIL) / 8] = tail;
    assertThrows(() => takeOverProducer(oneToOne(test)), TypeError, "corrupt");
  }
});

Deno.test("ManyToOneRingBuffer notes how far the head moves before it zeroes", () => {
  for (const start of [0n, 2n ** 32n - 128n]) {
    const test = makeRing(MANY_TO_ONE, 128, start);
    const journal = () => test.longs[(128 + JOURNAL) / 8];
    for (let i = 0; i < 40; i++) {
      test.ring.write(1, payload(i % 17));
      test.ring.read(() => {});
      const moved = test.ring.consumerPosition > start;
      if (moved) assertEquals(journal(), test.ring.consumerPosition);
    }
  }
});

Deno.test("recoverConsumer() finishes what a consumer was giving back when it died, wherever it stopped", () => {
  for (const start of [0n, 2n ** 32n - 256n]) {
    for (let zeroed = 0; zeroed <= 48; zeroed += 4) {
      const test = makeRing(MANY_TO_ONE, 256, start);
      const { ring, memory, longs } = test;
      for (let i = 1; i <= 4; i++) ring.write(i, payload(5 + i));
      // It died when it had read two messages of 16 and 16 bytes, and one of 16.
      longs[(256 + JOURNAL) / 8] = start + 48n;
      memory.fill(0, 0, zeroed);
      recoverConsumer(manyToOne(test));
      assertEquals(ring.consumerPosition, start + 48n);
      assert(memory.subarray(0, 48).every((byte) => byte === 0));
      assertEquals(readTypes(ring), [4]);
      assertGoesOn(ring);
    }
  }
});

Deno.test("recoverConsumer() reaches up to the end of the data area", () => {
  const test = makeRing(MANY_TO_ONE, 64);
  const { ring, longs } = test;
  for (let i = 1; i <= 4; i++) ring.write(i, payload(8));
  longs[(64 + JOURNAL) / 8] = 64n;
  recoverConsumer(manyToOne(test));
  assertEquals(ring.consumerPosition, 64n);
  assertGoesOn(ring);
});

Deno.test("recoverConsumer() leaves alone what nobody was giving back", () => {
  for (const journal of [0n, 16n, 8n, 144n, -8n, 2n ** 32n + 32n, 2n ** 62n]) {
    const test = makeRing(MANY_TO_ONE, 128);
    const { ring, longs, memory } = test;
    ring.write(1, payload(8));
    ring.read(() => {});
    ring.write(2, payload(8));
    longs[(128 + JOURNAL) / 8] = journal;
    const before = memory.slice();
    recoverConsumer(manyToOne(test));
    assertEquals(firstDifference(memory, before), -1);
    assertEquals(readTypes(ring), [2]);
  }
});

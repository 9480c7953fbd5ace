/**
 * Positions of ring buffers where 32 bits, a number and 64 bits end, compared
 * with integers that have no end.
 */

import { assert, assertEquals } from "../../../deps.ts";
import {
  HEAD,
  HEAD_CACHE,
  makeRing,
  MANY_TO_ONE,
  payload,
  readAll,
  RING_KINDS,
  TAIL,
  trailer,
} from "../../helpers/channel/rings.ts";

const CAPACITY = 64;
const LAP = BigInt(CAPACITY);
const STARTS = {
  "2^31": 2n ** 31n - LAP,
  "2^32": 2n ** 32n - LAP,
  "2^33": 2n ** 33n - LAP,
  "2^53": 2n ** 53n - LAP,
  "2^63": 2n ** 63n - LAP,
  "2^64, where they are 0 again": 2n ** 64n - LAP,
} as const;

for (const kind of RING_KINDS) {
  for (const [boundary, begin] of Object.entries(STARTS)) {
    const start = BigInt.asIntN(64, begin);

    Deno.test(`${kind.name} carries its positions over ${boundary}`, () => {
      const test = makeRing(kind, CAPACITY, start);
      const { ring } = test;
      let tail = start;
      let head = start;
      const compare = () => {
        assertEquals(trailer(test, TAIL), BigInt.asIntN(64, tail));
        assertEquals(trailer(test, HEAD), BigInt.asIntN(64, head));
        assertEquals(ring.producerPosition, BigInt.asIntN(64, tail));
        assertEquals(ring.consumerPosition, BigInt.asIntN(64, head));
        assertEquals(BigInt(ring.size), tail - head);
      };
      for (let i = 0; i < 40; i++) {
        // 8, 16 or 16 bytes of record, one or two at a time.
        const lengths = i % 2 === 0 ? [i % 3 * 4] : [0, 5];
        for (const length of lengths) {
          const record = BigInt((length + 8 + 7) & -8);
          const index = BigInt.asUintN(6, tail);
          const padding = index + record > LAP ? LAP - index : 0n;
          assert(ring.write(1 + i, payload(length, i)));
          tail += padding + record;
          compare();
        }
        const seen = [...readAll(ring), ...readAll(ring)];
        head = tail;
        compare();
        assertEquals(seen.length, lengths.length);
        for (const [n, { typeId, payload: bytes }] of seen.entries()) {
          assertEquals(typeId, 1 + i);
          assertEquals(bytes, [...payload(lengths[n] ?? 0, i)]);
        }
      }
      assert(tail - start > 6n * LAP);
    });

    Deno.test(`${kind.name} is full at the right moment around ${boundary}`, () => {
      const test = makeRing(kind, CAPACITY, start);
      const { ring } = test;
      const most = (CAPACITY - kind.spare) / 8;
      for (let round = 0; round < 5; round++) {
        let written = 0;
        while (ring.write(1 + written, payload(0))) written++;
        assertEquals(written, most);
        assertEquals(ring.size, most * 8);
        const types = [...readAll(ring), ...readAll(ring)].map(({ typeId }) =>
          typeId
        );
        assertEquals(types, Array.from({ length: most }, (_, i) => 1 + i));
      }
    });

    Deno.test(`${kind.name} pads and fails a claim around ${boundary}`, () => {
      const test = makeRing(kind, CAPACITY, start);
      const { ring } = test;
      for (let i = 0; i < 7; i++) ring.write(1 + i, payload(0));
      // 8 bytes are left at the end, and less than what is needed at the start.
      const consumed = 1 + kind.spare / 8;
      assertEquals(readAll(ring, consumed).length, consumed);
      for (let i = 0; i < 2; i++) {
        assertEquals(ring.write(9, payload(8)), false);
        assertEquals(ring.producerPosition, BigInt.asIntN(64, start + LAP));
        assertEquals(
          trailer(test, HEAD_CACHE),
          BigInt.asIntN(64, start + BigInt(consumed * 8)),
        );
      }
      assertEquals(readAll(ring).length, 7 - consumed);
      assertEquals(ring.size, 0);
      assert(ring.write(9, payload(8)));
      assertEquals(ring.producerPosition, BigInt.asIntN(64, start + LAP + 16n));
    });
  }
}

Deno.test("ManyToOneRingBuffer counts bytes between positions on both sides of every boundary", () => {
  for (const begin of Object.values(STARTS)) {
    const start = BigInt.asIntN(64, begin);
    const { ring } = makeRing(MANY_TO_ONE, CAPACITY, start);
    for (let i = 0; i < 7; i++) ring.write(1, payload(0));
    readAll(ring, 5);
    for (let i = 0; i < 3; i++) ring.write(1, payload(0));
    assertEquals(ring.size, 40);
  }
});

for (const kind of RING_KINDS) {
  Deno.test(`${kind.name}.size is never below 0 nor above the capacity, whatever the positions say`, () => {
    const test = makeRing(kind, CAPACITY);
    const { ring, longs } = test;
    const cells = [(CAPACITY + TAIL) / 8, (CAPACITY + HEAD) / 8] as const;
    for (
      const [tail, head, size] of [
        [8n, 16n, 0],
        [16n, 8n, 8],
        [640n, 0n, 64],
        [2n ** 40n, 0n, 64],
        [-8n, 2n ** 40n, 0],
      ] as const
    ) {
      longs[cells[0]] = tail;
      longs[cells[1]] = head;
      assertEquals(ring.size, size);
    }
  });
}

/**
 * `writeSlices`, next to `writeBatch`.
 *
 * @module
 */

import { assertEquals, assertThrows } from "../../../deps.ts";
import {
  firstDifference,
  makeRing,
  payload,
  readAll,
  RING_KINDS,
} from "../../helpers/channel/rings.ts";

for (const kind of RING_KINDS) {
  const { name } = kind;

  for (const length of [1, 4, 8, 12, 24, 31]) {
    Deno.test(`${name}.writeSlices() with ${length} bytes leaves the bytes that writeBatch() leaves`, () => {
      for (const start of [0n, 2n ** 32n - 512n]) {
        const slices = makeRing(kind, 512, start);
        const batch = makeRing(kind, 512, start);
        for (let round = 0; round < 40; round++) {
          const count = 1 + round % 17;
          const source = payload(count * length, round);
          const list = Array.from(
            { length: count },
            (_, i) => source.subarray(i * length, (i + 1) * length),
          );
          let from = 0;
          while (from < count) {
            const written = slices.ring.writeSlices(7, source, length, from);
            assertEquals(batch.ring.writeBatch(7, list, from), written);
            from += written;
            if (written > 0) continue;
            assertEquals(readAll(slices.ring), readAll(batch.ring));
          }
          const difference = firstDifference(slices.memory, batch.memory);
          assertEquals(difference, -1);
        }
      }
    });
  }

  Deno.test(`${name}.writeSlices() takes a source that lies at any place, and one that can grow`, () => {
    const { ring } = makeRing(kind, 512);
    const buffer = new ArrayBuffer(67, { maxByteLength: 100 });
    const source = new Uint8Array(buffer, 3, 64);
    source.set(payload(64));
    for (const odd of [source, payload(65).subarray(1)]) {
      assertEquals(ring.writeSlices(1, odd, 16), 4);
      const seen = readAll(ring).flatMap(({ payload }) => [...payload]);
      assertEquals(seen, [...odd]);
    }
  });

  Deno.test(`${name}.writeSlices() refuses what cannot be cut, and writes nothing`, () => {
    const { ring, memory } = makeRing(kind, 512);
    const before = memory.slice();
    const source = payload(48);
    assertThrows(() => ring.writeSlices(0, source, 8), RangeError, "typeId");
    assertThrows(
      () => ring.writeSlices(1, source, 7),
      RangeError,
      "an array of 48 bytes cannot be cut into messages of 7",
    );
    assertThrows(() => ring.writeSlices(1, source, 0), RangeError, "of 0");
    assertThrows(() => ring.writeSlices(1, source, 8, 7), RangeError, "from");
    assertThrows(() => ring.writeSlices(1, source, 8, -1), RangeError, "from");
    assertThrows(
      () => ring.writeSlices(1, payload(130), 65),
      RangeError,
      "one may have 64",
    );
    const gone = payload(48);
    structuredClone(gone, { transfer: [gone.buffer] });
    assertThrows(() => ring.writeSlices(1, gone, 8), TypeError, "transferred");
    assertEquals(ring.writeSlices(1, source, 8, 6), 0);
    assertEquals(firstDifference(memory, before), -1);
  });
}

/**
 * What a producer writes from, where it is none of the ordinary kind; and what
 * it writes to, where that is gone.
 *
 * @module
 */

import { assertEquals, assertThrows } from "../../deps.ts";
import { SharedMemory } from "../../mod.ts";
import { RING_TRAILER_LENGTH } from "../../channel/mod.ts";
import { makeRing, payload, readAll, RING_KINDS } from "./rings.ts";

/** Its constructor takes something else than an array's, as classes may. */
class Frame extends Uint8Array {
  constructor(source: Uint8Array<ArrayBuffer>) {
    if (!(source instanceof Uint8Array)) throw new Error("takes an array");
    super(source.buffer, source.byteOffset, source.length);
  }
}

for (const kind of RING_KINDS) {
  const { name } = kind;

  Deno.test(`${name}.write() refuses a message over the limit from an array of which parts were written before`, () => {
    const { ring } = makeRing(kind, 1024);
    const big = payload(256);
    for (let i = 0; i < 3; i++) ring.write(1, big, 0, 64);
    assertThrows(() => ring.write(1, big), RangeError, "one may have 128");
    assertEquals(readAll(ring).length, 3);
  });

  for (const length of [64, 300, 1000, 2048]) {
    Deno.test(`${name}.write() takes ${length} bytes of a class of the user's again and again`, () => {
      const { ring } = makeRing(kind, 16_384);
      const frame = new Frame(payload(length));
      for (let i = 0; i < 4; i++) {
        frame[length - 1] = i;
        ring.write(1, frame);
        ring.write(1, frame, 8, length - 8);
        const all = [...readAll(ring), ...readAll(ring)];
        const seen = all.map(({ payload }) => payload);
        assertEquals(seen, [[...frame], [...frame].slice(8)]);
      }
    });
  }

  Deno.test(`${name}.writeSlices() and writeBatch() take a class of the user's`, () => {
    const { ring } = makeRing(kind, 4096);
    const frame = new Frame(payload(60));
    assertEquals(ring.writeSlices(1, frame, 12), 5);
    assertEquals(ring.writeBatch(1, [frame, frame]), 2);
    assertEquals(readAll(ring).length, 7);
  });

  Deno.test(`${name} refuses to write and to release when its memory is unmapped`, () => {
    using memory = SharedMemory.anonymous({ size: 1024 + RING_TRAILER_LENGTH });
    using mapping = memory.map();
    const ring = kind.attach(mapping.bytes);
    const source = payload(8);
    for (let i = 0; i < 4; i++) ring.write(1, source);
    const offset = ring.tryClaim(1, 8);
    mapping.unmap();
    for (
      const call of [
        () => ring.write(1, source),
        () => ring.write(1, payload(8)),
        () => ring.write(1, payload(100)),
        () => ring.tryClaim(1, 8),
        () => ring.writeBatch(1, [source, source]),
        () => ring.writeSlices(1, payload(32), 8),
        () => ring.commit(offset),
        () => ring.abort(offset),
      ]
    ) assertThrows(call, TypeError);
  });
}

/**
 * What a producer writes from, where it is none of the ordinary kind; and what
 * it writes to, where that is gone.
 *
 * @module
 */

import { assertEquals, assertThrows } from "../../../deps.ts";
import { SharedMemory } from "../../../mod.ts";
import { RING_TRAILER_LENGTH } from "../../../channel/mod.ts";
import {
  makeRing,
  payload,
  readAll,
  RING_KINDS,
} from "../../helpers/channel/rings.ts";

/** Its constructor takes something else than an array's, as classes may. */
class Frame extends Uint8Array {
  constructor(source: Uint8Array<ArrayBuffer>) {
    if (!(source instanceof Uint8Array)) throw new Error("takes an array");
    super(source.buffer, source.byteOffset, source.length);
  }
}

/** Says that it is shorter, and elsewhere, than it is. */
class Liar extends Uint8Array<ArrayBuffer> {
  override get length(): number {
    return 8;
  }
  override get byteLength(): number {
    return 8;
  }
  override get byteOffset(): number {
    return 2 ** 20;
  }
  override get buffer(): ArrayBuffer {
    throw new Error("nobody asks");
  }
  override subarray(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(2 ** 20);
  }
}

/** One that can change its size while it is copied. */
function growable(length: number, initial = 0x33): Uint8Array {
  const buffer = new SharedArrayBuffer(length, { maxByteLength: 4 * length });
  return new Uint8Array(buffer).fill(initial);
}

for (const kind of RING_KINDS) {
  const { name } = kind;

  Deno.test(`${name} copies what a source has, whatever its class says`, () => {
    const { ring } = makeRing(kind, 4096);
    const liar = new Liar(new ArrayBuffer(24)).fill(0x77);
    const expected = Array.from({ length: 24 }, () => 0x77);
    for (let i = 0; i < 4; i++) {
      assertEquals(ring.write(1, liar), true);
      assertEquals(ring.write(2, liar, 16), true);
      assertEquals(ring.writeBatch(3, [liar, liar]), 2);
      assertEquals(ring.writeSlices(4, liar, 12), 2);
      const seen = readAll(ring).map(({ payload }) => payload);
      assertEquals(seen, [
        expected,
        expected.slice(16),
        expected,
        expected,
        expected.slice(12),
        expected.slice(12),
      ]);
    }
    const tooLong = new Liar(new ArrayBuffer(513));
    assertThrows(() => ring.write(1, tooLong), RangeError, "513 bytes");
    assertThrows(() => ring.writeBatch(1, [tooLong]), RangeError, "513 bytes");
  });

  Deno.test(`${name}.writeBatch() minds no getter of its list that sends away what was checked, or that writes`, () => {
    const { ring } = makeRing(kind, 4096);
    const list = [payload(16), payload(24), payload(8)];
    // From the second time on they are held.
    for (let i = 0; i < 3; i++) ring.writeBatch(1, list);
    readAll(ring);
    const trap = new Proxy(list, {
      get(target, key, receiver) {
        if (key === "2") {
          structuredClone(list[0]?.buffer, { transfer: [list[0]!.buffer] });
          ring.writeBatch(2, [payload(5)]);
        }
        return Reflect.get(target, key, receiver);
      },
    });
    assertEquals(ring.writeBatch(3, trap), 3);
    const seen = readAll(ring);
    assertEquals(seen.map(({ typeId }) => typeId), [2, 3, 3, 3]);
    assertEquals(seen.map(({ payload }) => payload.length), [5, 16, 24, 8]);
    assertThrows(() => ring.writeBatch(1, list), TypeError, "message 0");
    assertEquals(ring.size, 0);
  });

  Deno.test(`${name} writes what memory that grows had when it was checked`, () => {
    const { ring } = makeRing(kind, 4096);
    for (let i = 0; i < 3; i++) {
      const source = growable(40);
      ring.write(1, source);
      ring.writeBatch(1, [source, source]);
      const [first, second, third, ...more] = readAll(ring);
      for (const message of [first, second, third]) {
        assertEquals(message?.payload, [...source]);
      }
      assertEquals(more, []);
    }
  });

  Deno.test(`${name} writes from its own memory, and is none the worse`, () => {
    const { ring, memory } = makeRing(kind, 1024);
    ring.write(1, payload(64));
    for (const part of [memory.subarray(0, 100), memory.subarray(60, 188)]) {
      for (let i = 0; i < 3; i++) ring.write(2, part);
    }
    assertEquals(readAll(ring).map(({ typeId }) => typeId).slice(0, 4), [
      ...[1, 2, 2, 2],
    ]);
    assertEquals(ring.size, 0);
  });

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

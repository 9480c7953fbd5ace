/**
 * What ring buffers refuse: each with a clear error, and not one byte changed.
 */

import { assertEquals, assertThrows } from "../../../deps.ts";
import { INSUFFICIENT_CAPACITY } from "../../../channel/mod.ts";
import {
  assertRefused,
  makeRing,
  payload,
  readAll,
  readTypes,
  RING_KINDS,
} from "../../helpers/channel/rings.ts";

for (const kind of RING_KINDS) {
  const { name } = kind;

  Deno.test(`${name} refuses memory whose capacity is no power of two`, () => {
    for (const capacity of [-1, 0, 24, 1000, 1016, 1032, 4097]) {
      const memory = new Uint8Array(capacity + 768);
      const error = assertThrows(() => kind.attach(memory), RangeError);
      for (const part of ["power of two", `${capacity + 768}`, "768"]) {
        assertEquals(error.message.includes(part), true, error.message);
      }
    }
    assertThrows(
      () => kind.attach(new Uint8Array(100)),
      RangeError,
      "received 100",
    );
  });

  Deno.test(`${name} refuses a capacity below its smallest and above 2^30`, () => {
    const { minCapacity } = kind;
    assertEquals(
      kind.attach(new Uint8Array(minCapacity + 768)).capacity,
      minCapacity,
    );
    for (const capacity of [minCapacity / 2, 2 ** 31]) {
      assertThrows(
        () => kind.attach(new Uint8Array(capacity + 768)),
        RangeError,
        `from ${minCapacity} to 2^30`,
      );
    }
  });

  Deno.test(`${name} refuses memory that does not start at a multiple of 8`, () => {
    const buffer = new ArrayBuffer(64 + 768 + 8);
    for (const offset of [1, 2, 4, 7]) {
      assertThrows(
        () => kind.attach(new Uint8Array(buffer, offset, 64 + 768)),
        RangeError,
        `multiple of 8: received offset ${offset}`,
      );
    }
    assertEquals(new Uint8Array(buffer).every((byte) => byte === 0), true);
  });

  Deno.test(`${name} refuses what is not a Uint8Array`, () => {
    assertThrows(
      // @ts-expect-error -- the types refuse it, too
      () => kind.attach(new ArrayBuffer(64 + 768)),
      TypeError,
      "Uint8Array",
    );
  });

  Deno.test(`${name} writes nothing when it attaches`, () => {
    const { memory } = makeRing(kind, 64);
    memory.fill(0xa5);
    kind.attach(memory);
    assertEquals(memory.every((byte) => byte === 0xa5), true);
  });

  Deno.test(`${name} refuses type ids that are not from 1 to 2^31 - 1`, () => {
    const { ring, memory } = makeRing(kind, 256);
    for (
      const typeId of [0, -1, -2, -(2 ** 31), 2 ** 31, 2 ** 32 + 1, 1.5, NaN]
    ) {
      const told = ["typeId", "from 1 to 2147483647", `received ${typeId}`];
      assertRefused(
        memory,
        () => ring.write(typeId, payload(5)),
        RangeError,
        ...told,
      );
      assertRefused(
        memory,
        () => ring.tryClaim(typeId, 5),
        RangeError,
        ...told,
      );
    }
    // @ts-expect-error -- the types refuse it, too
    assertRefused(memory, () => ring.tryClaim("7", 5), TypeError, "typeId");
  });

  Deno.test(`${name} refuses a message over the limit, naming the limit and the stream`, () => {
    for (const capacity of [64, 256, 4096]) {
      const { ring, memory } = makeRing(kind, capacity);
      const limit = capacity / 8;
      assertEquals(ring.maxMessageLength, limit);
      for (const length of [limit + 1, limit + 100, 2 ** 31, 2 ** 40]) {
        const told = [`${length} bytes`, `may have ${limit}`, "stream"];
        const source = new Uint8Array(limit + 100);
        const write = () => ring.write(1, source, 0, length);
        assertRefused(memory, write, RangeError, ...told);
        const claim = () => ring.tryClaim(1, length);
        assertRefused(memory, claim, RangeError, ...told);
      }
      assertEquals(ring.write(1, new Uint8Array(limit)), true);
    }
  });

  Deno.test(`${name} has a limit of at least 8 bytes, and of 0 in the smallest ring`, () => {
    const limits = [1, 2, 4, 8, 16].map((factor) =>
      makeRing(kind, kind.minCapacity * factor).ring.maxMessageLength
    );
    const inTheSmallest = [0, 8, 8, kind.minCapacity, kind.minCapacity * 2];
    assertEquals(limits, inTheSmallest);
    const { ring, memory } = makeRing(kind, kind.minCapacity);
    assertRefused(memory, () => ring.tryClaim(1, 1), RangeError, "may have 0");
    assertEquals(ring.write(3, payload(0)), true);
    assertEquals(readTypes(ring), [3]);
  });

  Deno.test(`${name} refuses lengths that are negative or no integer`, () => {
    const { ring, memory } = makeRing(kind, 256);
    for (const length of [-1, -8, -(2 ** 31), 0.5, NaN, Infinity]) {
      const write = () => ring.write(1, payload(50), 0, length);
      assertRefused(memory, write, RangeError, `${length}`);
      const claim = () => ring.tryClaim(1, length);
      assertRefused(memory, claim, RangeError, `${length}`);
    }
    // @ts-expect-error -- the types refuse it, too
    assertRefused(memory, () => ring.tryClaim(1, "5"), TypeError, "length");
  });

  Deno.test(`${name}.write() refuses parts that do not lie in the source`, () => {
    const { ring, memory } = makeRing(kind, 256);
    const source = payload(13);
    const parts = [[0, 14], [1, 13], [13, 1], [14, 0], [-1, 5], [2 ** 31, 1]];
    for (const [offset = 0, length = 0] of parts) {
      const write = () => ring.write(1, source, offset, length);
      assertRefused(memory, write, RangeError);
    }
    for (const offset of [0.5, NaN]) {
      const write = () => ring.write(1, source, offset, 1);
      assertRefused(memory, write, RangeError, "offset");
    }
    assertEquals(ring.write(1, source, 13, 0), true);
    assertEquals(ring.write(2, source, 13), true);
  });

  Deno.test(`${name}.write() names the offset when it lies behind the source`, () => {
    const { ring, memory } = makeRing(kind, 256);
    const write = () => ring.write(1, payload(13), 20);
    assertRefused(memory, write, RangeError, "offset", "20", "13");
  });

  Deno.test(`${name}.write() refuses what is not a Uint8Array`, () => {
    const { ring, memory } = makeRing(kind, 256);
    for (
      const source of [undefined, null, "text", [1, 2], new ArrayBuffer(4)]
    ) {
      // @ts-expect-error -- the types refuse it, too
      const write = () => ring.write(1, source);
      assertRefused(memory, write, TypeError, "Uint8Array");
      // @ts-expect-error -- the types refuse it, too
      const writePart = () => ring.write(1, source, 0, 2);
      assertRefused(memory, writePart, TypeError, "Uint8Array");
    }
  });

  Deno.test(`${name}.write() refuses a source whose memory is gone, and the ring goes on`, () => {
    const { ring, memory } = makeRing(kind, 256);
    const source = payload(16);
    ring.write(1, source);
    source.buffer.transfer();
    const write = () => ring.write(2, source);
    assertRefused(memory, write, TypeError, "source");
    assertEquals(ring.write(3, payload(3)), true);
    assertEquals(readTypes(ring), [1, 3]);
  });

  Deno.test(`${name}.commit() and abort() refuse what was released before`, () => {
    const test = makeRing(kind, 256);
    const { ring, memory } = test;
    const one = ring.tryClaim(1, 5);
    const other = ring.tryClaim(2, 5);
    ring.commit(one);
    ring.abort(other);
    for (const act of ["commit", "abort"] as const) {
      const again = () => ring[act](one);
      assertRefused(memory, again, TypeError, act, `${one}`, "committed");
      const givenUp = () => ring[act](other);
      assertRefused(memory, givenUp, TypeError, act, `${other}`, "aborted");
    }
    assertEquals(readTypes(ring), [1]);
    const consumed = () => ring.commit(one);
    assertRefused(memory, consumed, TypeError, `offset ${one}`);
  });

  Deno.test(`${name}.commit() and abort() refuse offsets where no claim can be, naming them`, () => {
    const { ring, memory } = makeRing(kind, 256);
    ring.tryClaim(1, 5);
    const wrong = [0, 7, -8, INSUFFICIENT_CAPACITY, 257, 264, 2 ** 32 + 8, NaN];
    for (const offset of [...wrong, 9, 12, 15]) {
      for (const act of ["commit", "abort"] as const) {
        const call = () => ring[act](offset);
        assertRefused(memory, call, RangeError, `${offset}`);
      }
    }
    // @ts-expect-error -- the types refuse it, too
    assertRefused(memory, () => ring.commit("8"), TypeError, "offset");
  });

  Deno.test(`${name}.commit() takes the offset of a claim without room for a byte at the very end`, () => {
    const { ring } = makeRing(kind, 64);
    for (const length of [8, 8, 8]) ring.write(1, payload(length));
    readAll(ring);
    const last = [ring.tryClaim(2, 0), ring.tryClaim(3, 0)];
    assertEquals(last, [56, 64]);
    for (const offset of last) ring.commit(offset);
    assertEquals(readTypes(ring), [2, 3]);
  });

  Deno.test(`${name}.read() and controlledRead() refuse a handler that is no function, and consume nothing`, () => {
    const { ring, memory } = makeRing(kind, 256);
    ring.write(1, payload(5));
    // @ts-expect-error -- the types refuse it, too
    assertRefused(memory, () => ring.read(undefined), TypeError);
    // @ts-expect-error -- the types refuse it, too
    assertRefused(memory, () => ring.controlledRead({}), TypeError);
    assertEquals(readTypes(ring), [1]);
  });
}

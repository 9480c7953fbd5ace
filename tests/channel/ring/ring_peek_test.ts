/**
 * What the layer builds on: a message that is looked at and released later, and
 * limits of reading.
 */

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import { peek, release, viewsOf } from "../../../channel/ring/ring_access.ts";
import {
  makeRing,
  payload,
  readTypes,
  RING_KINDS,
} from "../../helpers/channel/rings.ts";

for (const kind of RING_KINDS) {
  const { name } = kind;

  Deno.test(`peek() finds the first message of a ${name} and consumes padding alone`, () => {
    const { ring } = makeRing(kind, 128);
    assertEquals(peek(ring), -1);
    ring.abort(ring.tryClaim(1, 5));
    ring.abort(ring.tryClaim(1, 0));
    assertEquals(peek(ring), -1);
    assertEquals(ring.size, 0);
    ring.write(2, payload(13));
    ring.tryClaim(3, 5);
    const { words, bytes } = viewsOf(ring);
    for (let i = 0; i < 2; i++) {
      assertEquals(peek(ring), 24);
      assertEquals([words[6], words[7], bytes[32]], [21, 2, payload(1)[0]]);
    }
    assertEquals(ring.size, 40);
    release(ring, 24);
    assertEquals(ring.size, 16);
    assertEquals(peek(ring), -1);
  });

  Deno.test(`peek() of a ${name} goes on behind padding at the end`, () => {
    const { ring, capacity } = makeRing(kind, 128, 2n ** 32n - 128n);
    for (let i = 0; i < 300; i++) {
      const bytes = payload(i % 17, i);
      if (!ring.write(1 + i, bytes)) {
        assertEquals(peek(ring), -1);
        assert(ring.write(1 + i, bytes));
      }
      const index = peek(ring);
      assert(index >= 0 && index < capacity);
      assertEquals(viewsOf(ring).words[index / 4], bytes.length + 8);
      release(ring, index);
      assertEquals(ring.size, 0);
    }
    assert(ring.consumerPosition > 2n ** 32n);
  });

  Deno.test(`peek() and release() of a ${name} refuse what no sound peer writes`, () => {
    for (const [length, typeId] of [[4, 1], [200, 1], [8, 0], [8, -2]]) {
      const { ring, words } = makeRing(kind, 128);
      ring.write(1, payload(8));
      words.set([length ?? 0, typeId ?? 0]);
      assertThrows(() => peek(ring), TypeError, "corrupt");
    }
    const { ring, words } = makeRing(kind, 128);
    ring.write(1, payload(8));
    assertEquals(peek(ring), 0);
    for (const length of [-16, 0, 7, 129]) {
      words[0] = length;
      assertThrows(() => release(ring, 0), TypeError, "corrupt");
    }
    words[0] = 16;
    assertThrows(() => release(ring, 8), TypeError, "corrupt");
    assertEquals(ring.consumerPosition, 0n);
  });

  Deno.test(`peek() of a ${name} ends where a broken peer wrote padding everywhere`, () => {
    const { ring, words } = makeRing(kind, 128);
    for (let word = 0; word < 32; word += 2) words.set([8, -1], word);
    assertEquals(peek(ring), -1);
    assertEquals(ring.consumerPosition, 128n);
  });

  Deno.test(`${name}.read() refuses limits that are negative or no integer, and reads nothing`, () => {
    const { ring } = makeRing(kind, 128);
    ring.write(1, payload(8));
    for (const limit of [NaN, -1, 0.5, -Infinity, 2 ** 53]) {
      assertThrows(() => ring.read(() => {}, limit), RangeError, "limit");
      assertThrows(
        () => ring.controlledRead(() => {}, limit),
        RangeError,
        "limit",
      );
    }
    assertEquals(ring.consumerPosition, 0n);
    assertEquals(readTypes(ring, Infinity), [1]);
  });
}

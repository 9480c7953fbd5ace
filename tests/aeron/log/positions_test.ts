/**
 * Terms, positions and their wraps, without a driver: a publication and a reader on one
 * log.
 *
 * @module
 */

import { assertEquals } from "../../../deps.ts";
import { HeldSource } from "../../../channel/buffers/held_source.ts";
import { METADATA } from "../../../aeron/log/log_layout.ts";
import {
  ADMIN_ACTION,
  BACK_PRESSURED,
  MAX_POSITION_EXCEEDED,
  NOT_CONNECTED,
} from "../../../aeron/publication/offer_result.ts";
import { makeLog, TERM_LENGTH } from "../../helpers/aeron/aeron_log.ts";
import {
  beginAt,
  readerOf,
  spaceOf,
  STARTS,
} from "../../helpers/aeron/aeron_spaces.ts";

for (const [what, start] of Object.entries(STARTS)) {
  for (const kind of ["shared", "exclusive"] as const) {
    Deno.test(`${kind} log, ${what}: positions are exact, and every frame is read once`, () => {
      using parts = makeLog(start);
      const { log, limit, position } = parts;
      const begin = beginAt(parts, start);
      const reader = readerOf(parts);
      const { space, writer } = spaceOf(kind, parts);
      assertEquals(space.position, begin);
      assertEquals(reader.position, begin);
      assertEquals(space.claim(96, 64), BACK_PRESSURED);
      limit.value = 2n ** 62n;
      let expected = begin;
      let sent = 0;
      let received = 0;
      const message = new Uint8Array(1000);
      while (sent < 6 * 62) {
        const at = space.claim(1056, 1000);
        if (at === ADMIN_ACTION) {
          // The rest of the term is padding.
          expected += BigInt(TERM_LENGTH - 62 * 1056);
          continue;
        }
        message[0] = sent;
        writer.writeWhole(space.term, space.termId, at, message, 0, 1000, 1n);
        expected += 1056n;
        assertEquals(log.position(space.termCount, at + 1056), expected);
        sent++;
        reader.poll(
          (bytes, offset, length, header) => {
            assertEquals(length, 1000);
            assertEquals(bytes[offset], received & 0xff);
            assertEquals(header.position, expected);
            assertEquals(header.sessionId, 11);
            assertEquals(header.streamId, 22);
            assertEquals(header.reservedValue, 1n);
            assertEquals(header.termId, space.termId);
            received++;
          },
          10,
          TERM_LENGTH,
        );
        // Padding is a poll of its own; the driver cleans what was read.
        while (received < sent) reader.poll(() => received++, 1, TERM_LENGTH);
        log.terms[(space.termCount + 2) % 3]!.bytes.fill(0);
      }
      assertEquals(space.position, expected);
      assertEquals(reader.position, expected);
      assertEquals(position.value, expected);
    });
  }
}

for (const kind of ["shared", "exclusive"] as const) {
  Deno.test(`${kind} log: a term that is filled to its last byte is followed by the next`, () => {
    using parts = makeLog();
    const { limit } = parts;
    const { space, writer } = spaceOf(kind, parts);
    const message = new Uint8Array(32);
    for (let term = 0; term < 4; term++) {
      // As the driver does it: half a term more than was read.
      limit.value = BigInt(term) * BigInt(TERM_LENGTH) + 32768n;
      for (let i = 0; i < TERM_LENGTH / 64; i++) {
        if (i === 300) limit.value += 65536n;
        const at = space.claim(64, 32);
        assertEquals(at, i * 64);
        writer.writeWhole(space.term, space.termId, at, message, 0, 32, 0n);
      }
      assertEquals(space.position, BigInt(term + 1) * BigInt(TERM_LENGTH));
      assertEquals(space.claim(64, 32), ADMIN_ACTION);
    }
  });

  Deno.test(`${kind} log: after the last term of all nothing is sent`, () => {
    using parts = makeLog({
      termCount: 2 ** 31 - 1,
      offset: TERM_LENGTH - 64,
    });
    parts.limit.value = 2n ** 62n;
    const { space } = spaceOf(kind, parts);
    assertEquals(space.claim(96, 64), MAX_POSITION_EXCEEDED);
    assertEquals(space.claim(96, 64), MAX_POSITION_EXCEEDED);
    assertEquals(space.position, BigInt(TERM_LENGTH) << 31n);
    parts.limit.value = 0n;
    parts.other.metadata[METADATA.isConnected >> 2] = 0;
    assertEquals(space.claim(96, 64), MAX_POSITION_EXCEEDED);
  });

  Deno.test(`${kind} log: a lowered limit counts as soon as nobody is connected`, () => {
    using parts = makeLog();
    parts.limit.value = 2n ** 40n;
    const { space } = spaceOf(kind, parts);
    const held = new HeldSource(1376);
    const source = new Uint8Array(64);
    held.remember(source);
    held.remember(source);
    space.hold(held);
    assertEquals(space.claim(96, 64), 0);
    assertEquals(space.offerHeld(), 192n);
    parts.limit.value = 0n;
    parts.other.metadata[METADATA.isConnected >> 2] = 0;
    assertEquals(space.offerHeld(), 0);
    assertEquals(space.claim(96, 64), NOT_CONNECTED);
    assertEquals(space.position, 192n);
  });
}

for (const isFull of [false, true]) {
  Deno.test(
    `shared log: room that is added when three terms have gone by belongs to ${
      isFull ? "none, if that term is full" : "the term that is there then"
    }`,
    () => {
      using parts = makeLog();
      const { log, other, limit } = parts;
      limit.value = 2n ** 40n;
      const { space } = spaceOf("shared", parts);
      const { add } = Atomics;
      const tail = isFull ? TERM_LENGTH : 960;
      // Others are as fast as that between the look at the term and the addition.
      // deno-lint-ignore no-explicit-any -- one of its overloads
      (Atomics as any).add = (
        array: Int32Array,
        index: number,
        value: number,
      ) => {
        Atomics.add = add;
        const { metadata } = other;
        for (const [part, termId] of [[1, 8], [2, 9], [0, 10]] as const) {
          metadata[2 * part] = part === 0 ? tail : TERM_LENGTH;
          metadata[2 * part + 1] = termId;
        }
        metadata[METADATA.activeTermCount >> 2] = 3;
        return add(array, index, value);
      };
      try {
        const at = space.claim(96, 64);
        assertEquals(at, isFull ? ADMIN_ACTION : 960);
      } finally {
        Atomics.add = add;
      }
      if (!isFull) {
        assertEquals([space.termId, space.termCount], [10, 3]);
        assertEquals(space.term, log.terms[0]);
      }
      // Who hits the end of the term rotates: that was somebody else.
      assertEquals(other.metadata[METADATA.activeTermCount >> 2], 3);
      assertEquals(other.metadata[3], 8);
      // The next one goes on, or rotates if the term is full.
      assertEquals(space.claim(96, 64), isFull ? ADMIN_ACTION : 1056);
      assertEquals(
        other.metadata[METADATA.activeTermCount >> 2],
        isFull ? 4 : 3,
      );
    },
  );
}

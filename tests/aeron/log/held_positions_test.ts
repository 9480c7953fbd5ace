/**
 * One array that is offered again and again: its short way writes what the long one
 * would.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import { HeldSource } from "../../../channel/buffers/held_source.ts";
import {
  ADMIN_ACTION,
  BACK_PRESSURED,
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
    Deno.test(`${kind} log, ${what}: a source that is held is written as any other, at exact positions`, () => {
      // One that fills a term to its last byte, one that does not, and a long one.
      for (const length of [32, 40, 1000]) {
        using parts = makeLog(start);
        const { log, limit } = parts;
        const begin = beginAt(parts, start);
        const reader = readerOf(parts);
        const { space, writer } = spaceOf(kind, parts);
        const source = new Uint8Array(length);
        const held = new HeldSource(1376);
        held.remember(source);
        held.remember(source);
        assertEquals(held.source, source);
        space.hold(held);
        assertEquals(space.offerHeld(), 0);
        const framed = (length + 63) & -32;
        const inTerm = Math.floor(TERM_LENGTH / framed);
        let expected = begin;
        let fast = 0;
        for (let sent = 0; sent < 6 * inTerm; sent++) {
          // As the driver does it: half a term more than was read.
          if (sent % 100 === 0) limit.value = expected + 32768n;
          source.fill(sent);
          let result = space.offerHeld();
          while (result === 0) {
            const at = space.claim(framed, length);
            if (at === BACK_PRESSURED) {
              limit.value = expected + 32768n;
              continue;
            }
            if (at === ADMIN_ACTION) {
              expected += BigInt(TERM_LENGTH - inTerm * framed);
              continue;
            }
            const { term, termId, termCount } = space;
            writer.writeWhole(term, termId, at, source, 0, length, undefined);
            result = log.position(termCount, at + framed);
            fast--;
          }
          fast++;
          expected += BigInt(framed);
          assertEquals(result, expected);
          // A message starts below the limit.
          assert(expected - BigInt(framed) < limit.value);
          let read = 0;
          while (read === 0) {
            read = reader.poll(
              (bytes, offset, size, header) => {
                assertEquals(size, length);
                const message = bytes.subarray(offset, offset + size);
                assertEquals(
                  message.every((byte) => byte === (sent & 255)),
                  true,
                );
                assertEquals(header.position, expected);
                assertEquals(header.flags, 0xc0);
                assertEquals([header.sessionId, header.streamId], [11, 22]);
                assertEquals(header.termId, space.termId);
                assertEquals(header.reservedValue, 0n);
              },
              10,
              TERM_LENGTH,
            );
          }
          // The driver cleans what was read.
          log.terms[(space.termCount + 2) % 3]!.bytes.fill(0);
        }
        assertEquals(space.position, expected);
        assertEquals(fast > 4 * inTerm, true, `${fast} of ${6 * inTerm}`);
      }
    });
  }
}

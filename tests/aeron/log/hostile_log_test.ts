/**
 * Whatever another process writes into a log, it causes an error at most: no endless
 * loop, and nothing outside of it is read or written.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import { FrameWriter } from "../../../aeron/log/frame_writer.ts";
import { ExclusiveSpace } from "../../../aeron/publication/space/exclusive_space.ts";
import { PositionLimit } from "../../../aeron/publication/space/position_limit.ts";
import { SharedSpace } from "../../../aeron/publication/space/shared_space.ts";
import { FrameHeader } from "../../../aeron/subscription/frame_header.ts";
import { ImageReader } from "../../../aeron/subscription/image_reader.ts";
import {
  makeLog,
  randomWords,
  TERM_LENGTH,
  type TestLog,
} from "../../helpers/aeron/aeron_log.ts";

function readerOf({ log, position }: TestLog): ImageReader {
  // deno-lint-ignore no-explicit-any -- nobody asks the header for its image here
  return new ImageReader(log, position, new FrameHeader(undefined as any, log));
}

Deno.test("poll() refuses a frame that does not lie in its term", () => {
  for (const length of [1, 31, TERM_LENGTH + 1, 0x7fff_ffff, 0x7fff_ffe1]) {
    using parts = makeLog();
    const { words } = parts.other.terms[0];
    words[0] = length;
    words[1] = 0x1c000;
    const reader = readerOf(parts);
    assertThrows(
      () => reader.poll(() => {}, 10, TERM_LENGTH),
      TypeError,
      `corrupt log: the frame at 0 has ${length} bytes`,
    );
    assertThrows(
      () => reader.controlledPoll(() => "continue", 10, TERM_LENGTH),
      TypeError,
      "corrupt log",
    );
  }
});

Deno.test("a reader whose counter says nonsense is refused", () => {
  for (const position of [-1n, 33n, 2n ** 62n, -(2n ** 63n)]) {
    using parts = makeLog();
    parts.position.value = position;
    assertThrows(() => readerOf(parts), TypeError, "its reader is at position");
  }
});

Deno.test("poll() ends over random words, and hands out nothing outside of the term", () => {
  const random = randomWords(12345);
  let handled = 0;
  let refused = 0;
  for (let round = 0; round < 150; round++) {
    using parts = makeLog();
    const reader = readerOf(parts);
    for (let i = 0; i < 100; i++) {
      const { position } = reader;
      const { words } = parts.other.terms[Number(position >> 16n) % 3]!;
      const word = Number(position & 0xffffn) >> 2;
      words[word] = i % 20 === 19 ? random() : random() & 0xfff;
      words[word + 1] = random();
      try {
        reader.poll(
          (bytes, offset, length) => {
            assert(offset >= 32 && length >= 0);
            assert(offset + length <= bytes.length);
            handled++;
          },
          1000,
          TERM_LENGTH,
        );
      } catch (error) {
        assert(error instanceof TypeError && /corrupt log/.test(error.message));
        refused++;
        break;
      }
    }
  }
  assert(handled > 100 && refused > 100, `${handled} ${refused}`);
});

for (const Space of [SharedSpace, ExclusiveSpace]) {
  Deno.test(`${Space.name}: random tails, terms and limits cause errors at most`, () => {
    const random = randomWords(777);
    const message = new Uint8Array(100);
    let wrote = 0;
    let refused = 0;
    for (let round = 0; round < 100; round++) {
      using parts = makeLog();
      const { log, other, limit } = parts;
      limit.value = 2n ** 40n;
      const writer = new FrameWriter(log, 1, 2);
      try {
        if (round % 3 === 0) other.metadata[random() & 7] = random();
        const space = new Space(log, new PositionLimit(log, limit), writer);
        for (let i = 0; i < 300; i++) {
          const word = random() & 7;
          if (i % 5 === 0) {
            other.metadata[word] = i % 2 ? random() : random() & 0xffff;
          }
          if (i % 50 === 49) limit.value = BigInt(random()) << 31n;
          const at = space.claim(160, 100);
          if (at < 0) continue;
          assert(at + 160 <= TERM_LENGTH && at % 32 === 0, `${at}`);
          writer.writeWhole(space.term, space.termId, at, message, 0, 100, 0n);
          wrote++;
        }
      } catch (error) {
        assert(error instanceof TypeError && /corrupt log/.test(error.message));
        refused++;
      }
    }
    assert(wrote > 100, `${wrote}`);
    if (Space === SharedSpace) assert(refused > 10, `${refused}`);
  });
}

Deno.test("a log whose buffer was given away reads as empty", () => {
  const parts = makeLog();
  const reader = readerOf(parts);
  const { buffer } = parts.log.terms[0].bytes;
  structuredClone(buffer, { transfer: [buffer] });
  assertEquals(parts.log.isGone, true);
  assertEquals(reader.poll(() => {}, 10, TERM_LENGTH), 0);
  assertEquals(parts.log.endOfStreamPosition, 0n);
  assertThrows(() => parts[Symbol.dispose](), TypeError, "transferred");
});

/**
 * Whatever another process writes into a log, it causes an error at most: no endless
 * loop, and nothing outside of it is read or written.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
} from "../../../deps.ts";
import { Claim } from "../../../aeron/publication/claim.ts";
import { HeldSource } from "../../../channel/buffers/held_source.ts";
import { METADATA } from "../../../aeron/log/log_layout.ts";
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
import { publicationOf } from "../../helpers/aeron/aeron_spaces.ts";

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

/** Where what is held was written; negative when it was not. */
function offsetOfHeld(space: SharedSpace | ExclusiveSpace): number {
  const result = space.offerHeld();
  if (typeof result !== "bigint") return -1;
  const begin = BigInt(space.termCount) * BigInt(TERM_LENGTH);
  const at = result - 160n - begin;
  assert(at >= 0n, `${at} from where the term begins`);
  return Number(at);
}

for (const Space of [SharedSpace, ExclusiveSpace]) {
  Deno.test(`${Space.name}: random tails, terms and limits cause errors at most`, () => {
    const random = randomWords(777);
    const message = new Uint8Array(128);
    let wrote = 0;
    let held = 0;
    let refused = 0;
    for (let round = 0; round < 100; round++) {
      using parts = makeLog();
      const { log, other, limit } = parts;
      limit.value = 2n ** 40n;
      const writer = new FrameWriter(log, 1, 2);
      try {
        if (round % 3 === 0) other.metadata[random() & 7] = random();
        const space = new Space(log, new PositionLimit(log, limit), writer);
        const source = new HeldSource(1376);
        source.remember(message);
        source.remember(message);
        space.hold(source);
        for (let i = 0; i < 300; i++) {
          const word = random() & 7;
          if (i % 5 === 0) {
            other.metadata[word] = i % 2 ? random() : random() & 0xffff;
          }
          if (i % 50 === 49) limit.value = BigInt(random()) << 31n;
          const isHeld = i % 2 === 1;
          const at = isHeld ? offsetOfHeld(space) : space.claim(160, 128);
          if (at < 0) continue;
          assert(at + 160 <= TERM_LENGTH && at % 32 === 0, `${at}`);
          if (isHeld) held++;
          else {
            const { term, termId } = space;
            writer.writeWhole(term, termId, at, message, 0, 128, 0n);
          }
          wrote++;
        }
      } catch (error) {
        assert(error instanceof TypeError && /corrupt log/.test(error.message));
        refused++;
      }
    }
    assert(wrote > 100 && held > 100, `${wrote} ${held}`);
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

for (const kind of ["shared", "exclusive"] as const) {
  Deno.test(`${kind} publication: nothing is sent to a log whose buffer was given away`, () => {
    const parts = makeLog();
    parts.limit.value = 2n ** 40n;
    const { publication } = publicationOf(kind, parts);
    const bytes = new Uint8Array(8);
    for (let i = 0; i < 5; i++) {
      assertEquals(typeof publication.offer(bytes), "bigint");
    }
    const claim = new Claim();
    publication.tryClaim(8, claim);
    const { buffer } = parts.log.terms[0].bytes;
    structuredClone(buffer, { transfer: [buffer] });
    const ways = {
      held: () => publication.offer(bytes),
      other: () => publication.offer(new Uint8Array(7)),
      parts: () => publication.offerParts([bytes]),
      long: () => publication.offer(new Uint8Array(5000)),
      claim: () => publication.tryClaim(8, new Claim()),
    };
    for (const send of Object.values(ways)) {
      assertThrows(send, TypeError, "its memory was transferred");
    }
    assertThrows(() => claim.commit(), TypeError, "its memory was transferred");
    assertEquals(claim.isOpen, false);
    assertEquals(publication.isConnected, false);
    publication.close();
    assertThrows(() => parts[Symbol.dispose](), TypeError, "transferred");
  });

  Deno.test(`${kind} publication: send() rejects when the buffer of its log was given away`, async () => {
    const parts = makeLog();
    const { publication } = publicationOf(kind, parts);
    const waiting = publication.send(new Uint8Array(8));
    const { buffer } = parts.log.terms[0].bytes;
    structuredClone(buffer, { transfer: [buffer] });
    await assertRejects(
      () => waiting,
      TypeError,
      "its memory was transferred",
    );
    publication.close();
    assertThrows(() => parts[Symbol.dispose](), TypeError, "transferred");
  });
}

Deno.test("shared publication: send() pauses and expires when the log never gets to its next term", async () => {
  using parts = makeLog();
  parts.limit.value = 2n ** 40n;
  const { publication } = publicationOf("shared", parts);
  assertEquals(publication.offer(new Uint8Array(8)), 64n);
  // The tail of that term is another's.
  parts.other.metadata[METADATA.activeTermCount >> 2] = 1;
  await assertRejects(
    () => publication.send(new Uint8Array(8), { timeoutMs: 20 }),
    Deno.errors.TimedOut,
    "within 20 ms",
  );
  const waiting = publication.send(new Uint8Array(8));
  parts.other.metadata[METADATA.activeTermCount >> 2] = 0;
  assertEquals(await waiting, 128n);
  publication.close();
});

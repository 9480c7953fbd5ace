/**
 * Terms, positions and their wraps, without a driver: a publication and a reader on one
 * log.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import { HeldSource } from "../../../channel/buffers/held_source.ts";
import { FrameWriter } from "../../../aeron/log/frame_writer.ts";
import { LogBuffer } from "../../../aeron/log/log_buffer.ts";
import { METADATA } from "../../../aeron/log/log_layout.ts";
import { ExclusiveSpace } from "../../../aeron/publication/space/exclusive_space.ts";
import {
  ADMIN_ACTION,
  BACK_PRESSURED,
  MAX_POSITION_EXCEEDED,
  NOT_CONNECTED,
} from "../../../aeron/publication/offer_result.ts";
import { PositionLimit } from "../../../aeron/publication/space/position_limit.ts";
import { SharedSpace } from "../../../aeron/publication/space/shared_space.ts";
import type { FrameHeader } from "../../../aeron/subscription/frame_header.ts";
import { FrameHeader as Header } from "../../../aeron/subscription/frame_header.ts";
import { ImageReader } from "../../../aeron/subscription/image_reader.ts";
import {
  logBytes,
  type LogStart,
  makeLog,
  TERM_LENGTH,
  type TestLog,
} from "../../helpers/aeron/aeron_log.ts";

const KINDS = { shared: SharedSpace, exclusive: ExclusiveSpace } as const;

function spaceOf(kind: keyof typeof KINDS, { log, limit }: TestLog) {
  const writer = new FrameWriter(log, 11, 22);
  const space = new KINDS[kind](log, new PositionLimit(log, limit), writer);
  return { space, writer };
}

function readerOf({ other, position }: TestLog): ImageReader {
  // deno-lint-ignore no-explicit-any -- nobody asks the header for its image here
  const header: FrameHeader = new Header(undefined as any, other);
  return new ImageReader(other, position, header);
}

const STARTS: Record<string, LogStart> = {
  "from the start": {},
  "across the wrap of term ids": { initialTermId: 0x7fff_fffe },
  "across 2^32": { termCount: 2 ** 16 - 2 },
  "beyond 2^46, near the last term": { termCount: 2 ** 31 - 8 },
};

for (const [what, start] of Object.entries(STARTS)) {
  for (const kind of ["shared", "exclusive"] as const) {
    Deno.test(`${kind} log, ${what}: positions are exact, and every frame is read once`, () => {
      using parts = makeLog(start);
      const { log, limit, position } = parts;
      const begin = BigInt(start.termCount ?? 0) * BigInt(TERM_LENGTH);
      position.value = begin;
      limit.value = begin;
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

for (const [what, start] of Object.entries(STARTS)) {
  for (const kind of ["shared", "exclusive"] as const) {
    Deno.test(`${kind} log, ${what}: a source that is held is written as any other, at exact positions`, () => {
      // One that fills a term to its last byte, one that does not, and a long one.
      for (const length of [32, 40, 1000]) {
        using parts = makeLog(start);
        const { log, limit, position } = parts;
        const begin = BigInt(start.termCount ?? 0) * BigInt(TERM_LENGTH);
        position.value = begin;
        limit.value = begin;
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
    assertEquals(space.claim(96, 64), 0);
    parts.limit.value = 0n;
    parts.other.metadata[METADATA.isConnected >> 2] = 0;
    assertEquals(space.claim(96, 64), NOT_CONNECTED);
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

Deno.test("LogBuffer.open() refuses what is no log, before it reserves anything", () => {
  const path = Deno.makeTempFileSync();
  try {
    const wrongs: [number, number, string][] = [
      [METADATA.termLength, 65535, "terms have 65535"],
      [METADATA.termLength, 2 ** 30, "terms have 1073741824"],
      [METADATA.termLength, -(2 ** 31), "terms have -2147483648"],
      [METADATA.mtu, 0, "frames have 0"],
      [METADATA.mtu, 1409, "frames have 1409"],
      [METADATA.mtu, 2 ** 20, "frames have 1048576"],
      [METADATA.pageSize, 0, "pages have 0"],
      [METADATA.pageSize, 2 ** 30, "terms have 65536"],
    ];
    for (const [at, value, message] of wrongs) {
      const bytes = logBytes();
      new DataView(bytes.buffer).setInt32(3 * TERM_LENGTH + at, value, true);
      Deno.writeFileSync(path, bytes);
      assertThrows(() => LogBuffer.open(path, false), TypeError, message);
    }
    Deno.writeFileSync(path, new Uint8Array(5));
    assertThrows(
      () => LogBuffer.open(path, false),
      TypeError,
      "it has 5 bytes",
    );
  } finally {
    Deno.removeSync(path);
  }
});

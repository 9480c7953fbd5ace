/**
 * Terms, positions and their wraps, without a driver: a publication and a reader on one
 * log.
 *
 * @module
 */

import { assertEquals, assertThrows } from "../../../deps.ts";
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

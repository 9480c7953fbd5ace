/**
 * The archive's messages as bytes.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertThrows,
  loadFastCheck,
} from "../../../deps.ts";
import * as answers from "../../../aeron/archive/codec/answers.ts";
import { decode, decodeHeader } from "../../../aeron/archive/codec/decode.ts";
import { encode } from "../../../aeron/archive/codec/encode.ts";
import { START_RECORDING } from "../../../aeron/archive/codec/requests.ts";

const fc = await loadFastCheck();

const TEMPLATES = Object.values(answers).filter((each) => "parts" in each);

Deno.test("encode() lays a request out as the archive's schema says", () => {
  const bytes = encode(START_RECORDING, {
    controlSessionId: 0x0102030405060708n,
    correlationId: -2n,
    streamId: 1001,
    sourceLocation: 1,
    autoStop: 0,
    channel: "aeron:ipc",
  });
  assertEquals(
    bytes.toHex(),
    // Block of 28 bytes, template 63, schema 101, version 13.
    "1c003f0065000d00" +
      "0807060504030201" + "feffffffffffffff" + "e9030000" + "01000000" +
      "00000000" + "09000000" + new TextEncoder().encode("aeron:ipc").toHex(),
  );
});

Deno.test("decode() reads what encode() wrote, and newer and older blocks", () => {
  const values = {
    controlSessionId: 1n,
    correlationId: 2n,
    relevantId: -3n,
    code: 1,
    version: 0x010c00,
    errorMessage: "no such thing",
  };
  const bytes = encode(answers.CONTROL_RESPONSE, values);
  assertEquals(decode(answers.CONTROL_RESPONSE, bytes), values);
  // An older archive has no version; a newer one more behind it.
  const view = new DataView(bytes.buffer);
  const older = new Uint8Array([
    ...bytes.subarray(0, 36),
    ...bytes.subarray(40),
  ]);
  new DataView(older.buffer).setUint16(0, 28, true);
  assertEquals(decode(answers.CONTROL_RESPONSE, older), {
    ...values,
    version: 0,
  });
  view.setUint16(0, 40, true);
  const newer = new Uint8Array([
    ...bytes.subarray(0, 40),
    ...new Uint8Array(8),
    ...bytes.subarray(40),
  ]);
  assertEquals(decode(answers.CONTROL_RESPONSE, newer), values);
});

Deno.test("decode() throws or reads, whatever the bytes are, and takes nothing from behind them", () => {
  fc.assert(fc.property(
    fc.uint8Array({ maxLength: 200 }),
    fc.constantFrom(...TEMPLATES),
    fc.boolean(),
    (random, template, framed) => {
      const memory = new Uint8Array(random.length + 64).fill(0x5a);
      memory.set(random, 32);
      const bytes = memory.subarray(32, 32 + random.length);
      if (framed && bytes.length >= 8) {
        const view = new DataView(bytes.buffer, 32);
        view.setUint16(4, 101, true);
        view.setUint16(0, 8 + bytes.length % 64, true);
      }
      decodeHeader(bytes);
      let values;
      try {
        values = decode(template, bytes);
      } catch (error) {
        assert(
          error instanceof Error &&
            /template \d+ does not fit/.test(error.message),
        );
        return;
      }
      const parts = Object.keys(template.parts)
        .map((name) => Reflect.get(values, name).length);
      assert(parts.reduce((sum, each) => sum + each, 0) <= bytes.length);
    },
  ));
});

Deno.test("decode() refuses every message that is cut off", () => {
  const bytes = encode(answers.RECORDING_DESCRIPTOR, {
    controlSessionId: 1n,
    correlationId: 2n,
    recordingId: 3n,
    startTimestamp: 4n,
    stopTimestamp: -1n,
    startPosition: 0n,
    stopPosition: -1n,
    initialTermId: -5,
    segmentFileLength: 1 << 27,
    termBufferLength: 65536,
    mtuLength: 1408,
    sessionId: 7,
    streamId: 8,
    strippedChannel: "aeron:ipc",
    originalChannel: "aeron:ipc?alias=a",
    sourceIdentity: "aeron:ipc",
  });
  for (let length = 8; length < bytes.length; length++) {
    const cut = bytes.slice(0, length);
    assertThrows(
      () => decode(answers.RECORDING_DESCRIPTOR, cut),
      Error,
      "does not fit",
    );
  }
  assertEquals(
    decode(answers.RECORDING_DESCRIPTOR, bytes).originalChannel,
    "aeron:ipc?alias=a",
  );
});

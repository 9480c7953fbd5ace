/**
 * Recordings in memory, with messages that tell which one each is.
 *
 * @module
 */

import { assert } from "../../../deps.ts";
import { BytesOut } from "../../../cli/mcap/bytes_out.ts";
import { McapWriter } from "../../../cli/mcap/mcap_writer.ts";

const encoder = new TextEncoder();

/** The schema of the first channel. */
export const SCHEMA = '{"type":"object"}';

/** A file in memory. */
export class Memory {
  readonly #out = new BytesOut();

  write(bytes: Uint8Array): void {
    this.#out.raw(bytes);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#out.bytes.slice();
  }
}

/** Reads from bytes as from a file. */
export function sourceOf(bytes: Uint8Array<ArrayBuffer>) {
  return {
    size: bytes.length,
    read: (offset: number, length: number) => {
      assert(offset >= 0 && offset + length <= bytes.length);
      return bytes.slice(offset, offset + length);
    },
  };
}

/** A payload that tells which one it is. */
export function payload(i: number): Uint8Array {
  return new Uint8Array(i % 37).fill(i & 0xff);
}

/** Writes messages of three channels in chunks of 50. */
export function writeSample(
  sink: { write(bytes: Uint8Array): void },
  count: number,
): McapWriter {
  const writer = new McapWriter(sink, "test");
  writer.addMetadata({ name: "place", entries: { host: "здесь", empty: "" } });
  writer.addSchema({
    id: 1,
    name: "Trade",
    encoding: "jsonschema",
    data: encoder.encode(SCHEMA),
  });
  writer.addChannel({
    id: 1,
    schemaId: 1,
    topic: "/trades",
    messageEncoding: "json",
    metadata: { type: "7" },
  });
  for (const id of [2, 3]) {
    writer.addChannel({
      id,
      schemaId: 0,
      topic: `/raw-${id}`,
      messageEncoding: "application/octet-stream",
      metadata: {},
    });
  }
  for (let i = 0; i < count; i++) {
    const channel = 1 + (i % 3);
    const data = channel === 1 ? encoder.encode(`{"i":${i}}`) : payload(i);
    writer.addMessage(
      channel,
      BigInt(1_700_000_000_000_000_000 + i * 512),
      data,
    );
    if (i % 50 === 49) writer.writeChunk();
  }
  return writer;
}

/** A recording with so many messages. */
export function sample(count: number): Uint8Array<ArrayBuffer> {
  const memory = new Memory();
  writeSample(memory, count).end();
  return memory.bytes;
}

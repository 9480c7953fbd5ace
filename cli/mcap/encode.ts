/**
 * Records as bytes, each at the end of what is there.
 *
 * @module
 */

import type { BytesOut } from "./bytes_out.ts";
import { type Channel, type Metadata, OPCODE, type Schema } from "./format.ts";

/** A chunk that was written, for the summary. */
export interface ChunkPlace {
  /** Where its record starts in the file. */
  readonly start: number;
  /** Bytes of that record. */
  readonly length: number;
  /** Where the index of each channel starts. */
  readonly indexes: ReadonlyMap<number, number>;
  /** Bytes of all these indexes. */
  readonly indexLength: number;
  /** Bytes of the records in it. */
  readonly size: number;
  readonly firstTime: bigint;
  readonly lastTime: bigint;
}

/** Numbers of a whole file. */
export interface Counts {
  readonly schemas: number;
  readonly channels: number;
  readonly metadata: number;
  readonly chunks: number;
  readonly firstTime: bigint;
  readonly lastTime: bigint;
  /** Messages of each channel. */
  readonly messages: ReadonlyMap<number, number>;
}

function record(out: BytesOut, opcode: number, fields: () => void): void {
  out.u8(opcode);
  out.counted64(fields);
}

function texts(out: BytesOut, entries: Readonly<Record<string, string>>): void {
  out.counted32(() => {
    for (const [key, value] of Object.entries(entries)) {
      out.text(key);
      out.text(value);
    }
  });
}

/** Adds the first record of a file. */
export function addHeader(out: BytesOut, library: string): void {
  record(out, OPCODE.header, () => {
    out.text("");
    out.text(library);
  });
}

/** Adds a schema. */
export function addSchema(out: BytesOut, schema: Schema): void {
  record(out, OPCODE.schema, () => {
    out.u16(schema.id);
    out.text(schema.name);
    out.text(schema.encoding);
    out.counted32(() => out.raw(schema.data));
  });
}

/** Adds a channel. */
export function addChannel(out: BytesOut, channel: Channel): void {
  record(out, OPCODE.channel, () => {
    out.u16(channel.id);
    out.u16(channel.schemaId);
    out.text(channel.topic);
    out.text(channel.messageEncoding);
    texts(out, channel.metadata);
  });
}

/** Adds a message. */
export function addMessage(
  out: BytesOut,
  channelId: number,
  sequence: number,
  logTime: bigint,
  data: Uint8Array,
): void {
  out.u8(OPCODE.message);
  out.u64(22 + data.length);
  out.u16(channelId);
  out.u32(sequence);
  out.u64(logTime);
  out.u64(logTime);
  out.raw(data);
}

/** Adds texts with a name. */
export function addMetadata(out: BytesOut, { name, entries }: Metadata): void {
  record(out, OPCODE.metadata, () => {
    out.text(name);
    texts(out, entries);
  });
}

/** Adds where such texts are. */
export function addMetadataIndex(
  out: BytesOut,
  start: number,
  length: number,
  name: string,
): void {
  record(out, OPCODE.metadataIndex, () => {
    out.u64(start);
    out.u64(length);
    out.text(name);
  });
}

/** Adds the fields of a chunk and its records. */
export function addChunk(
  out: BytesOut,
  records: Uint8Array,
  crc: number,
  firstTime: bigint,
  lastTime: bigint,
): void {
  record(out, OPCODE.chunk, () => {
    out.u64(firstTime);
    out.u64(lastTime);
    out.u64(records.length);
    out.u32(crc);
    out.text("");
    out.u64(records.length);
    out.raw(records);
  });
}

/** Adds where in the chunk before it the messages of a channel are. */
export function addMessageIndex(
  out: BytesOut,
  channelId: number,
  entries: readonly (readonly [time: bigint, offset: number])[],
): void {
  record(out, OPCODE.messageIndex, () => {
    out.u16(channelId);
    out.u32(16 * entries.length);
    for (const [time, offset] of entries) {
      out.u64(time);
      out.u64(offset);
    }
  });
}

/** Adds where a chunk is. */
export function addChunkIndex(out: BytesOut, chunk: ChunkPlace): void {
  record(out, OPCODE.chunkIndex, () => {
    out.u64(chunk.firstTime);
    out.u64(chunk.lastTime);
    out.u64(chunk.start);
    out.u64(chunk.length);
    out.u32(10 * chunk.indexes.size);
    for (const [channelId, start] of chunk.indexes) {
      out.u16(channelId);
      out.u64(start);
    }
    out.u64(chunk.indexLength);
    out.text("");
    out.u64(chunk.size);
    out.u64(chunk.size);
  });
}

/** Adds numbers of the whole file. */
export function addStatistics(out: BytesOut, counts: Counts): void {
  const all = [...counts.messages.values()].reduce((sum, n) => sum + n, 0);
  record(out, OPCODE.statistics, () => {
    out.u64(all);
    out.u16(counts.schemas);
    out.u32(counts.channels);
    out.u32(0);
    out.u32(counts.metadata);
    out.u32(counts.chunks);
    out.u64(counts.firstTime);
    out.u64(counts.lastTime);
    out.u32(10 * counts.messages.size);
    for (const [channelId, count] of counts.messages) {
      out.u16(channelId);
      out.u64(count);
    }
  });
}

/** Adds where records of a kind are in the summary. */
export function addSummaryOffset(
  out: BytesOut,
  opcode: number,
  start: number,
  length: number,
): void {
  record(out, OPCODE.summaryOffset, () => {
    out.u8(opcode);
    out.u64(start);
    out.u64(length);
  });
}

/** Adds the end of the data. */
export function addDataEnd(out: BytesOut, crc: number): void {
  record(out, OPCODE.dataEnd, () => out.u32(crc));
}

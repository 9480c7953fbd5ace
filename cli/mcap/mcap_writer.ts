import { BytesOut } from "./bytes_out.ts";
import { crc32 } from "./crc32.ts";
import {
  addChannel,
  addChunk,
  addChunkIndex,
  addDataEnd,
  addHeader,
  addMessage,
  addMessageIndex,
  addMetadata,
  addMetadataIndex,
  addSchema,
  addStatistics,
  addSummaryOffset,
  type ChunkPlace,
} from "./encode.ts";
import {
  type Channel,
  FOOTER_LENGTH,
  MAGIC,
  type Metadata,
  OPCODE,
  type Schema,
} from "./format.ts";

/** Where bytes go: all of them, or an error. */
export interface Sink {
  write(bytes: Uint8Array): void;
}

/** Records of one kind of the summary. */
type Group = [opcode: number, add: (out: BytesOut) => void];

/**
 * Writes a recording in the format MCAP: uncompressed chunks with indexes, then a
 * summary. A chunk goes to the file in one piece, so what is there after a crash
 * is whole up to the last one.
 */
export class McapWriter {
  readonly #sink: Sink;
  readonly #schemas = new Map<number, Schema>();
  readonly #channels = new Map<number, Channel>();
  readonly #counts = new Map<number, number>();
  readonly #chunks: ChunkPlace[] = [];
  readonly #metadata: [start: number, length: number, name: string][] = [];
  readonly #chunk = new BytesOut(65_536);
  readonly #out = new BytesOut(131_072);
  #index = new Map<number, [bigint, number][]>();
  #firstTime: bigint | undefined;
  #lastTime = 0n;
  #position = 0;
  #crc = 0;

  /** Starts a file. */
  constructor(sink: Sink, library: string) {
    this.#sink = sink;
    this.#out.raw(MAGIC);
    addHeader(this.#out, library);
    this.#flush();
  }

  /** Bytes of the file so far, and those of the chunk that is not written yet. */
  get size(): number {
    return this.#position + this.#chunk.length;
  }

  /** Bytes of the chunk that is not written yet. */
  get pending(): number {
    return this.#chunk.length;
  }

  /** How many messages there are. */
  get messages(): number {
    let sum = 0;
    for (const count of this.#counts.values()) sum += count;
    return sum;
  }

  /** Adds a schema; its id must be new. */
  addSchema(schema: Schema): void {
    this.#schemas.set(schema.id, schema);
    addSchema(this.#chunk, schema);
  }

  /** Adds a channel; its id must be new, and its schema there. */
  addChannel(channel: Channel): void {
    this.#channels.set(channel.id, channel);
    this.#counts.set(channel.id, 0);
    addChannel(this.#chunk, channel);
  }

  /** Adds texts with a name, and what was not written yet before them. */
  addMetadata(metadata: Metadata): void {
    this.writeChunk();
    const start = this.#position;
    addMetadata(this.#out, metadata);
    this.#metadata.push([start, this.#out.length, metadata.name]);
    this.#flush();
  }

  /** Adds a message of a channel that is there. */
  addMessage(channelId: number, logTime: bigint, data: Uint8Array): void {
    const count = this.#counts.get(channelId);
    if (count === undefined) throw new RangeError(`No channel ${channelId}`);
    const entries = this.#index.get(channelId) ?? [];
    if (entries.length === 0) this.#index.set(channelId, entries);
    entries.push([logTime, this.#chunk.length]);
    this.#counts.set(channelId, count + 1);
    addMessage(this.#chunk, channelId, count >>> 0, logTime, data);
  }

  /** Writes the chunk, if there is anything in it. */
  writeChunk(): void {
    const records = this.#chunk.bytes;
    if (records.length === 0) return;
    let firstTime: bigint | undefined;
    let lastTime = 0n;
    for (const entries of this.#index.values()) {
      // The clock may be set back meanwhile.
      for (const [time] of entries) {
        if (firstTime === undefined || time < firstTime) firstTime = time;
        if (time > lastTime) lastTime = time;
      }
    }
    this.#note(firstTime, lastTime);
    const out = this.#out;
    const start = this.#position;
    addChunk(out, records, crc32(records), firstTime ?? 0n, lastTime);
    const length = out.length;
    const indexes = new Map<number, number>();
    for (const [channelId, entries] of this.#index) {
      indexes.set(channelId, start + out.length);
      entries.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
      addMessageIndex(out, channelId, entries);
    }
    this.#chunks.push({
      start,
      length,
      indexes,
      indexLength: out.length - length,
      size: records.length,
      firstTime: firstTime ?? 0n,
      lastTime,
    });
    this.#chunk.clear();
    this.#index = new Map();
    this.#flush();
  }

  /** Writes what is left, the summary and the end of the file. */
  end(): void {
    this.writeChunk();
    addDataEnd(this.#out, this.#crc);
    this.#flush();
    this.#writeSummary();
  }

  #writeSummary(): void {
    const out = this.#out;
    const start = this.#position;
    const groups: [opcode: number, start: number, length: number][] = [];
    for (const [opcode, add] of this.#groups()) {
      const from = out.length;
      add(out);
      const length = out.length - from;
      if (length > 0) groups.push([opcode, start + from, length]);
    }
    const offsets = start + out.length;
    for (const group of groups) addSummaryOffset(out, ...group);
    out.u8(OPCODE.footer);
    out.u64(FOOTER_LENGTH);
    out.u64(start);
    out.u64(offsets);
    out.u32(crc32(out.bytes));
    out.raw(MAGIC);
    this.#flush();
  }

  #groups(): Group[] {
    return [
      [OPCODE.schema, (out) => {
        for (const schema of this.#schemas.values()) addSchema(out, schema);
      }],
      [OPCODE.channel, (out) => {
        for (const channel of this.#channels.values()) addChannel(out, channel);
      }],
      [OPCODE.statistics, (out) =>
        addStatistics(out, {
          schemas: this.#schemas.size,
          channels: this.#channels.size,
          metadata: this.#metadata.length,
          chunks: this.#chunks.length,
          firstTime: this.#firstTime ?? 0n,
          lastTime: this.#lastTime,
          messages: this.#counts,
        })],
      [OPCODE.chunkIndex, (out) => {
        for (const chunk of this.#chunks) addChunkIndex(out, chunk);
      }],
      [OPCODE.metadataIndex, (out) => {
        for (const place of this.#metadata) addMetadataIndex(out, ...place);
      }],
    ];
  }

  #note(firstTime: bigint | undefined, lastTime: bigint): void {
    if (firstTime === undefined) return;
    if (this.#firstTime === undefined || firstTime < this.#firstTime) {
      this.#firstTime = firstTime;
    }
    if (lastTime > this.#lastTime) this.#lastTime = lastTime;
  }

  #flush(): void {
    const { bytes } = this.#out;
    this.#crc = crc32(bytes, this.#crc);
    this.#sink.write(bytes);
    this.#position += bytes.length;
    this.#out.clear();
  }
}

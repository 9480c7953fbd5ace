import type { LoadedStruct } from "../arguments/struct.ts";
import { FileOut } from "../mcap/file.ts";
import { McapWriter } from "../mcap/mcap_writer.ts";
import { Payload, toJson } from "../message/payload.ts";
import type { Followed } from "../watching/followed.ts";
import type { Seen } from "../watching/watched.ts";
import { BYTES, encodeChange, JSON_ENCODING, KEY, LIBRARY } from "./layout.ts";

/** A chunk goes to the file when it is this long, or this old. */
const CHUNK_LENGTH = 2 ** 18;
const CHUNK_MS = 500;
/** Types of one source that get a channel of their own. */
const MOST_TYPES = 1000;

/** How a recording is made. */
export interface RecorderOptions {
  /** Where it goes; with a split, names with numbers are made of it. */
  readonly path: string;
  /** Whether files that exist are replaced. */
  readonly replace: boolean;
  /** Bytes of a file after which another one begins. */
  readonly splitSize?: number | undefined;
  /** The same in milliseconds. */
  readonly splitMs?: number | undefined;
  /** Messages are kept as JSON, too, by this struct. */
  readonly struct?: LoadedStruct | undefined;
}

const encoder = new TextEncoder();

/** Writes what is seen to files in the format MCAP. */
export class Recorder implements Disposable {
  readonly #options: RecorderOptions;
  /** Ids of channels in the file that is open. */
  readonly #channels = new Map<string, number>();
  readonly #types = new Map<Followed, Set<number>>();
  #file: FileOut | undefined;
  #writer: McapWriter | undefined;
  #part = 0;
  #openedAt = 0;
  #chunkAt = 0;
  #messagesBefore = 0;
  #failed = false;
  readonly #clock = { start: Date.now(), at: performance.now() };

  /**
   * Creates the first file.
   *
   * @throws {Deno.errors.AlreadyExists} When it exists, unless it may be replaced.
   */
  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#begin(performance.now());
  }

  /** Paths of all files so far. */
  readonly paths: string[] = [];

  /** How many messages were recorded. */
  get messages(): number {
    return this.#messagesBefore + (this.#writer?.messages ?? 0);
  }

  /** Records something, if it can be replayed. */
  add(from: Followed, seen: Seen): void {
    // What becomes of a job later is the business of who takes it.
    if (from.kind === "work-queue" && seen.event !== "put") return;
    const now = performance.now();
    if (this.#isFull(now)) {
      this.#end();
      this.#begin(now);
    }
    const writer = this.#writer!;
    if (writer.pending === 0) this.#chunkAt = now;
    const time = this.#timeAt(now);
    writer.addMessage(
      this.#channelOf(from, seen),
      time,
      this.#dataOf(from, seen),
    );
    this.#addShown(from, seen, time);
    if (writer.pending >= CHUNK_LENGTH) this.#write();
  }

  /** Writes a chunk that waited long enough. */
  tick(now: number): void {
    if (this.#writer!.pending > 0 && now - this.#chunkAt >= CHUNK_MS) {
      this.#write();
    }
  }

  /** Ends the file that is open. */
  [Symbol.dispose](): void {
    this.#end();
  }

  #begin(now: number): void {
    const { path, replace, splitSize, splitMs } = this.#options;
    this.#part++;
    const isSplit = splitSize !== undefined || splitMs !== undefined;
    const own = isSplit ? partPath(path, this.#part) : path;
    this.#file = new FileOut(own, replace);
    this.paths.push(own);
    this.#writer = new McapWriter(this.#file, LIBRARY);
    this.#channels.clear();
    this.#openedAt = now;
    this.#writer.addMetadata({
      name: "shmem",
      entries: {
        part: String(this.#part),
        started: new Date(Number(this.#timeAt(now) / 1_000_000n)).toISOString(),
      },
    });
  }

  #end(): void {
    const writer = this.#writer;
    if (writer === undefined) return;
    try {
      // After a failure the file ends in the middle of a record.
      if (!this.#failed) writer.end();
    } finally {
      this.#messagesBefore += writer.messages;
      this.#writer = undefined;
      this.#file?.[Symbol.dispose]();
    }
  }

  #write(): void {
    try {
      this.#writer!.writeChunk();
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }

  #isFull(now: number): boolean {
    const { splitSize = Infinity, splitMs = Infinity } = this.#options;
    const writer = this.#writer!;
    return writer.messages > 0 &&
      (writer.size >= splitSize || now - this.#openedAt >= splitMs);
  }

  /** The channel of messages of one type. */
  #channelOf(from: Followed, { typeId }: Seen): number {
    const hasOwn = typeId === undefined || this.#hasOwnChannel(from, typeId);
    const key = JSON.stringify([from.name, hasOwn ? typeId ?? null : "other"]);
    return this.#channels.get(key) ?? this.#addChannel(key, {
      topic: from.name,
      messageEncoding: from.kind === "map" ? JSON_ENCODING : BYTES,
      metadata: {
        [KEY.kind]: from.kind ?? "",
        [KEY.sizes]: JSON.stringify(from.sizes),
        [KEY.role]: "replay",
        ...(hasOwn && typeId !== undefined
          ? { [KEY.type]: String(typeId) }
          : {}),
      },
    });
  }

  #hasOwnChannel(from: Followed, typeId: number): boolean {
    const types = this.#types.get(from) ?? new Set();
    this.#types.set(from, types);
    if (types.size < MOST_TYPES) types.add(typeId);
    return types.has(typeId);
  }

  #dataOf(from: Followed, seen: Seen): Uint8Array {
    if (from.kind === "map") return encodeChange(seen);
    const { typeId, bytes } = seen;
    if (typeId === undefined || this.#hasOwnChannel(from, typeId)) return bytes;
    const data = new Uint8Array(4 + bytes.length);
    new DataView(data.buffer).setInt32(0, typeId, true);
    data.set(bytes, 4);
    return data;
  }

  /** The same as JSON, for programs that show recordings. */
  #addShown(from: Followed, { bytes }: Seen, time: bigint): void {
    const { struct } = this.#options;
    if (struct === undefined || from.kind === "map") return;
    const { value } = new Payload(bytes, struct);
    if (value === undefined) return;
    const key = JSON.stringify([from.name, "json", Array.isArray(value)]);
    const id = this.#channels.get(key) ??
      this.#addChannel(
        key,
        {
          topic: `${from.name}.json`,
          messageEncoding: JSON_ENCODING,
          metadata: { [KEY.role]: "show" },
        },
        struct,
        Array.isArray(value),
      );
    this.#writer!.addMessage(id, time, encoder.encode(toJson(value)));
  }

  #addChannel(
    key: string,
    channel: {
      readonly topic: string;
      readonly messageEncoding: string;
      readonly metadata: Readonly<Record<string, string>>;
    },
    struct?: LoadedStruct,
    isArray = false,
  ): number {
    const writer = this.#writer!;
    const id = this.#channels.size + 1;
    if (struct !== undefined) {
      const schema = struct.toJsonSchema();
      writer.addSchema({
        id,
        name: isArray ? `${struct.name}[]` : struct.name,
        encoding: "jsonschema",
        data: encoder.encode(JSON.stringify(
          isArray ? { type: "array", items: schema } : schema,
        )),
      });
    }
    writer.addChannel({ ...channel, id, schemaId: struct ? id : 0 });
    this.#channels.set(key, id);
    return id;
  }

  /** Nanoseconds since 1970, which never go back while a recording lasts. */
  #timeAt(now: number): bigint {
    const { start, at } = this.#clock;
    return BigInt(start) * 1_000_000n +
      BigInt(Math.round((now - at) * 1000)) * 1000n;
  }
}

/** `run.mcap` and 2 make `run-002.mcap`. */
export function partPath(path: string, part: number): string {
  const number = String(part).padStart(3, "0");
  const [, base = path, ending = ""] = /^(.+?)(\.[^./]*)?$/.exec(path) ?? [];
  return `${base}-${number}${ending}`;
}

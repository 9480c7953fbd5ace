import type { ReadonlyBytes } from "../../memory/views/readonly_bytes.ts";
import {
  BUCKETS,
  CHAIN,
  CHUNK,
  isSound,
  KEY_LENGTH,
  KIND,
  LONGEST_KEY,
  type MapShape,
  mapShape,
  TEXT_KEY,
  VALUE_LENGTH,
} from "../map/map_layout.ts";
import { Inconsistent } from "../object/repair.ts";
import type { Entry } from "../map/map_chunks.ts";
import { MapTable } from "../map/map_table.ts";
import { isLayoutArea } from "../object/layout_area.ts";
import { damagedHeader, viewObject } from "./object_view.ts";

/** How many buckets are looked at in one turn. */
const LOOKS = 65_536;
/** No sound bucket has more entries; chains may be led in a circle. */
const MOST_ENTRIES = 1024;
/** How often to read a bucket while it is being changed. */
const MAX_TRIES = 20;
/** Bytes at both ends of a value by which two are told apart. */
const COMPARED = 4096;

/** The version of a bucket that was not looked at: sound ones are even then. */
const NEVER = -1;

/** A change of a map. */
export interface WatchedChange {
  readonly event: "set" | "deleted";
  readonly key: string | Uint8Array<ArrayBuffer>;
  /** A copy of the value; empty when it was deleted. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** When it expires, in milliseconds since 1970; 0: never. */
  readonly expires: number;
}

/** An entry as it was seen, by the bytes of its key. */
interface Known {
  readonly key: string | Uint8Array<ArrayBuffer>;
  readonly sign: string;
}

// A mark of the order of bytes is a character like any other.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Watches the changes of a `SharedMap` without a lock: each bucket has a version,
 * which two are added to by each change. An entry that goes because it expired, or
 * makes room for others, counts as deleted.
 */
export class MapWatch {
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #shape: MapShape;
  readonly #table: MapTable;
  readonly #versions: Int32Array;
  readonly #known = new Map<number, Map<string, Known>>();
  readonly #changes: WatchedChange[] = [];
  #bucket = 0;
  #missed = 0;
  #damage: string | undefined;

  /**
   * Begins to watch. All keys that are there are read first, and remembered.
   *
   * @param memory The map, mapped for reading.
   * @param from `"oldest"`: what is there counts as set.
   * @throws {Deno.errors.InvalidData} When it is something else.
   */
  constructor(
    memory: ReadonlyBytes,
    what: string,
    from: "oldest" | "now" = "now",
  ) {
    const { header, bytes, words } = viewObject(memory, what, KIND);
    const { a: chunks, b: buckets, hash } = header;
    const shape = mapShape(chunks, buckets);
    const area = memory.byteLength - shape.size;
    if (!isSound(chunks, buckets) || !isLayoutArea(area, hash)) {
      throw damagedHeader(what);
    }
    this.#words = words;
    this.#shape = shape;
    // Only what reads is called: a write through this would kill the process.
    this.#table = new MapTable(bytes, shape);
    this.#versions = new Int32Array(buckets).fill(NEVER);
    if (from === "oldest") return;
    for (let bucket = 0; bucket < buckets; bucket++) {
      this.#look(bucket);
      this.#changes.length = 0;
    }
  }

  /** How many changes were followed by others of the same key before they were seen. */
  get missed(): number {
    return this.#missed;
  }

  /** What is wrong with it, as of the last time that something was. */
  get damage(): string | undefined {
    return this.#damage;
  }

  /** The next change; nothing when there is none now. */
  next(): WatchedChange | undefined {
    const { buckets } = this.#shape;
    const looks = Math.min(LOOKS, buckets);
    for (let i = 0; i < looks && this.#changes.length === 0; i++) {
      const bucket = this.#bucket;
      this.#bucket = (bucket + 1) % buckets;
      if (this.#table.version(bucket) !== this.#versions[bucket]) {
        this.#look(bucket);
      }
    }
    return this.#changes.shift();
  }

  #look(bucket: number): void {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const version = this.#table.version(bucket);
      // Odd: it is being changed.
      if ((version & 1) !== 0) continue;
      const entries = this.#entriesOf(bucket);
      if (!this.#table.isStill(bucket, version)) continue;
      if (entries === undefined) {
        this.#damage = `the entries of bucket ${bucket} lead nowhere`;
      } else {
        this.#compare(bucket, entries, version);
      }
      this.#versions[bucket] = version;
      return;
    }
  }

  /** What is in a bucket; nothing when it leads nowhere. */
  #entriesOf(bucket: number): Entry[] | undefined {
    const { start, chunks } = this.#shape;
    const words = this.#words;
    const entries: Entry[] = [];
    let room = this.#shape.size;
    let index = words[BUCKETS / 4 + 2 * bucket + 1]! - 1;
    try {
      while (index !== -1) {
        if (entries.length === MOST_ENTRIES || index < 0 || index >= chunks) {
          return undefined;
        }
        const slot = (start + index * CHUNK) / 4;
        room -= words[slot + VALUE_LENGTH]!;
        if (room < 0 || words[slot + KEY_LENGTH]! > LONGEST_KEY) {
          return undefined;
        }
        entries.push(this.#table.entry(index));
        index = words[slot + CHAIN]! - 1;
      }
      return entries;
    } catch (error) {
      if (error instanceof Inconsistent) return undefined;
      throw error;
    }
  }

  #compare(
    bucket: number,
    entries: readonly Entry[],
    version: number,
  ): void {
    const before = this.#known.get(bucket);
    const now = new Map<string, Known>();
    let seen = 0;
    for (const { key, value, flags, expires } of entries) {
      const isText = (flags & TEXT_KEY) !== 0;
      const shown = isText ? decoder.decode(key) : key.slice();
      const id = key.toHex();
      const sign = `${expires} ${value.length} ${digest(value)}`;
      now.set(id, { key: shown, sign });
      if (before?.get(id)?.sign === sign) continue;
      seen++;
      const bytes = value.slice();
      this.#changes.push({ event: "set", key: shown, bytes, expires });
    }
    for (const [id, { key }] of before ?? []) {
      if (now.has(id)) continue;
      seen++;
      const bytes = new Uint8Array();
      this.#changes.push({ event: "deleted", key, bytes, expires: 0 });
    }
    if (now.size > 0) this.#known.set(bucket, now);
    else this.#known.delete(bucket);
    const last = this.#versions[bucket]!;
    if (last === NEVER) return;
    const changes = (version - last) >>> 1;
    this.#missed += Math.max(0, changes - seen);
  }
}

/** A number that differs where values do, nearly always. */
function digest(value: Uint8Array): number {
  let sum = 0x811c_9dc5;
  const add = (part: Uint8Array) => {
    for (const byte of part) sum = Math.imul(sum ^ byte, 0x0100_0193);
  };
  add(value.subarray(0, COMPARED));
  if (value.length > COMPARED) {
    add(value.subarray(Math.max(COMPARED, value.length - COMPARED)));
  }
  return sum;
}

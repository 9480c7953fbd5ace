import { byteLengthOf } from "../../channel/buffers/typed_arrays.ts";
import { errnoNumber } from "../../ffi/errors/errno.ts";
import { systemError } from "../../ffi/errors/system_error.ts";
import type { MutexGuard } from "../../sync/locks/mutex/mutex_guard.ts";
import type { StoreObject } from "../object/store_object.ts";
import { MapAccess } from "./map_access.ts";
import type { Entry } from "./map_chunks.ts";
import { hashOf } from "./map_key.ts";
import { CHUNK, chunksOf, type MapShape } from "./map_layout.ts";
import type { MapObject } from "./map_object.ts";
import type { SharedMapUsage } from "./map_options.ts";
import { MapTable } from "./map_table.ts";
import { nowTicks } from "./use_order.ts";

/** The entries of a map by their keys, with what expires and what is evicted. */
export class MapEntries {
  readonly #object: StoreObject<"read-write">;
  readonly #shape: MapShape;
  readonly #table: MapTable;
  readonly #access: MapAccess;
  readonly #seed: number;
  readonly #evicts: boolean;

  /** Opens the entries of a map. */
  constructor({ object, shape, seed, evicts }: MapObject) {
    this.#object = object;
    this.#shape = shape;
    this.#table = new MapTable(object.mapping.bytes, shape);
    this.#access = new MapAccess(object, this.#table);
    this.#seed = seed;
    this.#evicts = evicts;
  }

  /** Copies a value. */
  get(key: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    const hash = this.#hashOf(key);
    return this.#access.read(this.#table.bucketOf(hash), () => {
      const index = this.#findLive(hash, key);
      if (index === -1) return undefined;
      const value = this.#table.value(index);
      if (this.#evicts) this.#table.uses.touch(index, nowTicks());
      return value;
    });
  }

  /** Whether there is an entry. */
  has(key: Uint8Array): boolean {
    const hash = this.#hashOf(key);
    return this.#access.read(
      this.#table.bucketOf(hash),
      () => this.#findLive(hash, key) !== -1,
    );
  }

  /** Takes the lock under which entries with this key are changed. */
  lock(key: Uint8Array, timeoutMs?: number): MutexGuard {
    return this.#access.lockKey(this.#hashOf(key), timeoutMs);
  }

  /** Takes that lock, and puts an entry. */
  set(entry: Entry): void {
    const guard = this.lock(entry.key);
    try {
      this.put(entry);
    } finally {
      guard.unlock();
    }
  }

  /** Puts an entry, making room for it, with the lock of its key held. */
  put(entry: Entry): void {
    const hash = this.#hashOf(entry.key);
    const needed = chunksOf(
      byteLengthOf(entry.key) + byteLengthOf(entry.value),
    );
    this.#access.change(() => {
      if (this.#table.free < needed) this.#makeRoom(needed);
      this.#table.put(hash, entry, nowTicks());
    });
  }

  /** Removes an entry, with the lock of its key held; whether there was one. */
  remove(key: Uint8Array): boolean {
    const hash = this.#hashOf(key);
    return this.#access.change(() => {
      const live = this.#findLive(hash, key) !== -1;
      this.#table.remove(hash, key);
      return live;
    });
  }

  /** Removes all. */
  clear(): void {
    this.#access.change(() => {
      for (let bucket = 0; bucket < this.#shape.buckets; bucket++) {
        for (const index of this.#table.indexesIn(bucket)) {
          this.#table.removeAt(index);
        }
      }
    });
  }

  /** Goes through them, a bucket at a time. */
  *all(): Generator<Entry, void> {
    for (let bucket = 0; bucket < this.#shape.buckets; bucket++) {
      yield* this.#access.read(bucket, () => {
        const now = Date.now();
        return this.#table.indexesIn(bucket)
          .filter((index) => this.#table.expiry(index) > now)
          .map((index) => this.#table.entry(index));
      });
    }
  }

  /** How much of the budget is used. */
  usage(): SharedMapUsage {
    this.#object.requireOpen("look at");
    const { chunks } = this.#shape;
    const bound = (count: number) => Math.min(Math.max(0, count), chunks);
    return {
      entries: bound(this.#table.count),
      usedBytes: (chunks - bound(this.#table.free)) * CHUNK,
      budget: chunks * CHUNK,
    };
  }

  #findLive(hash: number, key: Uint8Array): number {
    const index = this.#table.find(hash, key);
    return index === -1 || this.#table.expiry(index) > Date.now() ? index : -1;
  }

  #makeRoom(needed: number): void {
    for (const index of this.#table.expired(Date.now())) {
      this.#table.removeAt(index);
    }
    while (this.#table.free < needed) {
      const index = this.#evicts ? this.#table.uses.leastUsed() : -1;
      if (index === -1) this.#throwFull(needed);
      this.#table.removeAt(index);
    }
  }

  #throwFull(needed: number): never {
    throw systemError(
      "set",
      errnoNumber("ENOSPC"),
      `set in ${this.#object.what}`,
      `it has ${this.#table.free * CHUNK} bytes left of ${
        this.#shape.chunks * CHUNK
      }, and ${
        needed * CHUNK
      } are needed: delete entries, give them ttlMs, or create it with a larger budget or eviction "lru"`,
    );
  }

  #hashOf(key: Uint8Array): number {
    return hashOf(key, this.#seed);
  }
}

import { errnoNumber } from "../../ffi/errors/errno.ts";
import { systemError } from "../../ffi/errors/system_error.ts";
import { describe } from "../../memory/checks/integers.ts";
import { type OptionNames, readOptions } from "../../memory/checks/options.ts";
import {
  checkTimeout,
  type WaitOptions,
} from "../../memory/waiting/wait_options.ts";
import { Mutex } from "../../sync/locks/mutex/mutex.ts";
import { objectMutex } from "../object/object_mutex.ts";
import type { Place } from "../object/place.ts";
import { StoreObject, type StoreOptions } from "../object/store_object.ts";
import { waitForObject } from "../object/wait_for.ts";
import {
  CHUNK,
  chunksOf,
  isSound,
  KEY_MUTEX_COUNT,
  KEY_MUTEXES,
  KIND,
  LONGEST_KEY,
  LRU,
  type MapShape,
  mapShape,
  MUTEX,
  POLICY,
  SEED,
  TEXT_KEY,
} from "./map_layout.ts";
import { type Entry, Inconsistent, MapTable, nowTicks } from "./map_table.ts";

/** Options of {@linkcode SharedMap.create}. */
export interface SharedMapOptions extends StoreOptions {
  /**
   * Bytes for all entries together, from 4096 to 32 GiB; it is never exceeded. An
   * entry takes 48 bytes, its key and its value, in pieces of 128 bytes.
   */
  readonly budget: number;
  /**
   * What happens when there is no room: `"none"`, an error (ENOSPC); `"lru"`,
   * entries that were not used for longest go. Default: `"none"`.
   */
  readonly eviction?: "none" | "lru";
}

/** How {@linkcode SharedMap.set} sets. */
export interface SetOptions {
  /** How long the entry lives, in milliseconds. Default: indefinitely. */
  readonly ttlMs?: number;
}

/** What a map holds. */
export interface SharedMapUsage {
  /** Entries, those that expired and were not removed yet included. */
  readonly entries: number;
  /** Bytes that they take. */
  readonly usedBytes: number;
  /** Bytes that they may take. */
  readonly budget: number;
}

/** A key: text, or bytes. Text is the same as its UTF-8. */
export type Key = string | Uint8Array;

const NOUN = "map";
const CREATE_NAMES: OptionNames<SharedMapOptions> = {
  budget: true,
  eviction: true,
  mode: true,
  ifExists: true,
  ifStale: true,
};
/** How long a change waits for a process that was stopped in the middle of one. */
const PATIENCE_MS = 10_000;
/** How often a reader looks before it takes the lock. */
const TRIES = 50;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Keys and values in a fixed budget of memory, between any number of processes:
 * sessions, a cache, what was looked up. Linux.
 *
 * Reading takes no lock. A change is whole or did not happen, whatever moment its
 * process is killed at. Values are bytes; a copy goes in and out.
 *
 * @example A cache
 * ```ts
 * import { SharedMap } from "@shmem/shmem/store";
 *
 * const name = `/cache-${crypto.randomUUID()}`;
 * using cache = SharedMap.create(name, { budget: 2 ** 20, eviction: "lru" });
 * cache.set("user:7", new TextEncoder().encode("Zoë"), { ttlMs: 60_000 });
 *
 * using other = SharedMap.open(name); // another process
 * console.log(new TextDecoder().decode(other.get("user:7"))); // Zoë
 * console.log(other.get("user:8"), other.size); // undefined 1
 * cache.unlink();
 * ```
 */
export class SharedMap implements Disposable {
  readonly #object: StoreObject<"read-write">;
  readonly #shape: MapShape;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #table: MapTable;
  readonly #mutex: Mutex;
  readonly #keyMutexes: (Mutex | undefined)[] = [];
  readonly #seed: number;
  readonly #evicts: boolean;

  private constructor(object: StoreObject<"read-write">, shape: MapShape) {
    const { bytes } = object.mapping;
    this.#object = object;
    this.#shape = shape;
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, MUTEX / 4);
    this.#table = new MapTable(bytes, shape);
    this.#mutex = objectMutex(object, MUTEX);
    this.#seed = this.#words[SEED]!;
    this.#evicts = this.#words[POLICY] === LRU;
  }

  /**
   * Creates a map, empty.
   *
   * @param place A name, or `{ path }`.
   * @param options The budget, and so on.
   * @returns The handle.
   * @throws {Deno.errors.AlreadyExists} When there is one (EEXIST).
   * @throws {RangeError} With `ifExists: "open"`, when the one that is there has
   * another budget.
   */
  static create(place: Place, options: SharedMapOptions): SharedMap {
    const operation = `create ${NOUN}`;
    const read = readOptions(options, CREATE_NAMES, operation);
    const { budget, eviction = "none" } = read;
    if (!(Number.isInteger(budget) && budget >= 4096 && budget <= 2 ** 35)) {
      throw new RangeError(
        `Cannot ${operation}: the budget must be an integer from 4096 to 2^35: received ${
          describe(budget)
        }`,
      );
    }
    if (eviction !== "none" && eviction !== "lru") {
      throw new TypeError(
        `Cannot ${operation}: eviction must be "none" or "lru": received ${
          describe(eviction)
        }`,
      );
    }
    const chunks = Math.trunc(budget / CHUNK);
    const buckets = 2 ** Math.ceil(Math.log2(chunks));
    const shape = mapShape(chunks, buckets);
    const object = StoreObject.create(NOUN, place, {
      ...(read.mode === undefined ? {} : { mode: read.mode }),
      ...(read.ifExists === undefined ? {} : { ifExists: read.ifExists }),
      ...(read.ifStale === undefined ? {} : { ifStale: read.ifStale }),
      header: { kind: KIND, size: shape.size, hash: 0n, a: chunks, b: buckets },
      fill: (bytes) => {
        const words = new Int32Array(bytes.buffer, bytes.byteOffset, MUTEX / 4);
        words[POLICY] = eviction === "lru" ? LRU : 0;
        // Nobody outside can choose keys that all fall into one bucket.
        words[SEED] = crypto.getRandomValues(new Int32Array(1))[0] ?? 0;
        for (let i = 0; i <= KEY_MUTEX_COUNT; i++) {
          Mutex.create(bytes, MUTEX + 64 * i);
        }
        new MapTable(bytes, shape).rebuild();
      },
    });
    return SharedMap.#over(object, (map) => {
      const same = map.#shape.chunks === chunks &&
        (read.eviction === undefined || map.#evicts === (eviction === "lru"));
      if (same) return;
      throw new RangeError(
        `Cannot open ${object.what}: it has a budget of ${
          map.#shape.chunks * CHUNK
        } bytes and eviction "${
          map.#evicts ? "lru" : "none"
        }", and ${budget} and "${eviction}" were asked for`,
      );
    });
  }

  /**
   * Opens a map.
   *
   * @param place A name, or `{ path }`.
   * @returns The handle.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   * @throws {Deno.errors.InvalidData} When it is something else, or damaged.
   */
  static open(place: Place): SharedMap {
    const object = StoreObject.open(NOUN, place, "read-write");
    return SharedMap.#over(object, () => {});
  }

  /**
   * Opens a map as soon as it is there.
   *
   * @param place A name, or `{ path }`.
   * @param options How long to wait, and a signal.
   * @returns The handle. Rejects with `Deno.errors.TimedOut` when the time is
   * over, and with the signal's reason.
   */
  static async waitFor(
    place: Place,
    options?: WaitOptions,
  ): Promise<SharedMap> {
    return await waitForObject(
      NOUN,
      place,
      () => SharedMap.open(place),
      options,
    );
  }

  static #over(
    object: StoreObject<"read-write">,
    check: (map: SharedMap) => void,
  ): SharedMap {
    using undo = new DisposableStack();
    undo.defer(() => {
      if (object.created) object.unlink();
      object.close();
    });
    const { a: chunks, b: buckets } = object.header(KIND);
    const shape = mapShape(chunks, buckets);
    if (!isSound(chunks, buckets) || shape.size !== object.size) {
      throw new Deno.errors.InvalidData(
        `Cannot open ${object.what}: its header is damaged: ${chunks} chunks and ${buckets} buckets do not make ${object.size} bytes`,
      );
    }
    const map = new SharedMap(object, shape);
    check(map);
    undo.move();
    return map;
  }

  /** Its name with a slash, or its path. */
  get name(): string {
    return this.#object.name;
  }

  /** Whether this handle created it. */
  get created(): boolean {
    return this.#object.created;
  }

  /** How many entries there are, expired ones that were not removed included. */
  get size(): number {
    return this.usage().entries;
  }

  /**
   * Reads a value.
   *
   * @param key Its key.
   * @returns A copy, or `undefined` without such an entry.
   * @throws {Deno.errors.InvalidData} When a process overwrote the map.
   */
  get(key: Key): Uint8Array<ArrayBuffer> | undefined {
    const bytes = this.#key(key, "get");
    return this.#read(this.#hash(bytes), (hash) => {
      const index = this.#findLive(hash, bytes);
      if (index === -1) return undefined;
      const value = this.#table.value(index);
      if (this.#evicts) this.#table.touch(index, nowTicks());
      return value;
    });
  }

  /**
   * Returns whether there is an entry.
   *
   * @param key Its key.
   */
  has(key: Key): boolean {
    const bytes = this.#key(key, "look into");
    return this.#read(
      this.#hash(bytes),
      (hash) => this.#findLive(hash, bytes) !== -1,
    );
  }

  /**
   * Sets a value.
   *
   * @param key Its key: up to 1024 bytes, text as UTF-8.
   * @param value Its bytes, up to a quarter of the budget; copied.
   * @param options How long it lives.
   * @throws {RangeError} When key or value are too long.
   * @throws {SystemError} When there is no room, and nothing is evicted (ENOSPC).
   * @throws {Deno.errors.TimedOut} When a process was stopped in the middle of a
   * change, and did not go on within 10 seconds.
   */
  set(key: Key, value: Uint8Array, options?: SetOptions): void {
    const entry = this.#entry(key, value, options);
    const hash = this.#hash(entry.key);
    using _key = this.#lockKey(hash);
    this.#put(hash, entry);
  }

  /**
   * Removes an entry.
   *
   * @param key Its key.
   * @returns Whether there was one that had not expired.
   */
  delete(key: Key): boolean {
    const bytes = this.#key(key, "delete from");
    const hash = this.#hash(bytes);
    using _key = this.#lockKey(hash);
    return this.#change(() => {
      const live = this.#findLive(hash, bytes) !== -1;
      this.#table.remove(hash, bytes);
      return live;
    });
  }

  /**
   * Computes a new value from the old one, while nobody else changes it.
   *
   * The function is called once; what it throws leaves the entry as it was. It
   * must not change entries of the same map, and not wait: all keys that share its
   * lock wait for it. Readers do not.
   *
   * @param key The key.
   * @param change Takes the old value, `undefined` without one, and returns the
   * new one, or `undefined` to remove the entry.
   * @param options How long the new value lives, and how long to wait for another
   * process that changes it.
   * @returns What the function returned.
   */
  update(
    key: Key,
    change: (
      old: Uint8Array<ArrayBuffer> | undefined,
    ) => Uint8Array | undefined,
    options?: SetOptions & { readonly timeoutMs?: number },
  ): Uint8Array | undefined {
    const operation = `update ${this.#object.what}`;
    const { ttlMs, timeoutMs } = readOptions(
      options,
      { ttlMs: true, timeoutMs: true },
      operation,
    );
    if (typeof change !== "function") {
      throw new TypeError(
        `Cannot ${operation}: it takes a function: received ${
          describe(change)
        }`,
      );
    }
    const bytes = this.#key(key, "update");
    const hash = this.#hash(bytes);
    using _key = this.#lockKey(
      hash,
      timeoutMs === undefined ? PATIENCE_MS : checkTimeout(timeoutMs),
    );
    const value = change(this.get(key));
    if (value === undefined) {
      this.#change(() => this.#table.remove(hash, bytes));
    } else {
      this.#put(
        hash,
        this.#entry(key, value, ttlMs === undefined ? {} : { ttlMs }),
      );
    }
    return value;
  }

  /**
   * Sets a value if the one that is there is what is expected.
   *
   * @param key The key.
   * @param expected The value that must be there; null: none.
   * @param replacement The new value; null: remove the entry.
   * @param options How long the new value lives.
   * @returns Whether it was.
   */
  compareAndSet(
    key: Key,
    expected: Uint8Array | null,
    replacement: Uint8Array | null,
    options?: SetOptions,
  ): boolean {
    const bytes = this.#key(key, "change");
    const entry = replacement === null
      ? undefined
      : this.#entry(key, replacement, options);
    const wanted = expected === null
      ? null
      : this.#checkValue(expected).slice();
    const hash = this.#hash(bytes);
    using _key = this.#lockKey(hash);
    const old = this.get(key);
    const same = old === undefined || wanted === null
      ? old === undefined && wanted === null
      : old.byteLength === wanted.byteLength &&
        old.every((byte, i) => byte === wanted[i]);
    if (!same) return false;
    if (entry === undefined) {
      this.#change(() => this.#table.remove(hash, bytes));
    } else {
      this.#put(hash, entry);
    }
    return true;
  }

  /**
   * Goes through the entries. What changes meanwhile may be there or not; no
   * entry comes in part, and none twice that stays.
   */
  *entries(): Generator<[Key, Uint8Array<ArrayBuffer>], void> {
    for (let bucket = 0; bucket < this.#shape.buckets; bucket++) {
      const found = this.#readBucket(bucket, () => {
        const now = Date.now();
        return this.#table.indexesIn(bucket)
          .filter((index) => this.#table.expiry(index) > now)
          .map((index) => this.#table.entry(index));
      });
      for (const { key, value, flags } of found) {
        yield [
          flags & TEXT_KEY ? decoder.decode(key) : key,
          new Uint8Array(value),
        ];
      }
    }
  }

  /** Goes through the keys, as they were set: text as text, bytes as bytes. */
  *keys(): Generator<Key, void> {
    for (const [key] of this.entries()) yield key;
  }

  /** The same as {@linkcode SharedMap.entries}, for `for of`. */
  [Symbol.iterator](): Generator<[Key, Uint8Array<ArrayBuffer>], void> {
    return this.entries();
  }

  /** Removes all entries. */
  clear(): void {
    this.#change(() => {
      for (let bucket = 0; bucket < this.#shape.buckets; bucket++) {
        for (const index of this.#table.indexesIn(bucket)) {
          this.#table.removeAt(index);
        }
      }
    });
  }

  /** Tells how much of the budget is used. */
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

  /** Removes the name or file; processes that have it open go on with it. */
  unlink(): void {
    this.#object.unlink();
  }

  /** Closes this handle. Harmless when that was done before. */
  close(): void {
    this.#object.close();
  }

  /** The same as {@linkcode SharedMap.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #findLive(hash: number, key: Uint8Array): number {
    const index = this.#table.find(hash, key);
    return index === -1 || this.#table.expiry(index) > Date.now() ? index : -1;
  }

  #read<Result>(hash: number, read: (hash: number) => Result): Result {
    return this.#readBucket(this.#table.bucketOf(hash), () => read(hash));
  }

  /** Reads without a lock; with one when changes do not leave it in peace. */
  #readBucket<Result>(bucket: number, read: () => Result): Result {
    this.#object.requireOpen("read");
    for (let tries = TRIES; tries > 0; tries--) {
      const version = this.#table.version(bucket);
      if ((version & 1) !== 0) continue;
      try {
        const result = read();
        if (this.#table.isStill(bucket, version)) return result;
      } catch (error) {
        // What was being changed may lead anywhere.
        if (!(error instanceof Inconsistent)) throw error;
      }
    }
    return this.#change(read);
  }

  /** Puts an entry, making room for it, with the lock of its key held. */
  #put(hash: number, entry: Entry): void {
    const needed = chunksOf(entry.key.byteLength + entry.value.byteLength);
    this.#change(() => {
      if (this.#table.free < needed) this.#makeRoom(needed);
      this.#table.put(hash, entry, nowTicks());
    });
  }

  #makeRoom(needed: number): void {
    for (const index of this.#table.expired(Date.now())) {
      this.#table.removeAt(index);
    }
    while (this.#table.free < needed) {
      const index = this.#evicts ? this.#table.leastUsed() : -1;
      if (index === -1) {
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
      this.#table.removeAt(index);
    }
  }

  /** Does something while nobody else changes the map. */
  #change<Result>(change: () => Result): Result {
    this.#object.requireOpen("change");
    using guard = this.#mutex.tryLock() ??
      this.#mutex.lock({ timeoutMs: PATIENCE_MS });
    if (guard.ownerDied) this.#table.rebuild();
    try {
      return change();
    } catch (error) {
      if (!(error instanceof Inconsistent)) throw error;
    }
    try {
      this.#table.rebuild();
      return change();
    } catch (error) {
      if (!(error instanceof Inconsistent)) throw error;
      throw new Deno.errors.InvalidData(
        `Cannot use ${this.#object.what}: another program overwrites it; remove it`,
      );
    }
  }

  #lockKey(hash: number, timeoutMs = PATIENCE_MS): Disposable {
    this.#object.requireOpen("change");
    // Other bits than those of the bucket.
    const which = (hash >>> 24) % KEY_MUTEX_COUNT;
    const mutex = this.#keyMutexes[which] ??= objectMutex(
      this.#object,
      KEY_MUTEXES + 64 * which,
    );
    return mutex.tryLock() ?? mutex.lock({ timeoutMs });
  }

  #entry(key: Key, value: Uint8Array, options?: SetOptions): Entry {
    const operation = `set in ${this.#object.what}`;
    const { ttlMs } = readOptions(options, { ttlMs: true }, operation);
    if (
      ttlMs !== undefined &&
      !(typeof ttlMs === "number" && ttlMs >= 0 && ttlMs <= 1e12)
    ) {
      throw new RangeError(
        `Cannot ${operation}: ttlMs must be milliseconds, 0 or more: received ${
          describe(ttlMs)
        }`,
      );
    }
    return {
      key: this.#key(key, "set in"),
      value: this.#checkValue(value),
      flags: typeof key === "string" ? TEXT_KEY : 0,
      expires: ttlMs === undefined ? 0 : Date.now() + ttlMs,
    };
  }

  #checkValue(value: Uint8Array): Uint8Array {
    if (!(value instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot use the value in ${this.#object.what}: it must be a Uint8Array: received ${
          describe(value)
        }`,
      );
    }
    const most = this.#shape.chunks * CHUNK / 4;
    if (value.byteLength > most) {
      throw new RangeError(
        `Cannot use the value in ${this.#object.what}: it may have ${most} bytes, a quarter of the budget: received ${value.byteLength}`,
      );
    }
    return value;
  }

  #key(key: Key, operation: string): Uint8Array {
    if (typeof key !== "string" && !(key instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot ${operation} ${this.#object.what}: a key must be text or a Uint8Array: received ${
          describe(key)
        }`,
      );
    }
    const bytes = typeof key === "string" ? encoder.encode(key) : key.slice();
    if (bytes.byteLength > LONGEST_KEY) {
      throw new RangeError(
        `Cannot ${operation} ${this.#object.what}: a key may have ${LONGEST_KEY} bytes: received ${bytes.byteLength}`,
      );
    }
    if (typeof key === "string" && !key.isWellFormed()) {
      throw new RangeError(
        `Cannot ${operation} ${this.#object.what}: a key must not have lone surrogates`,
      );
    }
    return bytes;
  }

  /** FNV-1a, 32 bits, with a seed and a last mix for its low bits. */
  #hash(key: Uint8Array): number {
    let hash = this.#seed ^ 0x811c_9dc5;
    for (let i = 0; i < key.byteLength; i++) {
      hash = Math.imul(hash ^ key[i]!, 0x0100_0193);
    }
    hash = Math.imul(hash ^ hash >>> 16, 0x85eb_ca6b);
    return hash ^ hash >>> 13;
  }
}

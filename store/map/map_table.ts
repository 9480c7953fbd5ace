import { Inconsistent } from "../object/repair.ts";
import { type Entry, MapChunks } from "./map_chunks.ts";
import {
  BUCKETS,
  CHAIN,
  chunksOf,
  ENTRY_COUNT,
  FLAGS,
  FREE_CHUNKS,
  FREE_COUNT,
  HASH,
  type MapShape,
  NEWEST,
  NEXT,
  OLDEST,
} from "./map_layout.ts";
import { nowTicks, UseOrder } from "./use_order.ts";

/** A word of this thread alone, to order loads with. */
const order = new Int32Array(1);

/**
 * Buckets and the entries chained in them. A chain without an end is
 * {@linkcode Inconsistent}, as is what `MapChunks` refuses, and `rebuild` repairs
 * it. Changes take the mutex.
 */
export class MapTable {
  /** When entries were used. */
  readonly uses: UseOrder;
  readonly #chunks: MapChunks;
  readonly #words: Int32Array<ArrayBuffer>;

  /** Looks at a map. */
  constructor(bytes: Uint8Array<ArrayBuffer>, shape: MapShape) {
    this.#chunks = new MapChunks(bytes, shape);
    this.#words = this.#chunks.words;
    this.uses = new UseOrder(this.#chunks);
  }

  /** The bucket of a hash. */
  bucketOf(hash: number): number {
    return hash & (this.#chunks.shape.buckets - 1);
  }

  /** The version of a bucket, to be compared after what was read. */
  version(bucket: number): number {
    return Atomics.load(this.#words, this.#bucketAt(bucket));
  }

  /** Whether all that was read of a bucket since then was whole. */
  isStill(bucket: number, version: number): boolean {
    // The loads before must be over: only this store, then that load, makes sure.
    Atomics.store(order, 0, 0);
    return this.version(bucket) === version;
  }

  /**
   * Finds an entry.
   *
   * @returns Its index, or -1. Without the mutex it may be wrong, until the
   * version was compared.
   */
  find(hash: number, key: Uint8Array): number {
    const words = this.#words;
    let index = words[this.#bucketAt(this.bucketOf(hash)) + 1]! - 1;
    for (let steps = this.#chunks.shape.chunks; index !== -1; steps--) {
      if (steps === 0) throw new Inconsistent();
      const slot = this.#chunks.at(index);
      if (words[slot + HASH] === hash && this.#chunks.hasKey(slot, key)) {
        return index;
      }
      index = words[slot + CHAIN]! - 1;
    }
    return -1;
  }

  /** When an entry expires; `Infinity` for never. */
  expiry(index: number): number {
    return this.#chunks.expiryAt(this.#chunks.at(index));
  }

  /** Copies the value of an entry. */
  value(index: number): Uint8Array<ArrayBuffer> {
    return this.#chunks.valueAt(this.#chunks.at(index));
  }

  /** Copies an entry. */
  entry(index: number): Entry {
    const slot = this.#chunks.at(index);
    const expires = this.#chunks.expiryAt(slot);
    return {
      key: this.#chunks.keyAt(slot),
      value: this.#chunks.valueAt(slot),
      flags: this.#words[slot + FLAGS]!,
      expires: expires === Infinity ? 0 : expires,
    };
  }

  /** The entries of a bucket. */
  indexesIn(bucket: number): number[] {
    const indexes: number[] = [];
    let index = this.#words[this.#bucketAt(bucket) + 1]! - 1;
    while (index !== -1) {
      if (indexes.length > this.#chunks.shape.chunks) throw new Inconsistent();
      indexes.push(index);
      index = this.#words[this.#chunks.at(index) + CHAIN]! - 1;
    }
    return indexes;
  }

  /** How many chunks are free. */
  get free(): number {
    return this.#chunks.free;
  }

  /** How many entries there are. */
  get count(): number {
    return this.#words[ENTRY_COUNT]!;
  }

  /**
   * Puts an entry in place of the one with its key, or adds it; there must be
   * enough free chunks.
   */
  put(hash: number, entry: Entry, ticks: number): void {
    const words = this.#words;
    const made = this.#chunks.write(hash, entry);
    this.uses.touch(made, ticks);
    const bucket = this.bucketOf(hash);
    const { link, old } = this.#linkTo(hash, entry.key);
    const slot = this.#chunks.at(made);
    words[slot + CHAIN] = old === -1
      ? words[this.#bucketAt(bucket) + 1]!
      : words[this.#chunks.at(old) + CHAIN]!;
    const at = old === -1 ? this.#bucketAt(bucket) + 1 : link;
    this.#change(bucket, at, made + 1);
    this.uses.enter(made);
    words[ENTRY_COUNT]!++;
    if (old !== -1) this.#release(old);
  }

  /** Removes an entry; whether there was one. */
  remove(hash: number, key: Uint8Array): boolean {
    const { link, old } = this.#linkTo(hash, key);
    if (old === -1) return false;
    const next = this.#words[this.#chunks.at(old) + CHAIN]!;
    this.#change(this.bucketOf(hash), link, next);
    this.#release(old);
    return true;
  }

  /** Removes an entry by its index. */
  removeAt(index: number): void {
    const slot = this.#chunks.at(index);
    const key = this.#chunks.keyAt(slot);
    if (!this.remove(this.#words[slot + HASH]!, key)) throw new Inconsistent();
  }

  /** Indexes of entries that have expired. */
  expired(now: number): number[] {
    const found: number[] = [];
    for (let bucket = 0; bucket < this.#chunks.shape.buckets; bucket++) {
      for (const index of this.indexesIn(bucket)) {
        if (this.expiry(index) <= now) found.push(index);
      }
    }
    return found;
  }

  /** Rebuilds free chunks, order and numbers from the chains. */
  rebuild(): void {
    const words = this.#words;
    const { chunks, buckets } = this.#chunks.shape;
    const used = new Uint8Array(chunks);
    const entries: number[] = [];
    for (let bucket = 0; bucket < buckets; bucket++) {
      this.#takeSoundChain(bucket, used, entries);
    }
    words[FREE_CHUNKS] = 0;
    words[FREE_COUNT] = 0;
    for (let index = chunks - 1; index >= 0; index--) {
      if (used[index] === 0) this.#chunks.release(index);
    }
    words[NEWEST] = 0;
    words[OLDEST] = 0;
    words[ENTRY_COUNT] = entries.length;
    const now = nowTicks();
    const age = (index: number) => now - this.uses.usedAt(index) >>> 0;
    entries.sort((a, b) => age(b) - age(a));
    for (const index of entries) this.uses.enter(index);
  }

  /** Adds the entries of a bucket that are whole, and cuts off the others. */
  #takeSoundChain(bucket: number, used: Uint8Array, entries: number[]): void {
    const words = this.#words;
    const at = this.#bucketAt(bucket);
    let link = at + 1;
    for (;;) {
      const index = words[link]! - 1;
      if (index === -1) break;
      if (!this.#claimChunks(index, used)) {
        words[link] = 0;
        break;
      }
      entries.push(index);
      link = this.#chunks.at(index) + CHAIN;
    }
    const version = words[at]!;
    Atomics.store(words, at, version + (version & 1) + 2);
  }

  /** Marks the chunks of an entry; false when they are none. */
  #claimChunks(index: number, used: Uint8Array): boolean {
    const own: number[] = [];
    try {
      const { keyLength, valueLength } = this.#chunks.lengths(
        this.#chunks.at(index),
      );
      let chunk = index;
      for (let left = chunksOf(keyLength + valueLength); left > 0; left--) {
        const at = this.#chunks.at(chunk);
        if (used[chunk] !== 0) throw new Inconsistent();
        used[chunk] = 1;
        own.push(chunk);
        chunk = this.#words[at + NEXT]! - 1;
      }
      return true;
    } catch (error) {
      if (!(error instanceof Inconsistent)) throw error;
      for (const chunk of own) used[chunk] = 0;
      return false;
    }
  }

  /** Changes one link, in the sight of readers. */
  #change(bucket: number, link: number, value: number): void {
    const words = this.#words;
    const at = this.#bucketAt(bucket);
    const version = words[at]!;
    Atomics.store(words, at, (version | 1) + (version & 1 ? 2 : 0));
    // Nothing that follows may be visible before that.
    Atomics.load(words, at);
    Atomics.store(words, link, value);
    Atomics.store(words, at, (version | 1) + (version & 1 ? 3 : 1));
  }

  /** Where the link to the entry with a key lies, and the entry. */
  #linkTo(hash: number, key: Uint8Array): { link: number; old: number } {
    const words = this.#words;
    let link = this.#bucketAt(this.bucketOf(hash)) + 1;
    for (let steps = this.#chunks.shape.chunks; steps >= 0; steps--) {
      const index = words[link]! - 1;
      if (index === -1) return { link, old: -1 };
      const slot = this.#chunks.at(index);
      if (words[slot + HASH] === hash && this.#chunks.hasKey(slot, key)) {
        return { link, old: index };
      }
      link = slot + CHAIN;
    }
    throw new Inconsistent();
  }

  /** Frees an entry that is in no chain. */
  #release(index: number): void {
    const words = this.#words;
    const { keyLength, valueLength } = this.#chunks.lengths(
      this.#chunks.at(index),
    );
    this.uses.leave(index);
    words[ENTRY_COUNT]!--;
    let chunk = index;
    for (let left = chunksOf(keyLength + valueLength); left > 0; left--) {
      const next = words[this.#chunks.at(chunk) + NEXT]! - 1;
      this.#chunks.release(chunk);
      chunk = next;
    }
  }

  #bucketAt(bucket: number): number {
    return BUCKETS / 4 + 2 * bucket;
  }
}

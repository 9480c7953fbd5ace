import {
  BUCKETS,
  CHAIN,
  CHUNK,
  chunksOf,
  EARLIER,
  ENTRY_COUNT,
  EXPIRES,
  FIRST_ROOM,
  FIRST_START,
  FLAGS,
  FREE_CHUNKS,
  FREE_COUNT,
  HASH,
  KEY_LENGTH,
  LATER,
  type MapShape,
  NEWEST,
  NEXT,
  NEXT_ROOM,
  NEXT_START,
  OLDEST,
  PLACED,
  VALUE_LENGTH,
} from "./map_layout.ts";

/** Chains or lists that lead nowhere: someone died, or overwrote them. */
export class Inconsistent extends Error {
  override name = "Inconsistent";
}

/** An entry that is being read or made. */
export interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly flags: number;
  /** Milliseconds since 1970; 0 for never. */
  readonly expires: number;
}

/** A word of this thread alone, to order loads with. */
const order = new Int32Array(1);

/**
 * Buckets, entries and chunks. Nothing that it reads from memory is believed
 * unchecked: an index outside, or a chain without an end, is
 * {@linkcode Inconsistent}, and `rebuild` mends it. Changes take the mutex.
 */
export class MapTable {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #times: DataView;
  readonly #shape: MapShape;

  /** Looks at a map. */
  constructor(bytes: Uint8Array<ArrayBuffer>, shape: MapShape) {
    this.#bytes = bytes;
    this.#shape = shape;
    this.#words = new Int32Array(
      bytes.buffer,
      bytes.byteOffset,
      shape.size / 4,
    );
    this.#times = new DataView(bytes.buffer, bytes.byteOffset, shape.size);
  }

  /** The bucket of a hash. */
  bucketOf(hash: number): number {
    return hash & (this.#shape.buckets - 1);
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
    for (let steps = this.#shape.chunks; index !== -1; steps--) {
      if (steps === 0) throw new Inconsistent();
      const slot = this.#slotAt(index);
      if (words[slot + HASH] === hash && this.#hasKey(slot, key)) return index;
      index = words[slot + CHAIN]! - 1;
    }
    return -1;
  }

  /** When an entry expires. */
  expiry(index: number): number {
    const expires = this.#times.getFloat64(
      this.#slotAt(index) * 4 + EXPIRES,
      true,
    );
    return expires > 0 ? expires : Infinity;
  }

  /** Copies the value of an entry. */
  value(index: number): Uint8Array<ArrayBuffer> {
    const slot = this.#slotAt(index);
    const { keyLength, valueLength } = this.#lengths(slot);
    const value = new Uint8Array(valueLength);
    this.#copyOut(slot, keyLength, value);
    return value;
  }

  /** Copies an entry. */
  entry(index: number): Entry {
    const slot = this.#slotAt(index);
    const { keyLength } = this.#lengths(slot);
    const key = new Uint8Array(keyLength);
    this.#copyOut(slot, 0, key);
    const expires = this.expiry(index);
    return {
      key,
      value: this.value(index),
      flags: this.#words[slot + FLAGS]!,
      expires: expires === Infinity ? 0 : expires,
    };
  }

  /**
   * Says that an entry is used. Without the mutex it may be another one by now,
   * so this is kept where nothing else is.
   */
  touch(index: number, ticks: number): void {
    this.#words[this.#useOf(index)] = ticks;
  }

  /** The entries of a bucket. */
  indexesIn(bucket: number): number[] {
    const indexes: number[] = [];
    let index = this.#words[this.#bucketAt(bucket) + 1]! - 1;
    while (index !== -1) {
      if (indexes.length > this.#shape.chunks) throw new Inconsistent();
      indexes.push(index);
      index = this.#words[this.#slotAt(index) + CHAIN]! - 1;
    }
    return indexes;
  }

  /** How many chunks are free. */
  get free(): number {
    return this.#words[FREE_COUNT]!;
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
    const made = this.#make(hash, entry, ticks);
    const bucket = this.bucketOf(hash);
    const { link, old } = this.#linkTo(hash, entry.key);
    const slot = this.#slotAt(made);
    words[slot + CHAIN] = old === -1
      ? words[this.#bucketAt(bucket) + 1]!
      : words[this.#slotAt(old) + CHAIN]!;
    const at = old === -1 ? this.#bucketAt(bucket) + 1 : link;
    this.#change(bucket, at, made + 1);
    this.#enterOrder(made);
    words[ENTRY_COUNT]!++;
    if (old !== -1) this.#release(old);
  }

  /** Removes an entry; whether there was one. */
  remove(hash: number, key: Uint8Array): boolean {
    const { link, old } = this.#linkTo(hash, key);
    if (old === -1) return false;
    const next = this.#words[this.#slotAt(old) + CHAIN]!;
    this.#change(this.bucketOf(hash), link, next);
    this.#release(old);
    return true;
  }

  /** Removes an entry by its index. */
  removeAt(index: number): void {
    const slot = this.#slotAt(index);
    const { keyLength } = this.#lengths(slot);
    const key = new Uint8Array(keyLength);
    this.#copyOut(slot, 0, key);
    if (!this.remove(this.#words[slot + HASH]!, key)) throw new Inconsistent();
  }

  /**
   * Finds the entry that was not used for longest: of those in order, the first
   * that was not used since it got its place there.
   *
   * @returns Its index, or -1 without any.
   */
  leastUsed(): number {
    const words = this.#words;
    for (let steps = 0; steps <= this.count; steps++) {
      const index = words[OLDEST]! - 1;
      if (index === -1) return -1;
      const slot = this.#slotAt(index);
      // Ticks come around: which of two is later is told by their difference.
      const used = words[this.#useOf(index)]!;
      if ((used - words[slot + PLACED]! | 0) <= 0) return index;
      this.#leaveOrder(index);
      this.#enterOrder(index);
    }
    return words[OLDEST]! - 1;
  }

  /** Indexes of entries that have expired. */
  expired(now: number): number[] {
    const found: number[] = [];
    for (let bucket = 0; bucket < this.#shape.buckets; bucket++) {
      for (const index of this.indexesIn(bucket)) {
        if (this.expiry(index) <= now) found.push(index);
      }
    }
    return found;
  }

  /** Rebuilds free chunks, order and numbers from the chains. */
  rebuild(): void {
    const words = this.#words;
    const used = new Uint8Array(this.#shape.chunks);
    const entries: { index: number; used: number }[] = [];
    for (let bucket = 0; bucket < this.#shape.buckets; bucket++) {
      const at = this.#bucketAt(bucket);
      let link = at + 1;
      for (;;) {
        const index = words[link]! - 1;
        if (index === -1) break;
        if (!this.#claimChunks(index, used)) {
          words[link] = 0;
          break;
        }
        entries.push({ index, used: words[this.#useOf(index)]! });
        link = this.#slotAt(index) + CHAIN;
      }
      const version = words[at]!;
      Atomics.store(words, at, version + (version & 1) + 2);
    }
    words[FREE_CHUNKS] = 0;
    words[FREE_COUNT] = 0;
    for (let index = this.#shape.chunks - 1; index >= 0; index--) {
      if (used[index] === 0) this.#freeChunk(index);
    }
    words[NEWEST] = 0;
    words[OLDEST] = 0;
    words[ENTRY_COUNT] = entries.length;
    const now = nowTicks();
    entries.sort((a, b) => (now - b.used >>> 0) - (now - a.used >>> 0));
    for (const { index } of entries) this.#enterOrder(index);
  }

  /** Marks the chunks of an entry; false when they are none. */
  #claimChunks(index: number, used: Uint8Array): boolean {
    const words = this.#words;
    const own: number[] = [];
    try {
      const slot = this.#slotAt(index);
      const { keyLength, valueLength } = this.#lengths(slot);
      let chunk = index;
      for (let left = chunksOf(keyLength + valueLength); left > 0; left--) {
        const at = this.#slotAt(chunk);
        if (used[chunk] !== 0) throw new Inconsistent();
        used[chunk] = 1;
        own.push(chunk);
        chunk = words[at + NEXT]! - 1;
      }
      return true;
    } catch (error) {
      if (!(error instanceof Inconsistent)) throw error;
      for (const chunk of own) used[chunk] = 0;
      return false;
    }
  }

  /** Creates an entry that nobody sees yet. */
  #make(hash: number, entry: Entry, ticks: number): number {
    const words = this.#words;
    const { key, value } = entry;
    const index = this.#takeChunk();
    const slot = this.#slotAt(index);
    words[slot + HASH] = hash;
    words[slot + KEY_LENGTH] = key.byteLength;
    words[slot + VALUE_LENGTH] = value.byteLength;
    words[slot + FLAGS] = entry.flags;
    words[this.#useOf(index)] = ticks;
    this.#times.setFloat64(slot * 4 + EXPIRES, entry.expires, true);
    let at = slot * 4 + FIRST_START;
    let room = FIRST_ROOM;
    let last = slot;
    for (const part of [key, value]) {
      let from = 0;
      while (from < part.byteLength) {
        if (room === 0) {
          const next = this.#takeChunk();
          words[last + NEXT] = next + 1;
          last = this.#slotAt(next);
          at = last * 4 + NEXT_START;
          room = NEXT_ROOM;
        }
        const length = Math.min(room, part.byteLength - from);
        this.#bytes.set(part.subarray(from, from + length), at);
        from += length;
        at += length;
        room -= length;
      }
    }
    words[last + NEXT] = 0;
    return index;
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
    for (let steps = this.#shape.chunks; steps >= 0; steps--) {
      const index = words[link]! - 1;
      if (index === -1) return { link, old: -1 };
      const slot = this.#slotAt(index);
      if (words[slot + HASH] === hash && this.#hasKey(slot, key)) {
        return { link, old: index };
      }
      link = slot + CHAIN;
    }
    throw new Inconsistent();
  }

  /** Frees an entry that is in no chain. */
  #release(index: number): void {
    const words = this.#words;
    const slot = this.#slotAt(index);
    const { keyLength, valueLength } = this.#lengths(slot);
    this.#leaveOrder(index);
    words[ENTRY_COUNT]!--;
    let chunk = index;
    for (let left = chunksOf(keyLength + valueLength); left > 0; left--) {
      const next = words[this.#slotAt(chunk) + NEXT]! - 1;
      this.#freeChunk(chunk);
      chunk = next;
    }
  }

  #takeChunk(): number {
    const words = this.#words;
    const index = words[FREE_CHUNKS]! - 1;
    const slot = this.#slotAt(index);
    words[FREE_CHUNKS] = words[slot + NEXT]!;
    words[FREE_COUNT]!--;
    return index;
  }

  #freeChunk(index: number): void {
    const words = this.#words;
    words[this.#slotAt(index) + NEXT] = words[FREE_CHUNKS]!;
    words[FREE_CHUNKS] = index + 1;
    words[FREE_COUNT]!++;
  }

  /** Makes an entry the newest. */
  #enterOrder(index: number): void {
    const words = this.#words;
    const slot = this.#slotAt(index);
    const newest = words[NEWEST]!;
    words[slot + LATER] = 0;
    words[slot + EARLIER] = newest;
    words[slot + PLACED] = words[this.#useOf(index)]!;
    if (newest === 0) words[OLDEST] = index + 1;
    else words[this.#slotAt(newest - 1) + LATER] = index + 1;
    words[NEWEST] = index + 1;
  }

  #leaveOrder(index: number): void {
    const words = this.#words;
    const slot = this.#slotAt(index);
    const later = words[slot + LATER]!;
    const earlier = words[slot + EARLIER]!;
    if (later === 0) words[NEWEST] = earlier;
    else words[this.#slotAt(later - 1) + EARLIER] = earlier;
    if (earlier === 0) words[OLDEST] = later;
    else words[this.#slotAt(earlier - 1) + LATER] = later;
  }

  #hasKey(slot: number, key: Uint8Array): boolean {
    if (this.#words[slot + KEY_LENGTH] !== key.byteLength) return false;
    const bytes = this.#bytes;
    if (key.byteLength <= FIRST_ROOM) {
      const start = slot * 4 + FIRST_START;
      for (let i = 0; i < key.byteLength; i++) {
        if (bytes[start + i] !== key[i]) return false;
      }
      return true;
    }
    const own = new Uint8Array(key.byteLength);
    this.#copyOut(slot, 0, own);
    return own.every((byte, i) => byte === key[i]);
  }

  /** Copies what lies behind the first `skip` bytes of key and value. */
  #copyOut(slot: number, skip: number, target: Uint8Array): void {
    if (target.byteLength === 0) return;
    const bytes = this.#bytes;
    let chunk = slot;
    let at = slot * 4 + FIRST_START;
    let room = FIRST_ROOM;
    let to = 0;
    let left = skip;
    for (;;) {
      const skipped = Math.min(left, room);
      left -= skipped;
      at += skipped;
      room -= skipped;
      const length = Math.min(room, target.byteLength - to);
      if (length > 0) target.set(bytes.subarray(at, at + length), to);
      to += length;
      if (to === target.byteLength) return;
      chunk = this.#slotAt(this.#words[chunk + NEXT]! - 1);
      at = chunk * 4 + NEXT_START;
      room = NEXT_ROOM;
    }
  }

  #lengths(slot: number): { keyLength: number; valueLength: number } {
    const keyLength = this.#words[slot + KEY_LENGTH]!;
    const valueLength = this.#words[slot + VALUE_LENGTH]!;
    const most = this.#shape.chunks * CHUNK;
    if (
      keyLength < 0 || valueLength < 0 || keyLength > most ||
      valueLength > most
    ) throw new Inconsistent();
    return { keyLength, valueLength };
  }

  #bucketAt(bucket: number): number {
    return BUCKETS / 4 + 2 * bucket;
  }

  /** Where it is kept when an entry was used, in words. */
  #useOf(index: number): number {
    if (!(index >= 0 && index < this.#shape.chunks)) throw new Inconsistent();
    return this.#shape.uses / 4 + index;
  }

  /** Where a chunk lies, in words. */
  #slotAt(index: number): number {
    if (!(index >= 0 && index < this.#shape.chunks)) throw new Inconsistent();
    return (this.#shape.start + index * CHUNK) / 4;
  }
}

/** Milliseconds in 32 bits, which come around after 50 days. */
export function nowTicks(): number {
  // Not |0 of a double: it is far beyond 32 bits, and modulo is what is meant.
  return Date.now() | 0;
}

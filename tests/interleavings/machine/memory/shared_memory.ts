/**
 * Shared memory as processors show it: what each participant has stored may
 * wait in a buffer of its own, and on aarch64 loads may find what was there
 * before.
 *
 * The model of x86-64 is the one of Sewell, Sarkar, Owens, Nardelli and Myreen,
 * "x86-TSO" (2010): a first-in-first-out buffer for each processor, which its
 * own loads look into and locked instructions empty. The model of aarch64 lets
 * plain stores to different words leave the buffer in any order, keeps a
 * releasing store behind those before it, and lets a load take any value that
 * was there since the participant's last acquiring access; dependencies between
 * loads are not counted on.
 *
 * @module
 */

import type { MemoryOrder } from "../world.ts";
import { type Change, type Entry, mix, put, type Span, View } from "./view.ts";

/** Chooses one of several things that may happen. */
export type Pick = (count: number) => number;

/** The memory that all share, and the buffers before it. */
export class SharedMemory {
  /** The last loaded value; its high half for eight bytes. */
  low = 0;
  high = 0;
  /** Two hashes of what is there. */
  hash1 = 0;
  hash2 = 0;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #words: Int32Array;
  readonly #initial: Int32Array;
  readonly #order: MemoryOrder;
  readonly #pick: Pick;
  /** Is told of each store when all see it. */
  readonly #seen: (who: number, span: Span) => void;
  #views: View[] = [];
  #changes: Change[] = [];
  readonly #scratch = new Uint8Array(8);
  readonly #scratchWords = new Int32Array(this.#scratch.buffer);

  constructor(
    byteLength: number,
    order: MemoryOrder,
    pick: Pick,
    seen: (who: number, span: Span) => void,
  ) {
    this.#seen = seen;
    this.bytes = new Uint8Array(byteLength);
    this.#words = new Int32Array(this.bytes.buffer);
    this.#initial = new Int32Array(byteLength / 4);
    this.#order = order;
    this.#pick = pick;
  }

  /** Keeps what is there now as the beginning of each schedule. */
  keep(): void {
    this.#initial.set(this.#words);
  }

  /** Begins a schedule. */
  reset(participants: number): void {
    this.#words.set(this.#initial);
    this.hash1 = 0;
    this.hash2 = 0;
    this.#changes = [];
    this.#views = [];
    for (let i = 0; i < participants; i++) this.#views.push(new View());
  }

  /** How many stores of a participant wait. */
  waiting(who: number): number {
    return this.#views[who]!.buffer.length;
  }

  /** Which of the waiting stores may be seen next. */
  mayFlush(who: number): number[] {
    return this.#views[who]!.mayFlush(this.#order === "aarch64");
  }

  /** See {@linkcode View.reaching}. */
  reaching(who: number, spans: readonly Span[]): number[][] {
    return this.#views[who]!.reaching(spans, this.#order === "aarch64");
  }

  /** The bytes that a participant's waiting stores are to. */
  spans(who: number): readonly Span[] {
    return this.#views[who]!.buffer;
  }

  /** Lets a waiting store be seen. */
  flush(who: number, place = 0): Entry | undefined {
    const [entry] = this.#views[who]!.buffer.splice(place, 1);
    if (entry !== undefined) this.#write(who, entry);
    return entry;
  }

  /** Lets all be seen. */
  drain(who: number): void {
    while (this.#views[who]!.buffer.length > 0) this.flush(who);
  }

  /** A barrier in both directions, as system calls have it here. */
  fence(who: number): void {
    this.drain(who);
    const view = this.#views[who]!;
    view.acquired = view.ordered = this.#changes.length;
  }

  /** Loads as a participant; the value is in {@linkcode low}, {@linkcode high}. */
  load(who: number, offset: number, width: number, atomic: boolean): void {
    const view = this.#views[who]!;
    if (this.#order === "aarch64" && atomic) this.#drainReleases(who);
    const start = offset & -8;
    const words = this.#scratchWords;
    words[0] = this.#words[start >> 2]!;
    words[1] = this.#words[(start >> 2) + 1]!;
    if (this.#order === "aarch64") {
      this.#old(view, start, offset, width, atomic);
    }
    for (const entry of view.buffer) {
      if ((entry.offset & -8) === start) put(this.#scratch, entry);
    }
    this.#take(offset - start, width);
  }

  /** Stores as a participant. */
  store(
    who: number,
    offset: number,
    width: number,
    low: number,
    high: number,
    atomic: boolean,
  ): void {
    const releases = atomic;
    const entry = { offset, width, low, high, releases };
    if (this.#order === "in order" || who < 0) return this.#write(who, entry);
    if (this.#order === "x86-64" && atomic) {
      this.drain(who);
      return this.#write(who, entry);
    }
    this.#views[who]!.buffer.push(entry);
  }

  /**
   * What was stored long ago is seen by now. Returns whether a load has found
   * something older since this was said last.
   */
  catchUp(who: number): boolean {
    const view = this.#views[who]!;
    const { stale } = view;
    view.stale = false;
    view.acquired = view.ordered = this.#changes.length;
    return stale;
  }

  /** What an atomic store to memory of one's own orders. */
  order(who: number): void {
    if (this.#order !== "aarch64") return this.drain(who);
    const { buffer } = this.#views[who]!;
    const nothing = { offset: -8, width: 0, low: 0, high: 0, releases: true };
    buffer.push(nothing);
  }

  /** Stores at once: nobody else ever looks at this word. */
  storePrivately(
    offset: number,
    width: number,
    low: number,
    high: number,
  ): void {
    // Nobody can see what was there before, so no change is noted.
    this.#write(-1, { offset, width, low, high, releases: false });
  }

  /** Loads what everybody sees. */
  loadNewest(offset: number, width: number): void {
    const start = offset & -8;
    this.#scratchWords[0] = this.#words[start >> 2]!;
    this.#scratchWords[1] = this.#words[(start >> 2) + 1]!;
    this.#take(offset - start, width);
  }

  /** Stores what everybody sees at once. */
  lockedStore(
    who: number,
    offset: number,
    width: number,
    low: number,
    high: number,
  ): void {
    this.#write(who, { offset, width, low, high, releases: true });
    const view = this.#views[who]!;
    view.acquired = view.ordered = this.#changes.length;
  }

  /** Mixes what waits, and on aarch64 what may be seen, into a hash. */
  hash(seed: number): number {
    let h = seed;
    for (const view of this.#views) {
      h = mix(h, view.buffer.length);
      for (const { offset, low, high, releases } of view.buffer) {
        h = mix(mix(mix(h, offset), low), releases ? ~high : high);
      }
      if (this.#order === "aarch64") h = view.hashOld(h, this.#changes);
    }
    return h;
  }

  /** Stores with release order are seen before an acquiring load is made. */
  #drainReleases(who: number): void {
    const { buffer } = this.#views[who]!;
    while (buffer.some(({ releases }) => releases)) this.flush(who);
  }

  /** Goes back to a value that was there, as far as order allows. */
  #old(
    view: View,
    start: number,
    offset: number,
    width: number,
    atomic: boolean,
  ): void {
    const changes = this.#changes;
    const first = offset >> 2;
    const last = (offset + width - 1) >> 2;
    let bound = atomic ? Math.max(view.acquired, view.ordered) : view.acquired;
    for (let word = first; word <= last; word++) {
      bound = Math.max(bound, view.seen.get(word) ?? 0);
    }
    const candidates: number[] = [changes.length];
    for (let i = changes.length - 1; i >= bound; i--) {
      const { word } = changes[i]!;
      if (word >= first && word <= last) candidates.push(i);
    }
    const which = candidates.length > 1 ? this.#pick(candidates.length) : 0;
    const time = candidates[which]!;
    if (which > 0) view.stale = true;
    for (let i = changes.length - 1; i >= time; i--) {
      const { word, before } = changes[i]!;
      if (word >= first && word <= last) {
        this.#scratchWords[word - (start >> 2)] = before;
      }
    }
    // It was made as early as it may have been: right after the change before.
    const made = Math.max(bound, (candidates[which + 1] ?? -1) + 1);
    for (let word = first; word <= last; word++) view.seen.set(word, made);
    if (atomic) view.acquired = view.ordered = made;
  }

  #take(shift: number, width: number): void {
    const words = this.#scratchWords;
    if (width === 8) {
      this.low = words[0]!;
      this.high = words[1]!;
    } else if (width === 4) {
      this.low = words[shift >> 2]!;
    } else {
      this.low = this.#scratch[shift]!;
      if (width === 2) this.low |= this.#scratch[shift + 1]! << 8;
    }
  }

  #write(who: number, entry: Entry): void {
    if (entry.width === 0) {
      this.#views[who]!.ordered = this.#changes.length;
      return;
    }
    const start = entry.offset & -8;
    const first = start >> 2;
    const words = this.#words;
    const low = words[first]!;
    const high = words[first + 1]!;
    this.#scratchWords[0] = low;
    this.#scratchWords[1] = high;
    put(this.#scratch, entry);
    if (who >= 0) this.#seen(who, entry);
    const noted = this.#order === "aarch64" && who >= 0;
    this.#set(first, low, this.#scratchWords[0]!, noted);
    this.#set(first + 1, high, this.#scratchWords[1]!, noted);
    if (!noted) return;
    const view = this.#views[who]!;
    const end = (entry.offset + entry.width - 1) >> 2;
    for (let word = entry.offset >> 2; word <= end; word++) {
      view.seen.set(word, this.#changes.length);
    }
    if (entry.releases) view.ordered = this.#changes.length;
  }

  #set(word: number, before: number, after: number, noted: boolean): void {
    if (before === after) return;
    this.hash1 ^= mix(word + 1, before) ^ mix(word + 1, after);
    this.hash2 ^= mix(~word, before) ^ mix(~word, after);
    this.#words[word] = after;
    if (noted) this.#changes.push({ word, before });
  }
}

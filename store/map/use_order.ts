import { Inconsistent } from "../object/repair.ts";
import type { MapChunks } from "./map_chunks.ts";
import {
  EARLIER,
  ENTRY_COUNT,
  LATER,
  NEWEST,
  OLDEST,
  PLACED,
} from "./map_layout.ts";

/**
 * The order in which entries were used, so that the least recently used one goes
 * first. Readers only write down when they used one, each entry in a word of its
 * own; the order is brought up to date when an entry must go.
 */
export class UseOrder {
  readonly #chunks: MapChunks;
  readonly #words: Int32Array<ArrayBuffer>;

  /** Looks at the order of a map. */
  constructor(chunks: MapChunks) {
    this.#chunks = chunks;
    this.#words = chunks.words;
  }

  /** When an entry was used last, in ticks. */
  usedAt(index: number): number {
    return this.#words[this.#useOf(index)]!;
  }

  /**
   * Says that an entry is used. Without the mutex it may be another one by now,
   * so this is kept where nothing else is.
   */
  touch(index: number, ticks: number): void {
    this.#words[this.#useOf(index)] = ticks;
  }

  /** Makes an entry the newest. */
  enter(index: number): void {
    const words = this.#words;
    const slot = this.#chunks.at(index);
    const newest = words[NEWEST]!;
    words[slot + LATER] = 0;
    words[slot + EARLIER] = newest;
    words[slot + PLACED] = words[this.#useOf(index)]!;
    if (newest === 0) words[OLDEST] = index + 1;
    else words[this.#chunks.at(newest - 1) + LATER] = index + 1;
    words[NEWEST] = index + 1;
  }

  /** Takes an entry out of it. */
  leave(index: number): void {
    const words = this.#words;
    const slot = this.#chunks.at(index);
    const later = words[slot + LATER]!;
    const earlier = words[slot + EARLIER]!;
    if (later === 0) words[NEWEST] = earlier;
    else words[this.#chunks.at(later - 1) + EARLIER] = earlier;
    if (earlier === 0) words[OLDEST] = later;
    else words[this.#chunks.at(earlier - 1) + LATER] = later;
  }

  /**
   * Finds the entry that was not used for longest: of those in order, the first
   * that was not used since it got its place there.
   *
   * @returns Its index, or -1 without any.
   */
  leastUsed(): number {
    const words = this.#words;
    const { chunks } = this.#chunks.shape;
    const most = Math.min(words[ENTRY_COUNT]!, chunks);
    for (let steps = 0; steps <= most; steps++) {
      const index = words[OLDEST]! - 1;
      if (index === -1) return -1;
      const slot = this.#chunks.at(index);
      // Ticks come around: which of two is later is told by their difference.
      const used = words[this.#useOf(index)]!;
      if ((used - words[slot + PLACED]! | 0) <= 0) return index;
      this.leave(index);
      this.enter(index);
    }
    return words[OLDEST]! - 1;
  }

  /** Where it is kept when an entry was used, in words. */
  #useOf(index: number): number {
    const { chunks, uses } = this.#chunks.shape;
    if (!(index >= 0 && index < chunks)) throw new Inconsistent();
    return uses / 4 + index;
  }
}

/** Milliseconds in 32 bits, which come around after 50 days. */
export function nowTicks(): number {
  // Not |0 of a double: it is far beyond 32 bits, and modulo is what is meant.
  return Date.now() | 0;
}

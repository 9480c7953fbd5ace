/**
 * Feeds targets with inputs that grow out of those that showed something new.
 *
 * @module
 */

import { Input, mutate, type Random, randomBytes } from "./input.ts";
import type { Target } from "./target.ts";

/** How many inputs are kept. */
const MOST_KEPT = 4000;

/** A target, the inputs that are worth keeping, and what was seen. */
export class Fuzzer {
  readonly target: Target;
  /** Inputs that showed something new. */
  readonly kept: Uint8Array[] = [];
  /** What was seen, and how often. */
  readonly seen = new Map<string, number>();
  /** How many inputs were tried. */
  count = 0;
  readonly #random: Random;
  /** Which features came one after the other. */
  readonly #pairs = new Set<string>();

  constructor(target: Target, random: Random, corpus: readonly Uint8Array[]) {
    this.target = target;
    this.#random = random;
    for (const bytes of corpus) this.feed(bytes);
  }

  /** The next input. */
  next(): Uint8Array {
    const random = this.#random;
    const { kept } = this;
    const one = kept[random.next(kept.length + 1)];
    const other = kept[random.next(kept.length + 1)];
    if (one === undefined || random.next(16) === 0) return randomBytes(random);
    return mutate(one, other ?? one, random);
  }

  /** Runs the target, and keeps the input if it shows something new. */
  feed(bytes: Uint8Array): void {
    this.count++;
    let before = "";
    let isNew = false;
    this.target.run(new Input(bytes), (feature) => {
      const { seen } = this;
      seen.set(feature, (seen.get(feature) ?? 0) + 1);
      const pair = `${before}\n${feature}`;
      before = feature;
      if (this.#pairs.has(pair)) return;
      this.#pairs.add(pair);
      isNew = true;
    });
    if (isNew && this.kept.length < MOST_KEPT) this.kept.push(bytes.slice());
  }

  /** A few of the kept inputs that show all that was seen, the shortest first. */
  essentials(): Uint8Array[] {
    const seen = new Set<string>();
    const sorted = this.kept.toSorted((a, b) => a.length - b.length);
    return sorted.filter((bytes) => {
      const { size } = seen;
      this.target.run(new Input(bytes), (feature) => void seen.add(feature));
      return seen.size > size;
    });
  }
}

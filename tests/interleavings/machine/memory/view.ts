/**
 * What one participant sees of memory: its own stores that wait, and how far it
 * has seen those of others.
 *
 * @module
 */

/** A store that waits. */
export interface Entry {
  readonly offset: number;
  readonly width: number;
  readonly low: number;
  readonly high: number;
  readonly releases: boolean;
}

/** Some bytes. */
export interface Span {
  readonly offset: number;
  readonly width: number;
}

/** A change of one word that everybody sees. */
export interface Change {
  readonly word: number;
  readonly before: number;
}

/** What one participant sees. */
export class View {
  readonly buffer: Entry[] = [];
  /** No later load may find what was there before this change. */
  acquired = 0;
  /** No later atomic load may. */
  ordered = 0;
  /** Whether it was shown something older than what is there. */
  stale = false;
  /** Words, and the change that it has seen of each. */
  readonly seen = new Map<number, number>();

  /** Mixes what it may still see of what was there before into a hash. */
  hashOld(seed: number, changes: readonly Change[]): number {
    let h = mix(
      seed,
      2 * (this.ordered - changes.length) + (this.stale ? 1 : 0),
    );
    for (let i = this.acquired; i < changes.length; i++) {
      const { word, before } = changes[i]!;
      h = mix(mix(h, word), before);
      if ((this.seen.get(word) ?? 0) > i) h = mix(h, 77);
    }
    return h;
  }

  /** Which of the waiting stores may be seen next. */
  mayFlush(weak: boolean): number[] {
    const { buffer } = this;
    if (!weak) return buffer.length > 0 ? [0] : [];
    return buffer.flatMap((_, place) =>
      this.#before(place).length === 1 ? [place] : []
    );
  }

  /**
   * What must be seen, in this order, so that a store of a participant to some
   * bytes is seen; one list for each such store that waits.
   */
  reaching(spans: readonly Span[], weak: boolean): number[][] {
    const { buffer } = this;
    const lists: number[][] = [];
    buffer.forEach((entry, place) => {
      if (!spans.some((span) => overlap(entry, span))) return;
      if (!weak) {
        lists.push(new Array(place + 1).fill(0));
        return;
      }
      // Each that goes moves those behind it.
      const places = this.#before(place);
      lists.push(places.map((at, gone) => at - gone));
    });
    return lists;
  }

  /** The store at a place, behind those that must be seen before it. */
  #before(place: number): number[] {
    const { buffer } = this;
    const needed = new Set<number>();
    const need = (at: number) => {
      const entry = buffer[at]!;
      for (let i = 0; i < at; i++) {
        const earlier = entry.releases || overlap(buffer[i]!, entry);
        if (earlier && !needed.has(i)) need(i);
      }
      needed.add(at);
    };
    need(place);
    return [...needed].toSorted((a, b) => a - b);
  }
}

/** Mixes a number into a hash. */
export function mix(hash: number, value: number): number {
  let h = Math.imul((hash ^ value) + 0x7f4a7c15, 0x9e3779b1);
  h ^= Math.imul(hash, 0x2545f491);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return h ^ (h >>> 13);
}

function overlap(a: Span, b: Span): boolean {
  return a.offset < b.offset + b.width && b.offset < a.offset + a.width;
}

/** Stores into the eight bytes around it. */
export function put(target: Uint8Array, entry: Entry): void {
  const { offset, width, low, high } = entry;
  const shift = offset & 7;
  for (let i = 0; i < Math.min(width, 4); i++) {
    target[shift + i] = low >>> (8 * i);
  }
  for (let i = 4; i < width; i++) target[shift + i] = high >>> (8 * (i - 4));
}

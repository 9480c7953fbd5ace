import {
  type ReadonlyBytes,
  viewOf,
} from "../../memory/views/readonly_bytes.ts";
import { MessageMemory } from "../buffers/copy_out.ts";
import {
  align,
  HEADER_LENGTH,
  PADDING_TYPE,
  TYPE_OFFSET,
} from "../buffers/record_layout.ts";
import { type RegionViews, viewRegion } from "../buffers/region_views.ts";
import { RingControl } from "../membership/ring_control.ts";
import { channelSize, withoutLayout } from "../object/layout_area.ts";
import { TRAILER } from "../ring/ring_layout.ts";
import { spanOf } from "../ring/ring_memory.ts";
import { finishLoads, loadWatched } from "./positions.ts";

/** Where a watch begins: with what is there, or with what comes. */
export type WatchStart = "oldest" | "now";

/** A message that somebody else will receive, or has received. */
export interface WatchedMessage {
  readonly typeId: number;
  /** A copy. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where it starts: bytes that were claimed before it. */
  readonly position: number;
}

/** How many records are looked at in one turn that leads to nothing. */
const MAX_STEPS = 1000;

/** A type that no message has, of a record that is none. */
const NO_TYPE = 0;

/**
 * Watches a ring without taking part: it reads what lies between head and tail,
 * for one producer also what the consumer has released and nobody has overwritten,
 * looks afterwards whether that was still so, and counts what it missed. It writes
 * nothing, and nobody waits for it.
 *
 * What the consumer has not released is overwritten by nobody but the consumer of a
 * ring for many, which zeroes it, and first notes in its journal up to where. What
 * it has released in a ring for one is overwritten by a producer that moves the tail
 * first. Producers of other libraries zero the header behind a record before that,
 * as far ahead of the tail as two of the longest messages: what is that near does
 * not count. Consumers of other libraries write no journal: of a message that one
 * zeroes in the same moment the end may be zero.
 */
export class RingWatch {
  readonly #views: RegionViews;
  readonly #memory: MessageMemory;
  readonly #control: RingControl;
  readonly #head: number;
  readonly #tail: number;
  readonly #journal: number;
  /** How far beyond the tail a producer may have written. */
  readonly #ahead: number;
  #cursor: number;
  #missedBytes = 0;
  #damage: string | undefined;

  /**
   * Begins to watch.
   *
   * @param memory The ring, mapped for reading.
   * @throws {RangeError} When no ring has this size.
   */
  constructor(memory: ReadonlyBytes, from: WatchStart = "now") {
    // This view is never written to, which would kill the process.
    const size = channelSize(memory.byteLength, TRAILER.length);
    const ring = viewOf(withoutLayout(memory, size));
    const views = viewRegion(ring, TRAILER.length, 16, "ring buffer");
    const { bytes, capacity } = views;
    this.#views = views;
    this.#memory = new MessageMemory(bytes);
    this.#control = new RingControl(bytes, capacity);
    this.#head = (capacity + TRAILER.head) >> 3;
    this.#tail = (capacity + TRAILER.tail) >> 3;
    this.#journal = (capacity + TRAILER.journal) >> 3;
    this.#ahead = 2 * spanOf(Math.max(8, capacity >> 3)) + HEADER_LENGTH;
    const head = this.consumed;
    const tail = this.produced;
    const start = from === "oldest" && head <= tail && tail - head <= capacity
      ? head
      : tail;
    this.#cursor = Number.isNaN(start) ? 0 : start;
  }

  /** Bytes that producers have claimed; NaN when it is damaged. */
  get produced(): number {
    return loadWatched(this.#views.longs, this.#tail);
  }

  /** Bytes that the consumer has released; NaN when it is damaged. */
  get consumed(): number {
    return loadWatched(this.#views.longs, this.#head);
  }

  /** Bytes of messages, their headers and padding, that were gone before they were seen. */
  get missedBytes(): number {
    return this.#missedBytes;
  }

  /** What is wrong with it, as of the last time that something was. */
  get damage(): string | undefined {
    return this.#damage;
  }

  /** The next message that is whole; nothing when there is none now. */
  next(): WatchedMessage | undefined {
    const { words, capacity } = this.#views;
    for (let steps = 0; steps < MAX_STEPS; steps++) {
      const cursor = this.#cursor;
      const head = this.consumed;
      const tail = this.produced;
      if (!(tail >= cursor) || !(head >= 0)) {
        return this.#resync("its positions are those of no ring");
      }
      if (tail === cursor) return undefined;
      if (tail - cursor > capacity) {
        this.#skip(head, tail);
        continue;
      }
      const index = cursor % capacity;
      const length = Atomics.load(words, index >> 2);
      if (length <= 0) {
        // Claimed, and not complete; unless it was consumed and zeroed.
        if (head <= cursor) return undefined;
        this.#skip(head, tail);
        continue;
      }
      const typeId = this.#typeAt(index, length);
      const bytes = typeId > 0
        ? this.#memory.copy(index + HEADER_LENGTH, length - HEADER_LENGTH)
        : undefined;
      if (!this.#isStill(cursor, index, length)) {
        this.#skip(this.consumed, tail);
        continue;
      }
      if (typeId === NO_TYPE) {
        return this.#resync(
          `the record at ${index} says that it has ${length} bytes`,
        );
      }
      this.#cursor = cursor + align(length);
      if (bytes !== undefined) return { typeId, bytes, position: cursor };
    }
    return undefined;
  }

  #typeAt(index: number, length: number): number {
    const { words, capacity } = this.#views;
    if (length < HEADER_LENGTH || align(length) > capacity - index) {
      return NO_TYPE;
    }
    const typeId = Atomics.load(words, (index + TYPE_OFFSET) >> 2);
    return typeId > 0 || typeId === PADDING_TYPE ? typeId : NO_TYPE;
  }

  /** Whether nothing of a record was overwritten while it was copied. */
  #isStill(cursor: number, index: number, length: number): boolean {
    const { words, longs, capacity } = this.#views;
    finishLoads();
    if (Atomics.load(words, index >> 2) !== length) return false;
    const isUnread = this.consumed <= cursor;
    if (this.#control.producers === "one") {
      return isUnread || this.produced + this.#ahead - cursor <= capacity;
    }
    return isUnread && !(loadWatched(longs, this.#journal) > cursor);
  }

  /** Goes on where there still is something. */
  #skip(head: number, tail: number): void {
    const cursor = this.#cursor;
    const isAhead = (position: number) => position > cursor && position <= tail;
    // Of many, the consumer is about to release up to its journal.
    const journal = loadWatched(this.#views.longs, this.#journal);
    const next = [head, journal].find(isAhead) ?? tail;
    this.#missedBytes += next - cursor;
    this.#cursor = next;
  }

  #resync(damage: string): undefined {
    this.#damage = damage;
    const tail = this.produced;
    if (Number.isNaN(tail)) return;
    this.#missedBytes += Math.max(0, tail - this.#cursor);
    this.#cursor = tail;
  }
}

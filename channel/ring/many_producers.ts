import {
  HEADER_LENGTH,
  PADDING_TYPE,
  TYPE_OFFSET,
} from "../buffers/record_layout.ts";
import { ANNOUNCED, repairAtHead, WRAPS } from "./claim_repair.ts";
import { FULL, type Producer } from "./ring_writer.ts";
import { type RingMemory, toLong } from "./ring_memory.ts";

/** {@linkcode ANNOUNCED}; an imported name is loaded and checked at each use. */
const CLAIMED = ANNOUNCED;
const HIGH_WORD = 1;
const TYPE_WORD = TYPE_OFFSET >> 2;

/** A claim fails as often only when a peer moves the tail to no purpose. */
const MAX_TRIES = 1_000_000;

/** One of many producers of a ring (MPSC), which meet at its tail. */
export class ManyProducers implements Producer {
  readonly #memory: RingMemory;
  // Once more, what every claim uses: a way through another object takes time.
  readonly #words: Int32Array;
  readonly #capacity: number;
  readonly #mask: number;
  readonly #tail: number;
  readonly #headCache: number;
  /** Index of the word in which claims are announced; -1: in none. */
  #announced = -1;

  /** Produces into a ring. */
  constructor(memory: RingMemory) {
    this.#memory = memory;
    this.#words = memory.words;
    this.#capacity = memory.capacity;
    this.#mask = memory.mask;
    this.#tail = memory.tail;
    this.#headCache = memory.headCache;
  }

  /** Announces claims in a word from now on, see `announceClaims`. */
  announceIn(wordIndex: number): void {
    this.#announced = wordIndex;
  }

  /**
   * See {@linkcode Producer.claim}. What is loaded plainly here need not be new:
   * an old head means less room, and an old tail makes the compare-exchange fail.
   */
  claim(recordLength: number): number {
    const words = this.#words;
    const capacity = this.#capacity;
    const aligned = (recordLength + 7) & -8;
    const tail = words[this.#tail]!;
    const index = tail & this.#mask;
    const next = (tail + aligned) | 0;
    if (
      (index & 7) === 0 && aligned <= capacity - index &&
      aligned <= capacity - ((tail - words[this.#headCache]!) | 0) &&
      // The low word of the tail does not wrap.
      (tail >= 0 || next < 0)
    ) {
      const announced = this.#announced;
      // Where a plain store may pass the one that published the record before, a
      // consumer that repairs would miss that and take the record for a dead one's.
      if (announced >= 0) this.#memory.store(announced, tail | CLAIMED);
      if (Atomics.compareExchange(words, this.#tail, tail, next) === tail) {
        return index;
      }
    }
    return this.#claimElsewhere(aligned);
  }

  #claimElsewhere(aligned: number): number {
    const memory = this.#memory;
    const { words, capacity, mask } = memory;
    if (words.length === 0) memory.refuseGone();
    let head = Atomics.load(words, memory.headCache);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const tail = Atomics.load(words, memory.tail);
      if (aligned > capacity - ((tail - head) | 0)) {
        head = Atomics.load(words, memory.head);
        if (aligned > capacity - ((tail - head) | 0)) {
          this.#clearAnnouncement();
          return FULL;
        }
        memory.cacheHead(head);
      }
      const index = tail & mask;
      memory.checkIndex(index);
      const toEnd = capacity - index;
      let padding = 0;
      let target = index;
      let claimed = aligned;
      if (aligned > toEnd) {
        padding = toEnd;
        target = 0;
        claimed += toEnd;
        if (aligned > (head & mask)) {
          head = Atomics.load(words, memory.head);
          if (aligned > (head & mask)) {
            claimed = toEnd;
            target = FULL;
          }
          memory.cacheHead(head);
        }
      }
      this.#announce(tail | (padding > 0 ? ANNOUNCED | WRAPS : ANNOUNCED));
      if (!this.#moveTail(tail, claimed)) continue;
      if (padding > 0) {
        // No call of ours, such as `memory.pad`: there may be no stack for it. For
        // one of `Atomics` there was, when the tail moved.
        const word = index >> 2;
        Atomics.store(words, word, -padding);
        Atomics.store(words, word + TYPE_WORD, PADDING_TYPE);
        Atomics.store(words, word, padding);
      }
      if (target === FULL) this.#clearAnnouncement();
      return target;
    }
    this.#clearAnnouncement();
    throw new TypeError(
      "Cannot write to ring buffer: corrupt ring: a peer that breaks the format moves the tail without end; recreate it",
    );
  }

  /** See {@linkcode Producer.room}; another producer may take it first. */
  room(wanted: number): number {
    const memory: RingMemory = this.#memory;
    const { words, capacity } = memory;
    if (words.length === 0) memory.refuseGone();
    let head = Atomics.load(words, memory.headCache);
    const tail = Atomics.load(words, memory.tail);
    const toEnd = capacity - (tail & memory.mask);
    if (capacity - ((tail - head) | 0) < Math.min(wanted, toEnd)) {
      head = Atomics.load(words, memory.head);
      memory.cacheHead(head);
    }
    return Math.min(capacity - ((tail - head) | 0), toEnd);
  }

  /** See {@linkcode Producer.begin}: `unblock` relies on the negative length. */
  begin(word: number, recordLength: number): void {
    this.#memory.begin(word, recordLength);
  }

  /** Makes padding of a dead producer's claim at the head, see `repairClaim`. */
  repair(live: () => readonly number[], dead: readonly number[]): boolean {
    this.#memory.startOfHead();
    return repairAtHead(this.#memory, live, dead);
  }

  /** Makes padding of the claim at the head, see `RingBuffer.unblock`. */
  unblock(): boolean {
    const memory = this.#memory;
    const { words, mask } = memory;
    const head = memory.position(memory.head);
    const tail = memory.position(memory.tail);
    if (head === tail) return false;
    const start = Number(BigInt.asIntN(32, head)) & mask;
    memory.checkIndex(start);
    const length = Atomics.load(words, start >> 2);
    if (length > 0) return false;
    if (length < 0) {
      if (!memory.holds(start, -length)) return false;
      memory.pad(start, -length);
      return true;
    }
    const end = Number(BigInt.asIntN(32, tail)) & mask;
    return this.#unblockUnwritten(start, end);
  }

  /** A claim without a header reaches up to the first thing that was written. */
  #unblockUnwritten(start: number, tailIndex: number): boolean {
    const memory = this.#memory;
    const { words, capacity } = memory;
    const limit = tailIndex > start ? tailIndex : capacity;
    let index = start + HEADER_LENGTH;
    // As in Agrona the first word is looked at even where it is the limit; not
    // where that is behind the data area.
    while (index < capacity && Atomics.load(words, index >> 2) === 0) {
      index += HEADER_LENGTH;
      if (index >= limit) return false;
    }
    if (index >= capacity) return false;
    for (let back = index - 8; back >= start; back -= HEADER_LENGTH) {
      // A producer has woken up meanwhile.
      if (Atomics.load(words, back >> 2) !== 0) return false;
    }
    memory.pad(start, index - start);
    return true;
  }

  #announce(claim: number): void {
    const announced = this.#announced;
    if (announced >= 0) this.#memory.store(announced, claim);
  }

  /** No claim is under way: what was announced may be another's by now. */
  #clearAnnouncement(): void {
    this.#announce(0);
  }

  /**
   * Moves the tail, unless another producer did meanwhile.
   *
   * Others compare all 64 bits, and here mostly 32 are compared. That is correct:
   * processors order accesses of different sizes to one aligned word as they
   * order those of one size, so of two that compare at once one fails, whatever
   * their sizes. What 32 bits cannot tell is a tail that has gone round by
   * exactly a multiple of 4 GiB while this producer stood still between its load
   * and its compare-exchange; 64 bits would cost each claim half as much again.
   */
  #moveTail(low: number, byteLength: number): boolean {
    const { words, longs, tail } = this.#memory;
    const next = (low + byteLength) | 0;
    // Where the low word wraps, both must change at once.
    if (next >>> 0 >= low >>> 0) {
      return Atomics.compareExchange(words, tail, low, next) === low;
    }
    const high = Atomics.load(words, tail + HIGH_WORD);
    const before = toLong(high, low);
    const after = BigInt.asIntN(64, before + BigInt(byteLength));
    return Atomics.compareExchange(longs, tail >> 1, before, after) === before;
  }
}

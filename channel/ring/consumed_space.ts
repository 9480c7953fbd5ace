import { fillBytes } from "../buffers/typed_arrays.ts";
import type { RingMemory } from "./ring_memory.ts";
import { TRAILER } from "./ring_layout.ts";

/** Up to here a loop over words is faster than a call of `fill`. */
const WORDWISE_LENGTH = 256;
const HIGH_WORD = 1;

/** What becomes of the memory of messages that were read. */
export interface ConsumedSpace {
  /** Returns `byteLength` bytes from the head, at `start`, on to the producers. */
  release(start: number, byteLength: number): void;

  /** Finishes the release in which a former consumer died. */
  recover(): void;
}

/** Memory that is left as it is, in a ring whose producer zeroes headers. */
export class KeptSpace implements ConsumedSpace {
  readonly #memory: RingMemory;

  /** Takes the memory of the ring. */
  constructor(memory: RingMemory) {
    this.#memory = memory;
  }

  /** Moves the head. */
  release(_start: number, byteLength: number): void {
    this.#memory.advance(this.#memory.head, byteLength);
  }

  /** The head moves in one step: nothing can be left undone. */
  recover(): void {}
}

/** Memory that is zeroed, so that a claim is zero until its header is written. */
export class ZeroedSpace implements ConsumedSpace {
  readonly #memory: RingMemory;
  /** Index of the low word of where the head will be, see `TRAILER.journal`. */
  readonly #journal: number;

  /** Takes the memory of the ring. */
  constructor(memory: RingMemory) {
    this.#memory = memory;
    this.#journal = (memory.capacity + TRAILER.journal) >> 2;
  }

  /**
   * Zeroes, and moves the head. Where the head will be is noted first: a consumer
   * that comes after one that died in between would take what is left of records
   * whose headers are zeroed for headers.
   */
  release(start: number, byteLength: number): void {
    const memory = this.#memory;
    const { words, head } = memory;
    const journal = this.#journal;
    const low = words[head]!;
    const next = (low + byteLength) | 0;
    const carry = next >>> 0 < low >>> 0 ? 1 : 0;
    memory.store(journal + HIGH_WORD, words[head + HIGH_WORD]! + carry);
    memory.store(journal, next);
    // Zeroes may pass the store, but not this load.
    if (!memory.inOrder) Atomics.load(words, journal);
    this.#zero(start, byteLength);
    memory.advance(head, byteLength);
  }

  /** Zeroes what the journal says, and moves the head there. */
  recover(): void {
    const memory = this.#memory;
    const head = memory.position(memory.head);
    const start = Number(BigInt.asIntN(32, head)) & memory.mask;
    const journal = memory.position(this.#journal);
    // 0: nobody noted anything, whatever the head.
    if (journal === 0n) return;
    const left = BigInt.asIntN(64, journal - head);
    if (left < 1n || left > BigInt(memory.capacity - start)) return;
    memory.checkIndex(start);
    memory.checkIndex(Number(left));
    this.release(start, Number(left));
  }

  #zero(start: number, byteLength: number): void {
    const { bytes, words } = this.#memory;
    if (byteLength > WORDWISE_LENGTH) {
      fillBytes(bytes, 0, start, start + byteLength);
      return;
    }
    const end = (start + byteLength) >> 2;
    for (let word = start >> 2; word < end; word++) words[word] = 0;
  }
}

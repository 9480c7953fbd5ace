import {
  align,
  HEADER_LENGTH,
  PADDING_TYPE,
  TYPE_OFFSET,
} from "../buffers/record_layout.ts";
import { FULL, type Producer } from "./ring_writer.ts";
import type { RingMemory } from "./ring_memory.ts";

const TYPE_WORD = TYPE_OFFSET >> 2;

/**
 * The only producer of a ring (SPSC). It keeps the header behind its last record
 * zero, so the consumer finds the end without looking at the tail.
 */
export class OneProducer implements Producer {
  readonly #memory: RingMemory;

  /** Produces into a ring. */
  constructor(memory: RingMemory) {
    this.#memory = memory;
  }

  /**
   * See {@linkcode Producer.claim}. The consumer does not look at the tail, and the
   * release of the record makes it visible to those who ask for the size.
   */
  claim(recordLength: number): number {
    const memory: RingMemory = this.#memory;
    const { words, marks, capacity, mask, inOrder } = memory;
    const aligned = align(recordLength);
    // Room for the next header, too, which is zeroed ahead.
    const needed = aligned + HEADER_LENGTH;
    const tail = words[memory.tail];
    // Plain loads and stores do not mind memory that is gone.
    if (tail === undefined) memory.refuseGone();
    let head = words[memory.headCache]!;
    if (needed > capacity - ((tail - head) | 0)) {
      head = Atomics.load(words, memory.head);
      if (needed > capacity - ((tail - head) | 0)) return FULL;
      memory.cacheHead(head);
    }
    const index = tail & mask;
    memory.checkIndex(index);
    const toEnd = capacity - index;
    if (aligned === toEnd || needed <= toEnd) {
      const next = (tail + aligned) | 0;
      const ahead = ((index + aligned) & mask) >> 2;
      // The tail first: who watches may still read what lies behind it. And after
      // it no function of ours is called: the stack may end.
      if (inOrder && next >>> 0 >= tail >>> 0) {
        words[memory.tail] = next;
        marks[ahead] = 0;
        marks[ahead + 1] = 0;
      } else {
        memory.advance(memory.tail, aligned);
        // Plain stores behind it may pass the store, but not this load.
        Atomics.load(words, memory.tail);
        Atomics.store(words, ahead, 0);
        Atomics.store(words, ahead + 1, 0);
      }
      return index;
    }
    return this.#claimAtStart(index, toEnd, head, aligned);
  }

  /** See {@linkcode Producer.room}. */
  room(wanted: number): number {
    const memory = this.#memory;
    const { words, capacity } = memory;
    const tail = words[memory.tail]!;
    const toEnd = capacity - (tail & memory.mask);
    const most = capacity - HEADER_LENGTH;
    let room = most - ((tail - words[memory.headCache]!) | 0);
    if (room < Math.min(wanted, toEnd)) {
      const head = Atomics.load(words, memory.head);
      memory.cacheHead(head);
      room = most - ((tail - head) | 0);
    }
    return Math.min(room, toEnd);
  }

  /**
   * Nothing to do: the length is 0 there, which nobody reads behind, and the
   * process that repairs the ring when this one is dead knows that it is the last claim.
   * Agrona stores the negative length; but a consumer that has caught up looks at
   * this word all the time, and each store more takes its memory away again.
   */
  begin(): void {}

  /**
   * Makes whole what a producer left that died. The consumer may read meanwhile.
   */
  takeOver(): void {
    const memory = this.#memory;
    const { words, capacity, mask } = memory;
    const tail = Atomics.load(words, memory.tail);
    let position = Atomics.load(words, memory.head);
    memory.checkIndex(tail & mask);
    memory.checkIndex(position & mask);
    const used = (tail - position) | 0;
    if (used < 0 || used > capacity - HEADER_LENGTH) {
      throw new TypeError(
        `Cannot use ring buffer: corrupt ring: its positions say that ${used} of ${capacity} bytes are used; recreate it`,
      );
    }
    // The dead one may have moved the tail and not come to this. It is free
    // space: to do it twice does no harm.
    this.#zeroHeader(tail & mask);
    while (position !== tail) {
      const index = position & mask;
      const left = (tail - position) | 0;
      const length = Atomics.load(words, index >> 2);
      if (length === 0) {
        this.#padClaim(index, left);
        return;
      }
      const byteLength = Math.abs(length);
      if (byteLength > left || !memory.holds(index, byteLength)) {
        memory.refuse(index, length);
      }
      if (length < 0) memory.pad(index, byteLength);
      position = (position + align(byteLength)) | 0;
    }
  }

  /** Pads the rest of the data area, and claims at its start if there is room. */
  #claimAtStart(
    index: number,
    toEnd: number,
    head: number,
    aligned: number,
  ): number {
    const memory = this.#memory;
    const { words, mask } = memory;
    const needed = aligned + HEADER_LENGTH;
    let fits = needed <= (head & mask);
    if (!fits) {
      const fresh = Atomics.load(words, memory.head);
      memory.cacheHead(fresh);
      fits = needed <= (fresh & mask);
    }
    this.#zeroHeader(0);
    if (fits) this.#zeroHeader(aligned);
    const word = index >> 2;
    // It is 0: but what finds enough stack once does so again, behind the tail.
    Atomics.store(words, word, 0);
    memory.advance(memory.tail, fits ? toEnd + aligned : toEnd);
    Atomics.store(words, word, -toEnd);
    Atomics.store(words, word + TYPE_WORD, PADDING_TYPE);
    Atomics.store(words, word, toEnd);
    return fits ? 0 : FULL;
  }

  /**
   * Pads a claim that nothing was written to: the last one, up to the tail. The
   * consumer stops in front of it until all is done, and so does the next repair
   * if this one is not finished.
   */
  #padClaim(index: number, byteLength: number): void {
    const toEnd = this.#memory.capacity - index;
    const behind = byteLength - toEnd;
    if (behind > 0) this.#memory.pad(0, behind);
    this.#memory.pad(index, Math.min(byteLength, toEnd));
  }

  #zeroHeader(index: number): void {
    const { words, marks, inOrder } = this.#memory;
    const word = index >> 2;
    if (inOrder) {
      // Through the array of what is stored once more later.
      marks[word] = 0;
      marks[word + 1] = 0;
    } else {
      Atomics.store(words, word, 0);
      Atomics.store(words, word + 1, 0);
    }
  }
}

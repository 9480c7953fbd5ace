import { MessageMemory } from "../buffers/copy_out.ts";
import type { WatchedMessages } from "../membership/sender_watch.ts";
import { ANNOUNCED, isPast } from "../ring/claim_repair.ts";
import {
  ManyToOneRingBuffer,
  recoverConsumer,
  repairClaim,
} from "../ring/many_to_one_ring_buffer.ts";
import {
  OneToOneRingBuffer,
  takeOverProducer,
} from "../ring/one_to_one_ring_buffer.ts";
import {
  align,
  HEADER_LENGTH,
  PADDING_TYPE,
  TYPE_OFFSET,
} from "../buffers/record_layout.ts";
import { readerOf, viewsOf } from "../ring/ring_access.ts";
import type { RingReader } from "../ring/ring_reader.ts";
import type { RingBuffer } from "../ring/ring_buffer.ts";
import type { Message, Pending } from "../ends/message.ts";

/** What `peek` returns when there is no message, and what is held then. */
const NONE = -1;

/**
 * The messages in a ring, for its one receiver. The message that was taken last
 * stays in the ring until the next one is.
 */
export class RingSource implements WatchedMessages {
  readonly #ring: RingBuffer;
  readonly #reader: RingReader;
  readonly #words: Int32Array;
  readonly #memory: MessageMemory;
  readonly #head: number;
  readonly #tail: number;
  readonly #mask: number;
  readonly #capacity: number;
  readonly #isMany: boolean;
  readonly #inOrder: boolean;
  /** Where the message lies that was taken last. */
  #held = NONE;
  /** How many more lie behind it that were taken with it. */
  #heldBehind = 0;
  /** Bytes that all of a batch take; 0 for a single message. */
  #heldLength = 0;

  /** Finishes what a receiver left that died. */
  constructor(ring: RingBuffer) {
    if (ring instanceof ManyToOneRingBuffer) recoverConsumer(ring);
    const { bytes, words, head, tail, inOrder } = viewsOf(ring);
    this.#ring = ring;
    this.#reader = readerOf(ring);
    this.#words = words;
    this.#memory = new MessageMemory(bytes);
    this.#head = head;
    this.#tail = tail;
    this.#inOrder = inOrder;
    this.#mask = ring.capacity - 1;
    this.#capacity = ring.capacity;
    this.#isMany = ring instanceof ManyToOneRingBuffer;
  }

  /** Whether something lies at the head that can be read. */
  get isReady(): boolean {
    const words = this.#words;
    const index = words[this.#head]! & this.#mask;
    return Atomics.load(words, index >> 2) > 0;
  }

  /** Bytes between head and tail. */
  get used(): number {
    const words = this.#words;
    return (Atomics.load(words, this.#tail) - words[this.#head]!) | 0;
  }

  /** Whether nothing lies between head and tail. */
  get isEmpty(): boolean {
    return this.used === 0;
  }

  /** Whether an unfinished message may stand before finished ones. */
  get isBlocked(): boolean {
    return this.#isMany && !this.isEmpty && !this.isReady;
  }

  /** Low word of the head. */
  get start(): number {
    return this.#words[this.#head]!;
  }

  /** Low word of the tail. */
  get end(): number {
    return Atomics.load(this.#words, this.#tail);
  }

  /** Whether the head has come to a former tail. */
  isReceived(end: number): boolean {
    return ((this.#words[this.#head]! - end) | 0) >= 0;
  }

  /** Whether the head is behind an announced claim. */
  isPast(claim: number): boolean {
    return isPast(claim, this.#words[this.#head]!, this.#capacity);
  }

  /** Makes padding of what is at the head and abandoned. */
  repair(
    live: () => readonly number[],
    abandoned: readonly number[],
    anyClaim: boolean,
  ): boolean {
    const ring = this.#ring;
    if (ring instanceof OneToOneRingBuffer) {
      if (abandoned.length > 0) takeOverProducer(ring);
      return false;
    }
    if (!(ring instanceof ManyToOneRingBuffer)) return false;
    if (this.isEmpty || this.isReady) return false;
    const atHead = this.#words[this.#head]! | ANNOUNCED;
    return repairClaim(
      ring,
      live,
      anyClaim ? [...abandoned, atHead] : abandoned,
    );
  }

  /**
   * Takes the next message, and releases the one before.
   *
   * @param alone Whether it must have a buffer of its own.
   */
  take(alone: boolean): Message | undefined {
    if (this.#held !== NONE) this.release();
    const index = this.#reader.peek();
    if (index === NONE) return undefined;
    const message = this.#copy(index, alone);
    // Not before: what could not be copied is received by the next call.
    this.#held = index;
    return message;
  }

  /**
   * Takes messages that are there, up to the end of the data area, and releases
   * those before.
   */
  takeBatch(limit: number): Message[] {
    const first = this.take(false);
    if (first === undefined) return [];
    const batch = [first];
    const words = this.#words;
    const start = this.#held;
    // Not before all are copied, as in `take`.
    this.#held = NONE;
    const capacity = this.#capacity;
    // As it was checked: a broken sender may change it.
    let at = start + align(HEADER_LENGTH + first.bytes.byteLength);
    while (at < capacity && batch.length < limit) {
      const word = at >> 2;
      // A plain look first: an atomic one takes longer.
      let length = this.#inOrder ? words[word]! : 0;
      if (!(length > 0)) length = Atomics.load(words, word);
      // Not finished, or corrupt; taking it reports that.
      if (length < HEADER_LENGTH || length > capacity - at) break;
      const typeId = words[word + 1]!;
      if (typeId > 0) batch.push(this.#copyAt(at, typeId, length));
      else if (typeId !== PADDING_TYPE) break;
      at += align(length);
    }
    this.#held = start;
    this.#heldBehind = batch.length - 1;
    this.#heldLength = at - start;
    return batch;
  }

  #copy(index: number, alone: boolean): Message {
    const words = this.#words;
    // It was checked, but a broken sender may still be at it.
    const most = this.#capacity - index;
    const length = Math.max(HEADER_LENGTH, Math.min(words[index >> 2]!, most));
    const typeId = words[(index + TYPE_OFFSET) >> 2]!;
    if (!alone) return this.#copyAt(index, typeId, length);
    const start = index + HEADER_LENGTH;
    const bytes = this.#memory.copyAlone(start, length - HEADER_LENGTH);
    return { typeId, bytes };
  }

  #copyAt(index: number, typeId: number, length: number): Message {
    const start = index + HEADER_LENGTH;
    const bytes = this.#memory.copy(start, length - HEADER_LENGTH);
    return { typeId, bytes };
  }

  /** Releases what was taken last, if there is something. */
  release(): void {
    if (this.#held === NONE) return;
    try {
      if (this.#heldLength === 0) this.#reader.release(this.#held);
      else this.#reader.releaseAll(this.#held, this.#heldLength);
    } catch (error) {
      // For want of stack: the next call releases it. A damaged record is left.
      if (error instanceof RangeError) throw error;
      this.#forget();
      throw error;
    }
    this.#forget();
  }

  #forget(): void {
    this.#held = NONE;
    this.#heldLength = 0;
    this.#heldBehind = 0;
  }

  /** What can be received now, without what was taken last. */
  get pending(): Pending {
    let skip = this.#held === NONE ? 0 : 1 + this.#heldBehind;
    let messages = 0;
    let bytes = 0;
    this.#walk((_, length) => {
      if (skip > 0) skip--;
      else {
        messages++;
        bytes += length - HEADER_LENGTH;
      }
      return true;
    });
    return { messages, bytes };
  }

  /** Visits messages from the head on, until one is not finished. */
  #walk(visit: (index: number, length: number) => boolean): void {
    const words = this.#words;
    const head = words[this.#head]!;
    const used = Math.min(this.used, this.#capacity);
    for (let at = 0; at < used;) {
      const index = (head + at) & this.#mask;
      const length = Atomics.load(words, index >> 2);
      // Not finished, or corrupt; taking it reports that.
      if (length < HEADER_LENGTH || length > this.#capacity - index) return;
      const typeId = words[(index + TYPE_OFFSET) >> 2]!;
      if (typeId < 1 && typeId !== PADDING_TYPE) return;
      if (typeId !== PADDING_TYPE && !visit(index, length)) return;
      at += align(length);
    }
  }
}

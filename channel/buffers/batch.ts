import { longsOf } from "./held_source.ts";
import { checkMessage, checkMessages } from "./message_checks.ts";
import { align, HEADER_LENGTH } from "./record_layout.ts";

/** How many messages of a list are held on to, and up to which length. */
const HELD_COUNT = 256;
const HELD_LENGTH = 256;
/** `HEADER_LENGTH`; an imported name is loaded and checked at each use. */
const HEADER = 8;
/** The words of a message that has none. */
const NO_LONGS = new BigInt64Array(0);

/**
 * The messages that a call of `writeBatch` is about to write. Short ones of a
 * list that is written again and again are held on to, as the source of `write`
 * is: their words are found without asking.
 */
export class Batch {
  /**
   * How long each is. Noted when it is checked: memory that others can grow may
   * be longer when it is copied.
   */
  lengths: Int32Array = new Int32Array(HELD_COUNT);
  /** They themselves, as they were when they were checked, from the loose on. */
  readonly messages: (Uint8Array | undefined)[] = [];
  /** The 64-bit words of those in front, which are held, by place in the list. */
  readonly heldLongs: (BigInt64Array | undefined)[] = empty();
  /** How many are held. */
  heldCount = 0;
  /** Which place of the list the first one has. */
  from = 0;
  /** Bytes of their records. */
  span = 0;
  /** How many there are. */
  count = 0;
  /** What was at each place of the list the last time. */
  readonly #held: (Uint8Array | undefined)[] = empty();

  /**
   * Checks messages: in the first call for a list all of them, in later ones as
   * many as the ring could ever take. Those that it could take if it were empty
   * become the batch.
   */
  measure(
    messages: readonly Uint8Array[],
    from: number,
    capacity: number,
    maxMessageLength: number,
  ): void {
    checkMessages(messages, from);
    this.from = from;
    this.#measureHeld(messages, capacity);
    let { lengths, span, count } = this;
    let fits = true;
    const end = messages.length;
    for (let i = from + count; i < end; i++) {
      const message = messages[i]!;
      const length = checkMessage(message, i, maxMessageLength);
      const next = span + align(length + HEADER_LENGTH);
      fits &&= next <= capacity;
      if (fits) {
        if (count === lengths.length) lengths = this.#grow();
        this.#hold(i, message, length);
        this.messages.push(message);
        lengths[count++] = length;
        span = next;
      } else if (from > 0) break;
    }
    this.span = span;
    this.count = count;
  }

  /** Measures those in front that are held: they were checked when they were new. */
  #measureHeld(messages: readonly Uint8Array[], capacity: number): void {
    const { lengths, heldLongs, from } = this;
    const held = this.#held;
    const most = Math.min(HELD_COUNT, messages.length) - from;
    let span = 0;
    let count = 0;
    for (; count < most; count++) {
      const i = from + count;
      const longs = heldLongs[i];
      // Memory that is gone has no words any more.
      if (longs === undefined || longs.length === 0) break;
      if (held[i] !== messages[i]) break;
      const length = longs.length << 3;
      const next = span + length + HEADER;
      if (next > capacity) break;
      lengths[count] = length;
      span = next;
    }
    this.span = span;
    this.count = count;
    this.heldCount = count;
  }

  /** Leaves out what there is no room for. */
  shorten(room: number): void {
    if (this.span <= room) return;
    const { lengths } = this;
    let span = 0;
    let count = 0;
    for (;;) {
      const next = span + align(lengths[count]! + HEADER_LENGTH);
      if (!(next <= room)) break;
      span = next;
      count++;
    }
    this.span = span;
    this.count = count;
    this.heldCount = Math.min(this.heldCount, count);
  }

  /** Forgets messages that are not held on to. */
  clear(): void {
    if (this.messages.length > 0) this.messages.length = 0;
  }

  /** Notes a message; its words when it is there for the second time. */
  #hold(index: number, message: Uint8Array, length: number): void {
    if (index >= HELD_COUNT || length === 0 || length > HELD_LENGTH) return;
    if (this.#held[index] !== message) {
      this.#held[index] = message;
      this.heldLongs[index] = undefined;
    } else this.heldLongs[index] ??= longsOf(message) ?? NO_LONGS;
  }

  #grow(): Int32Array {
    const longer = new Int32Array(2 * this.lengths.length);
    longer.set(this.lengths);
    this.lengths = longer;
    return longer;
  }
}

function empty<Value>(): (Value | undefined)[] {
  return new Array<Value | undefined>(HELD_COUNT).fill(undefined);
}

import {
  type BroadcastViews,
  findPair,
  loadOrdinal,
  loadPosition,
  MAX_POSITION,
  storePosition,
  viewBroadcast,
} from "./broadcast_layout.ts";
import { Copier } from "../buffers/copy_in.ts";
import { byteLengthOf } from "../buffers/typed_arrays.ts";
import {
  align,
  HEADER_LENGTH,
  PADDING_TYPE,
  TYPE_OFFSET,
} from "../buffers/record_layout.ts";
import {
  checkAvailable,
  checkMessageLength,
  checkSource,
  checkTypeId,
} from "../buffers/message_checks.ts";

/**
 * Sends messages to any number of receivers, without waiting for them: one that
 * is too slow loses messages, and finds out. In the bytes of Agrona's class of
 * the same name. Only one transmitter may use a buffer.
 *
 * @example Send to all that listen
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import {
 *   BROADCAST_TRAILER_LENGTH,
 *   BroadcastReceiver,
 *   BroadcastTransmitter,
 *   CopyBroadcastReceiver,
 * } from "@shmem/shmem/channel";
 *
 * using memory = SharedMemory.anonymous({ size: 1024 + BROADCAST_TRAILER_LENGTH });
 * using mapping = memory.map();
 * const transmitter = new BroadcastTransmitter(mapping.bytes);
 * const receiver = new CopyBroadcastReceiver(new BroadcastReceiver(mapping.bytes));
 * transmitter.transmit(1, new Uint8Array([42]));
 * receiver.receive((_typeId, bytes) => console.log(bytes[0])); // 42
 * ```
 */
export class BroadcastTransmitter {
  readonly #views: BroadcastViews;
  readonly #copier: Copier;
  /** Where the intent stands that a transmitter left behind which died. */
  #leftIntent = 0;
  /** How many messages were sent; NaN when nobody counted from the start. */
  #ordinal = 0;
  /** Index in {@linkcode BroadcastViews.longs} of the pair that is next. */
  #pair = 0;
  #otherPair = 0;
  /** A word of 64 bits, and its halves. */
  readonly #longs = new BigInt64Array(1);
  readonly #words: Int32Array = new Int32Array(this.#longs.buffer);

  /**
   * Attaches to memory.
   *
   * @param memory A power of two of at least 32, and 128 bytes more; zeroed when
   * new, aligned to 8.
   * @throws {RangeError} When size or alignment do not fit.
   */
  constructor(memory: Uint8Array) {
    this.#views = viewBroadcast(memory);
    const { bytes, words } = this.#views;
    this.#copier = new Copier(bytes, words);
    this.#takeOver();
  }

  /** Bytes of the data area, a power of two. */
  get capacity(): number {
    return this.#views.capacity;
  }

  /** Longest message in bytes. */
  get maxMessageLength(): number {
    return this.#views.capacity >> 3;
  }

  /** Goes on where a former transmitter stopped. */
  #takeOver(): void {
    const { longs, intent, tail, pairs, count } = this.#views;
    const end = Atomics.load(longs, tail);
    const left = Atomics.load(longs, intent);
    // It is at most a record and padding ahead; anything else is none.
    if (left % 8n === 0n && left - end <= BigInt(this.capacity)) {
      this.#leftIntent = Number(left);
    }
    const which = findPair(this.#views, end);
    this.#ordinal = loadOrdinal(this.#views, which);
    if (Number.isNaN(this.#ordinal)) {
      // Another kind of transmitter was here; it did not count.
      for (const pair of pairs) {
        for (const index of [pair, pair + 1]) {
          if (longs[index] !== 0n) Atomics.store(longs, index, 0n);
        }
      }
      if (longs[count] !== 0n) Atomics.store(longs, count, 0n);
    }
    const [first, second] = pairs;
    this.#pair = which === 0 ? second : first;
    this.#otherPair = which === 0 ? first : second;
  }

  /** Notes how many messages there are, before the tail says that there are. */
  #count(end: number): void {
    const { longs, count } = this.#views;
    const low = this.#words;
    const whole = this.#longs;
    const pair = this.#pair;
    const ordinal = this.#ordinal + 1;
    // By way of private memory: each is stored in one piece, without a BigInt.
    low[0] = end | 0;
    low[1] = (end / 2 ** 32) | 0;
    longs[pair] = whole[0]!;
    low[1] = ordinal | 0;
    longs[count] = whole[0]!;
    low[0] = ordinal | 0;
    low[1] = (ordinal / 2 ** 32) | 0;
    longs[pair + 1] = whole[0]!;
    this.#ordinal = ordinal;
    this.#pair = this.#otherPair;
    this.#otherPair = pair;
  }

  /**
   * Sends a message.
   *
   * @param typeId Type of the message, 1 to 2^31 - 1.
   * @param source Array with the message.
   * @param offset Where the message starts in it. Default: 0.
   * @param length How long the message is. Default: up to the end.
   * @throws {RangeError} When type or length are out of range.
   */
  transmit(
    typeId: number,
    source: Uint8Array,
    offset = 0,
    length?: number,
  ): void {
    checkTypeId(typeId);
    const available = checkSource(source, offset);
    length ??= available;
    checkMessageLength(length, this.maxMessageLength);
    checkAvailable(length, available);
    const { words, longs, capacity, intent, tail, latest } = this.#views;
    let position = loadPosition(longs, tail);
    let index = position % capacity;
    const recordLength = length + HEADER_LENGTH;
    const aligned = align(recordLength);
    const toEnd = capacity - index;
    const padding = toEnd < aligned ? toEnd : 0;
    const end = position + aligned + padding;
    if (end > MAX_POSITION) {
      throw new RangeError(
        `Cannot transmit message: position ${end} is beyond what a number holds exactly; recreate the buffer`,
      );
    }
    // One that died in the middle may have overwritten up to what it had said.
    storePosition(longs, intent, Math.max(end, this.#leftIntent));
    // A receiver that sees new bytes must see the intent, too: a store with
    // release order lets later plain stores pass it on weakly ordered
    // processors, this load does not.
    Atomics.load(longs, intent);
    if (padding > 0) {
      words[index >> 2] = padding;
      words[(index + TYPE_OFFSET) >> 2] = PADDING_TYPE;
      position += padding;
      index = 0;
    }
    words[index >> 2] = recordLength;
    words[(index + TYPE_OFFSET) >> 2] = typeId;
    // Memory that others can grow may be longer than when it was checked.
    const isWhole = offset === 0 && length === byteLengthOf(source);
    this.#copier.copy(index + HEADER_LENGTH, source, offset, length, isWhole);
    // Latest before tail: a receiver that sees the tail finds a latest that is
    // at least as new.
    if (this.#ordinal >= 0) this.#count(end);
    storePosition(longs, latest, position);
    storePosition(longs, tail, position + aligned);
  }
}

import { checkInteger } from "../../memory/checks/integers.ts";
import { Batch } from "../buffers/batch.ts";
import { Copier } from "../buffers/copy_in.ts";
import { HeldSource } from "../buffers/held_source.ts";
import {
  checkAvailable,
  checkMessageLength,
  checkSource,
  checkTypeId,
} from "../buffers/message_checks.ts";
import {
  HEADER_LENGTH,
  PADDING_TYPE,
  TYPE_OFFSET,
} from "../buffers/record_layout.ts";
import { checkSlices, Slices } from "../buffers/slices.ts";
import { byteLengthOf, setBytes } from "../buffers/typed_arrays.ts";
import { INSUFFICIENT_CAPACITY } from "./ring_buffer.ts";
import { type RingMemory, spanOf } from "./ring_memory.ts";

/** `HEADER_LENGTH`; an imported name is loaded and checked at each use. */
const HEADER = 8;
const TYPE_WORD = TYPE_OFFSET >> 2;

/** No room, and possibly the rest of the data area padded. */
export const FULL = -1;

/** How producers of a ring get room in it. */
export interface Producer {
  /**
   * Claims room for a record, or for several in one piece.
   *
   * @returns Index of the room, or {@linkcode FULL}.
   */
  claim(recordLength: number): number;

  /** Bytes in one piece that a claim would get now, at least `wanted` if it can. */
  room(wanted: number): number;

  /** Says, in the word of its length, that a record is being written. */
  begin(word: number, recordLength: number): void;
}

/**
 * What all producers do. All that can fail comes before a claim: an abandoned
 * one would block the consumer.
 */
export class RingWriter {
  /** What is written again and again. */
  readonly held: HeldSource;
  readonly #memory: RingMemory;
  readonly #producer: Producer;
  readonly #maxLength: number;
  readonly #copier: Copier;
  readonly #slices: Slices;
  /** None at first, and while it is in use: a list may have getters that write. */
  #batch: Batch | undefined;

  /**
   * Writes to a ring.
   *
   * @param producer How it gets room.
   */
  constructor(memory: RingMemory, producer: Producer) {
    const { maxMessageLength } = memory;
    this.held = new HeldSource(maxMessageLength);
    this.#memory = memory;
    this.#producer = producer;
    this.#maxLength = maxMessageLength;
    this.#copier = new Copier(memory.bytes, memory.words);
    this.#slices = new Slices(memory);
  }

  /** See `RingBuffer.write`. */
  write(
    typeId: number,
    source: Uint8Array,
    offset: number,
    length: number | undefined,
  ): boolean {
    checkTypeId(typeId);
    const available = checkSource(source, offset);
    length ??= available;
    checkMessageLength(length, this.#maxLength);
    checkAvailable(length, available);
    const producer = this.#producer;
    const memory = this.#memory;
    const recordLength = length + HEADER_LENGTH;
    const index = producer.claim(recordLength);
    if (index === FULL) return false;
    const word = index >> 2;
    try {
      producer.begin(word, recordLength);
      // Memory that others can grow may be longer than when it was checked.
      const isWhole = offset === 0 && length === byteLengthOf(source);
      this.#copier.copy(index + HEADER, source, offset, length, isWhole);
      memory.store(word + TYPE_WORD, typeId);
      memory.release(word, recordLength);
    } catch (error) {
      // The stack has ended: there is none for a call, unless an equal one was made.
      memory.words[word + TYPE_WORD] = PADDING_TYPE;
      if (memory.inOrder) memory.words[word] = recordLength;
      else Atomics.store(memory.words, word, recordLength);
      throw error;
    }
    this.held.remember(source);
    return true;
  }

  /** See `RingBuffer.writeBatch`. */
  writeBatch(
    typeId: number,
    messages: readonly Uint8Array[],
    from: number,
  ): number {
    checkTypeId(typeId);
    const batch = this.#batch ?? new Batch();
    this.#batch = undefined;
    try {
      batch.measure(messages, from, this.#memory.capacity, this.#maxLength);
      if (batch.count === 0) return 0;
      return this.#writeMeasured(typeId, messages[from]!, batch);
    } finally {
      batch.clear();
      this.#batch = batch;
    }
  }

  /** See `RingBuffer.writeSlices`. */
  writeSlices(
    typeId: number,
    source: Uint8Array,
    length: number,
    from: number,
  ): number {
    checkTypeId(typeId);
    const available = checkSource(source, 0);
    checkMessageLength(length, this.#maxLength);
    const left = checkSlices(available, length, from);
    if (left === 0) return 0;
    const memory = this.#memory;
    const producer = this.#producer;
    const span = spanOf(length);
    const wanted = Math.min(left * span, memory.capacity);
    const count = Math.min(left, Math.trunc(producer.room(wanted) / span));
    const index = count > 0 ? producer.claim(count * span) : FULL;
    if (index === FULL) {
      // As in writeBatch.
      return this.write(typeId, source, from * length, length) ? 1 : 0;
    }
    const recordLength = length + HEADER_LENGTH;
    const word = index >> 2;
    try {
      producer.begin(word, count * span);
      this.#slices.copy(index, typeId, source, length, from, count);
      memory.release(word, recordLength);
    } catch (error) {
      memory.words[word + TYPE_WORD] = PADDING_TYPE;
      if (memory.inOrder) memory.words[word] = count * span;
      else Atomics.store(memory.words, word, count * span);
      throw error;
    }
    return count;
  }

  /** See `RingBuffer.tryClaim`. */
  tryClaim(typeId: number, length: number): number {
    checkTypeId(typeId);
    checkMessageLength(length, this.#maxLength);
    const recordLength = length + HEADER_LENGTH;
    const index = this.#producer.claim(recordLength);
    if (index === FULL) return INSUFFICIENT_CAPACITY;
    const memory = this.#memory;
    const word = index >> 2;
    try {
      // Any producer says so here: the claim stays open for as long as it likes.
      memory.begin(word, recordLength);
      memory.store(word + TYPE_WORD, typeId);
    } catch (error) {
      memory.words[word + TYPE_WORD] = PADDING_TYPE;
      if (memory.inOrder) memory.words[word] = recordLength;
      else Atomics.store(memory.words, word, recordLength);
      throw error;
    }
    return index + HEADER_LENGTH;
  }

  /** See `RingBuffer.commit`. */
  commit(offset: number): void {
    const index = this.#claimAt(offset, "commit");
    const length = this.#memory.words[index >> 2]!;
    this.#memory.release(index >> 2, -length);
  }

  /** See `RingBuffer.abort`. */
  abort(offset: number): void {
    const index = this.#claimAt(offset, "abort");
    const length = this.#memory.words[index >> 2]!;
    this.#memory.pad(index, -length);
  }

  /** Copies all but the first line of a long message. */
  copyTail(source: Uint8Array, index: number): void {
    setBytes(this.#memory.bytes, source, index);
  }

  #writeMeasured(typeId: number, first: Uint8Array, batch: Batch): number {
    batch.shorten(this.#producer.room(batch.span));
    const index = batch.count === 0 ? FULL : this.#producer.claim(batch.span);
    if (index === FULL) {
      // There may be room for one, at the start; or another producer was faster.
      const length = batch.lengths[0]!;
      return this.write(typeId, first, 0, length) ? 1 : 0;
    }
    try {
      this.#writeRecords(index, typeId, batch);
    } catch (error) {
      const { words, inOrder } = this.#memory;
      words[(index >> 2) + TYPE_WORD] = PADDING_TYPE;
      if (inOrder) words[index >> 2] = batch.span;
      else Atomics.store(words, index >> 2, batch.span);
      throw error;
    }
    return batch.count;
  }

  /**
   * Writes records into one claim. Until all are there, the first says that it is
   * being written and has the length of them all: one claim for a repair. The first
   * comes last: a consumer that has caught up looks at it all the time.
   */
  #writeRecords(index: number, typeId: number, batch: Batch): void {
    const { lengths, messages, span, count, heldCount } = batch;
    const memory = this.#memory;
    const word = index >> 2;
    this.#producer.begin(word, span);
    let at = index + span;
    for (let i = count - 1; i >= heldCount; i--) {
      const length = lengths[i]!;
      at -= spanOf(length);
      const message = messages[i - heldCount]!;
      this.#copier.copyWhole(at + HEADER_LENGTH, message, length);
      memory.store((at >> 2) + TYPE_WORD, typeId);
      if (i > 0) memory.store(at >> 2, length + HEADER_LENGTH);
    }
    if (heldCount > 0) this.#writeHeld(at, typeId, batch);
    memory.release(word, lengths[0]! + HEADER_LENGTH);
  }

  /** Writes those that are held, which are the first, up to `end`. */
  #writeHeld(
    end: number,
    typeId: number,
    { lengths, heldLongs, heldCount, from }: Batch,
  ): void {
    const memory = this.#memory;
    const { words, longs, inOrder } = memory;
    let at = end;
    for (let i = heldCount - 1; i >= 0; i--) {
      const length = lengths[i]!;
      const source = heldLongs[from + i]!;
      const each = length >> 3;
      at -= length + HEADER;
      const payload = (at + HEADER) >> 3;
      // A getter of the list may have sent away what was checked before.
      if (source.length === each) {
        for (let k = 0; k < each; k++) longs[payload + k] = source[k]!;
      }
      const header = at >> 2;
      if (inOrder) {
        words[header + 1] = typeId;
        if (i > 0) words[header] = length + HEADER;
      } else {
        memory.store(header + 1, typeId);
        if (i > 0) memory.store(header, length + HEADER);
      }
    }
  }

  /** Index of a record that is claimed and not released. */
  #claimAt(offset: number, operation: string): number {
    const { words, capacity } = this.#memory;
    checkInteger(offset, "offset", HEADER_LENGTH, capacity);
    if (offset % HEADER_LENGTH !== 0) {
      throw new RangeError(
        `Cannot ${operation} claim at offset ${offset}: no claim starts there`,
      );
    }
    const index = offset - HEADER_LENGTH;
    const length = words[index >> 2];
    if (length === undefined) this.#memory.refuseGone();
    if (length < 0) return index;
    const aborted = words[(index >> 2) + TYPE_WORD] === PADDING_TYPE;
    throw new TypeError(
      `Cannot ${operation} claim at offset ${offset}: it was ${
        aborted ? "aborted" : "committed"
      } before`,
    );
  }
}

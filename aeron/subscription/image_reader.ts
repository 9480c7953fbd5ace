import type { CounterValue } from "../cnc/counter_value.ts";
import type { LogBuffer } from "../log/log_buffer.ts";
import {
  FRAME,
  FRAME_HEADER_LENGTH,
  PADDING_TYPE,
  TERMS,
} from "../log/log_layout.ts";
import type {
  ControlledFragmentHandler,
  FragmentHandler,
} from "./fragment_handler.ts";
import { type FrameHeader, type FramePlace, placeOf } from "./frame_header.ts";

// Once more, what the hot path uses: an imported name is loaded and checked each time.
const HEADER = FRAME_HEADER_LENGTH;
const FLAGS_AND_TYPE = FRAME.flagsAndType;
const PADDING = PADDING_TYPE;

/**
 * Reads the frames of one image, from the position that its counter had. Only this writes
 * the counter; publishers and driver go by it.
 */
export class ImageReader {
  readonly #log: LogBuffer;
  readonly #counter: CounterValue;
  readonly #header: FrameHeader;
  readonly #place: FramePlace;
  readonly #inOrder: boolean;
  readonly #termLength: number;
  #termCount = 0;
  #offset = 0;
  #busy = false;
  #closed = false;

  constructor(log: LogBuffer, counter: CounterValue, header: FrameHeader) {
    this.#log = log;
    this.#counter = counter;
    this.#header = header;
    this.#place = placeOf(header);
    this.#inOrder = log.inOrder;
    this.#termLength = log.termLength;
    this.moveTo(counter.value);
  }

  /** Position behind what was read. */
  get position(): bigint {
    return this.#log.position(this.#termCount, this.#offset);
  }

  /** Goes to a position, a multiple of 32. */
  moveTo(position: bigint): void {
    const { termLength, shift } = this.#log;
    const termCount = position >> BigInt(shift);
    if (
      position < 0n || position % BigInt(FRAME_HEADER_LENGTH) !== 0n ||
      termCount > 2n ** 31n
    ) this.#log.refuse(`its reader is at position ${position}`);
    this.#termCount = Number(termCount);
    this.#offset = Number(position & BigInt(termLength - 1));
  }

  /** Writes the position into its counter. */
  publish(): void {
    const { shift } = this.#log;
    const count = this.#termCount;
    this.#counter.store(
      count >>> (32 - shift),
      ((count << shift) + this.#offset) | 0,
    );
  }

  /** Nothing is read or written from now on. */
  close(): void {
    this.#closed = true;
  }

  /**
   * Reads up to the end of the term.
   *
   * @param end Offset in the term at which to stop.
   */
  poll(handler: FragmentHandler, limit: number, end: number): number {
    this.#enter();
    const { words, bytes } = this.#log.terms[this.#termCount % TERMS]!;
    const header = this.#header;
    const place = this.#place;
    place.words = words;
    place.termCount = this.#termCount;
    const start = this.#offset;
    let offset = start;
    let fragments = 0;
    try {
      while (fragments < limit && offset < end) {
        const at = offset;
        const length = this.#length(words, at, start);
        if (!(length > 0)) break;
        offset = at + this.#checked(at, length);
        const word = at >> 2;
        if (words[word + FLAGS_AND_TYPE]! >>> 16 === PADDING) continue;
        fragments++;
        place.offset = at;
        handler(
          bytes,
          at + HEADER,
          length - HEADER,
          header,
        );
        if (this.#closed) break;
      }
    } finally {
      this.#busy = false;
      if (offset !== start) this.#advance(offset);
    }
    return fragments;
  }

  /** Reads up to the end of the term, as the handler says. */
  controlledPoll(
    handler: ControlledFragmentHandler,
    limit: number,
    end: number,
  ): number {
    this.#enter();
    const { words, bytes } = this.#log.terms[this.#termCount % TERMS]!;
    const header = this.#header;
    const place = this.#place;
    place.words = words;
    place.termCount = this.#termCount;
    const start = this.#offset;
    let published = start;
    let offset = start;
    let fragments = 0;
    try {
      while (fragments < limit && offset < end) {
        const at = offset;
        const length = this.#length(words, at, start);
        if (!(length > 0)) break;
        offset = at + this.#checked(at, length);
        if (words[(at >> 2) + FLAGS_AND_TYPE]! >>> 16 === PADDING) {
          continue;
        }
        place.offset = at;
        const action = handler(
          bytes,
          at + HEADER,
          length - HEADER,
          header,
        );
        if (this.#closed) break;
        if (action === "abort") {
          offset = at;
          break;
        }
        fragments++;
        if (action === "break") break;
        if (action === "commit") {
          // Not beyond the term: it would go on in the next one.
          if (offset >= this.#termLength) break;
          this.#offset = offset;
          this.publish();
          published = offset;
        } else if (action !== "continue") refuseAction(action);
      }
    } finally {
      this.#busy = false;
      if (offset !== published) this.#advance(offset);
    }
    return fragments;
  }

  /** How far a poll may go for a position: an offset in the term where it is now. */
  endFor(limitPosition: bigint): number {
    const begin = this.#log.position(this.#termCount, 0);
    const end = limitPosition - begin;
    if (end <= 0n) return 0;
    return end >= BigInt(this.#termLength) ? this.#termLength : Number(end);
  }

  #enter(): void {
    if (this.#busy) {
      throw new TypeError(
        "Cannot poll the image: one of its messages is being handled; return from the handler first",
      );
    }
    this.#busy = true;
  }

  /** The length of a frame; `start` is where the poll began. */
  #length(words: Int32Array, offset: number, start: number): number {
    const word = offset >> 2;
    if (this.#inOrder) {
      const length = words[word]!;
      // The next poll looks here for the first time.
      if (length > 0 || offset !== start) return length;
    }
    // No compiler takes an atomic load from an earlier turn of a loop. Memory that is
    // gone has no words.
    return words.length === 0 ? 0 : Atomics.load(words, word);
  }

  /** Checks a length, and returns how far the next frame is. */
  #checked(offset: number, length: number): number {
    // Before it is rounded up, which wraps for the largest; what is left of a term is a
    // multiple of 32.
    if (length >= HEADER && length <= this.#termLength - offset) {
      return (length + HEADER - 1) & -HEADER;
    }
    return this.#log.refuse(`the frame at ${offset} has ${length} bytes`);
  }

  #advance(offset: number): void {
    if (this.#closed) return;
    if (offset >= this.#termLength) {
      this.#termCount++;
      this.#offset = 0;
    } else this.#offset = offset;
    this.publish();
  }
}

function refuseAction(action: unknown): never {
  throw new TypeError(
    `Cannot poll the image: the handler must return "abort", "break", "commit" or "continue": received ${
      String(action)
    }`,
  );
}

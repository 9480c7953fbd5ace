import type { HeldSource } from "../../../channel/buffers/held_source.ts";
import { setBytes } from "../../../channel/buffers/typed_arrays.ts";
import type { FrameWriter } from "../../log/frame_writer.ts";
import type { LogBuffer, Term } from "../../log/log_buffer.ts";
import {
  DATA_TYPE,
  FRAME,
  FRAME_HEADER_LENGTH,
  UNFRAGMENTED,
} from "../../log/log_layout.ts";

/** What is held while nothing is: nobody else has it. */
const NOBODY = new Uint8Array(0);
/** The words of nothing. */
const NO_WORDS = new Int32Array(0);
/** The 64-bit words of nothing. */
const NO_LONGS = new BigInt64Array(0);

// Once more, what the hot path uses: an imported name is loaded and checked each time.
const HEADER = FRAME_HEADER_LENGTH;
const FLAGS_AND_TYPE = FRAME.flagsAndType;
const TERM_OFFSET = FRAME.termOffset;
const SESSION_ID = FRAME.sessionId;
const STREAM_ID = FRAME.streamId;
const TERM_ID = FRAME.termId;
const WHOLE_FRAME = (UNFRAGMENTED << 8) | (DATA_TYPE << 16);
const HEADER_WORDS = FRAME_HEADER_LENGTH / 4;
/** Longer sources are copied by `set`. */
const LONGEST_LOOP = 256;

/**
 * The term that a publication writes to, and the source that it holds. The two kinds of
 * spaces are derived from it, so that what their hot path reads are the fields of one
 * object.
 */
export abstract class OpenTerm {
  /** What `offerHeld` offers. */
  held: Uint8Array = NOBODY;
  /** Term of the last claim. */
  term: Term;
  /** Its id. */
  termId = 0;
  /** How often terms had been rotated before it. */
  termCount = 0;
  /** Words of what is held; none when its memory is unmapped or transferred. */
  protected heldWords: Int32Array = NO_WORDS;
  /** Up to here nothing has to be looked up while the term stays and somebody listens. */
  protected stop = 0;
  /** Word of the term's tail in the metadata. */
  protected tail = 0;
  /** Up to here the low half of a position does not overflow. */
  protected last = 0;
  protected readonly log: LogBuffer;
  protected readonly termLength: number = 0;
  #heldLongs: BigInt64Array = NO_LONGS;
  #words = NO_WORDS;
  #longs = NO_LONGS;
  #marks = NO_WORDS;
  #beginHigh = 0;
  #beginLow = 0;
  // A field that is declared without a value starts as `undefined`, and is loaded as
  // what may be anything from then on.
  readonly #sessionId: number = 0;
  readonly #streamId: number = 0;

  constructor(log: LogBuffer, { sessionId, streamId }: FrameWriter) {
    this.log = log;
    this.termLength = log.termLength;
    this.#sessionId = sessionId;
    this.#streamId = streamId;
    this.term = log.terms[0];
    this.#words = this.term.words;
    this.#marks = this.term.marks;
    this.#longs = this.term.longs;
  }

  /** Holds a source, which has words and goes into one frame, or none any more. */
  hold({ source, longs }: HeldSource): void {
    this.held = source ?? NOBODY;
    this.heldWords = source === undefined
      ? NO_WORDS
      : new Int32Array(longs.buffer, longs.byteOffset, 2 * longs.length);
    this.#heldLongs = source === undefined ? NO_LONGS : longs;
  }

  /** Goes on in a term. */
  protected enter(part: number, termId: number, termCount: number): void {
    const { log, termLength } = this;
    const term = log.terms[part]!;
    this.term = term;
    this.termId = termId;
    this.termCount = termCount;
    this.tail = 2 * part;
    this.#words = term.words;
    this.#marks = term.marks;
    this.#longs = term.longs;
    this.#beginHigh = termCount >>> (32 - log.shift);
    this.#beginLow = termCount << log.shift;
    // To the end, unless that lies at a multiple of 2^32.
    const carries = (this.#beginLow >>> 0) + termLength === 2 ** 32;
    this.last = carries ? termLength - 32 : termLength;
  }

  /**
   * Writes what is held as a frame, for which there is room.
   *
   * @param offset Where in the term.
   * @param length Its length in bytes, a multiple of 8.
   * @returns Position behind it.
   */
  protected writeHeld(offset: number, length: number): bigint {
    const frameLength = length + HEADER;
    const words = this.#words;
    // Unsigned, like the count of words: sums of such need no check of overflow.
    const word = offset >>> 2;
    this.#marks[word] = -frameLength;
    words[word + FLAGS_AND_TYPE] = WHOLE_FRAME;
    words[word + TERM_OFFSET] = offset;
    words[word + SESSION_ID] = this.#sessionId;
    words[word + STREAM_ID] = this.#streamId;
    words[word + TERM_ID] = this.termId;
    if (length <= LONGEST_LOOP) {
      // What a program has just written by 32 bits, a number at the start most likely, is
      // loaded so from the processor's store buffer; a longer load waits until all that was
      // stored before has reached the cache, which the reader holds. The rest goes by 64
      // bits: half as many stores wait for that.
      const source = this.heldWords;
      const payload = word + HEADER_WORDS;
      words[payload] = source[0]!;
      words[payload + 1] = source[1]!;
      const from = this.#heldLongs;
      const longs = this.#longs;
      const long = payload >>> 1;
      const count = length >>> 3;
      for (let i = 1; i < count; i++) longs[long + i] = from[i]!;
    } else setBytes(this.term.bytes, this.held, offset + HEADER);
    words[word] = frameLength;
    const end = offset + ((frameLength + 31) & -32);
    if (end > this.last) return this.log.position(this.termCount, end);
    const high = this.#beginHigh;
    const low = (this.#beginLow + end) >>> 0;
    return BigInt.asIntN(64, (BigInt(high) << 32n) + BigInt(low));
  }
}

import type { HeldSource } from "../../../channel/buffers/held_source.ts";
import type { FrameWriter } from "../../log/frame_writer.ts";
import type { LogBuffer, Term } from "../../log/log_buffer.ts";
import { METADATA, TERMS } from "../../log/log_layout.ts";
import { ADMIN_ACTION, MAX_POSITION_EXCEEDED } from "../offer_result.ts";
import type { PositionLimit } from "./position_limit.ts";
import {
  copyLong,
  lastWithoutCarry,
  NO_WORDS,
  NOBODY,
  type TermSpace,
} from "./term_space.ts";

const ACTIVE = METADATA.activeTermCount >> 2;
// Once more, what the hot path uses: an imported name is loaded and checked each time.
const CONNECTED = METADATA.isConnected >> 2;
const HEADER = 32;
const FLAGS_AND_TYPE = 1;
const TERM_OFFSET = 2;
const SESSION_ID = 3;
const STREAM_ID = 4;
const TERM_ID = 5;
const WHOLE_FRAME = 0x1c000;
const HEADER_WORDS = 8;
const LONGEST_LOOP = 64;
const LOOK_LENGTH = 2 ** 14;

/**
 * The room of a publication that nobody shares: it knows where it is, and tells it to
 * the log by plain stores.
 */
export class ExclusiveSpace implements TermSpace {
  readonly #log: LogBuffer;
  readonly #limit: PositionLimit;
  readonly #writer: FrameWriter;
  readonly #metadata: Int32Array;
  readonly #sessionId: number;
  readonly #streamId: number;
  readonly #inOrder: boolean;
  readonly #termLength: number;
  held: Uint8Array = NOBODY;
  term: Term;
  termId: number;
  termCount: number;
  #part: number;
  #offset: number;
  #heldWords: Int32Array = NO_WORDS;
  #heldTail: Uint8Array = NOBODY;
  /** Up to here nothing has to be looked up while somebody is connected. */
  #stop = 0;
  // The term as the hot path needs it.
  #words: Int32Array;
  #marks: Int32Array;
  #tail = 0;
  #beginHigh = 0;
  #beginLow = 0;
  /** Up to here the low half of a position does not overflow. */
  #last = 0;

  constructor(log: LogBuffer, limit: PositionLimit, writer: FrameWriter) {
    this.#log = log;
    this.#limit = limit;
    this.#writer = writer;
    this.#sessionId = writer.sessionId;
    this.#streamId = writer.streamId;
    this.#inOrder = log.inOrder;
    this.#termLength = log.termLength;
    const { metadata } = log;
    this.#metadata = metadata;
    const count = metadata[ACTIVE]!;
    if (count < 0) log.refuse(`it has had ${count} terms`);
    this.termCount = count;
    this.#part = count % TERMS;
    this.term = log.terms[this.#part]!;
    // A stream may start in the middle of a term, with `term-offset`.
    const offset = metadata[2 * this.#part]!;
    this.termId = metadata[2 * this.#part + 1]!;
    if (
      ((this.termId - log.initialTermId) | 0) !== count ||
      offset < 0 || offset > log.termLength || offset % 32 !== 0
    ) log.refuse(`the tail of term ${this.termId} is ${offset}`);
    this.#offset = offset;
    this.#words = this.term.words;
    this.#marks = this.term.marks;
    this.#enterTerm();
  }

  get position(): bigint {
    return this.#log.position(this.termCount, this.#offset);
  }

  claim(framed: number, length: number): number {
    const offset = this.#offset;
    const limit = this.#limit;
    const termLength = this.#termLength;
    if (!limit.allows(this.termCount, offset)) {
      this.#stop = 0;
      return limit.status(this.termCount, offset, length);
    }
    const end = offset + framed;
    if (end > termLength) return this.#rotate();
    this.#stop = Math.min(limit.end, this.#last, end + LOOK_LENGTH);
    this.#offset = end;
    // Only the low word changes within a term.
    if (this.#inOrder) this.#metadata[2 * this.#part] = end;
    else Atomics.store(this.#metadata, 2 * this.#part, end);
    return offset;
  }

  hold({ source, words, tail }: HeldSource): void {
    this.held = source ?? NOBODY;
    this.#heldWords = words;
    this.#heldTail = tail ?? NOBODY;
  }

  offerHeld(): bigint | number {
    const source = this.#heldWords;
    const count = source.length;
    const frameLength = (count << 2) + HEADER;
    const offset = this.#offset;
    const end = offset + ((frameLength + 31) & -32);
    const metadata = this.#metadata;
    // Memory that is unmapped or transferred has no words.
    if (end > this.#stop || count === 0 || metadata[CONNECTED] !== 1) return 0;
    this.#offset = end;
    metadata[this.#tail] = end;
    const words = this.#words;
    const word = offset >> 2;
    this.#marks[word] = -frameLength;
    words[word + FLAGS_AND_TYPE] = WHOLE_FRAME;
    words[word + TERM_OFFSET] = offset;
    words[word + SESSION_ID] = this.#sessionId;
    words[word + STREAM_ID] = this.#streamId;
    words[word + TERM_ID] = this.termId;
    if (count <= LONGEST_LOOP) {
      const payload = word + HEADER_WORDS;
      for (let i = 0; i < count; i += 2) {
        words[payload + i] = source[i]!;
        words[payload + i + 1] = source[i + 1]!;
      }
    } else copyLong(this.term, offset, source, this.#heldTail);
    words[word] = frameLength;
    const high = this.#beginHigh;
    const low = (this.#beginLow + end) >>> 0;
    return BigInt.asIntN(64, (BigInt(high) << 32n) + BigInt(low));
  }

  /** Fills what is left of the term, and goes on to the next. */
  #rotate(): number {
    const log = this.#log;
    const { metadata, metadataLongs } = log;
    const offset = this.#offset;
    if (offset < this.#termLength) {
      this.#offset = this.#termLength;
      Atomics.store(metadata, 2 * this.#part, this.#termLength);
      this.#writer.pad(this.term, this.termId, offset);
    }
    this.#stop = 0;
    if (this.#limit.isLastTerm(this.termCount)) return MAX_POSITION_EXCEEDED;
    const termId = (this.termId + 1) | 0;
    const part = (this.#part + 1) % TERMS;
    Atomics.store(metadataLongs, part, BigInt(termId) << 32n);
    Atomics.store(metadata, ACTIVE, this.termCount + 1);
    this.termId = termId;
    this.#part = part;
    this.term = log.terms[part]!;
    this.termCount++;
    this.#offset = 0;
    this.#enterTerm();
    return ADMIN_ACTION;
  }

  #enterTerm(): void {
    const { words, marks } = this.term;
    this.#words = words;
    this.#marks = marks;
    this.#tail = 2 * this.#part;
    const { shift } = this.#log;
    this.#beginHigh = this.termCount >>> (32 - shift);
    this.#beginLow = this.termCount << shift;
    this.#last = lastWithoutCarry(this.#beginLow, this.#termLength);
  }
}

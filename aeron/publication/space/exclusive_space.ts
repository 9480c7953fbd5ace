import type { HeldSource } from "../../../channel/buffers/held_source.ts";
import type { FrameWriter } from "../../log/frame_writer.ts";
import type { LogBuffer, Term } from "../../log/log_buffer.ts";
import { METADATA, TERMS } from "../../log/log_layout.ts";
import { ADMIN_ACTION, MAX_POSITION_EXCEEDED } from "../offer_result.ts";
import type { PositionLimit } from "./position_limit.ts";
import { type TermSpace, writeHeld } from "./term_space.ts";

const CONNECTED = METADATA.isConnected >> 2;
// Once more, for the hot path: an imported name is loaded and checked each time.
const HEADER = 32;
const ACTIVE = METADATA.activeTermCount >> 2;

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
  term: Term;
  termId: number;
  termCount: number;
  #part: number;
  #offset: number;

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
  }

  get position(): bigint {
    return this.#log.position(this.termCount, this.#offset);
  }

  claim(framed: number, length: number): number {
    const offset = this.#offset;
    const limit = this.#limit;
    if (!limit.allows(this.termCount, offset)) {
      return limit.status(this.termCount, offset, length);
    }
    const end = offset + framed;
    if (end > this.#termLength) return this.#rotate();
    this.#offset = end;
    // Only the low word changes within a term.
    if (this.#inOrder) this.#metadata[2 * this.#part] = end;
    else Atomics.store(this.#metadata, 2 * this.#part, end);
    return offset;
  }

  append(held: HeldSource): number {
    const length = held.longs.length << 3;
    const frameLength = length + HEADER;
    const framed = (frameLength + 31) & -32;
    const offset = this.#offset;
    const end = offset + framed;
    const limit = this.#limit;
    if (
      offset >= limit.end || this.termCount !== limit.termCount ||
      this.#metadata[CONNECTED] !== 1 || end > this.#termLength
    ) {
      const claimed = this.claim(framed, length);
      if (claimed < 0) return claimed;
    } else {
      this.#offset = end;
      this.#metadata[2 * this.#part] = end;
    }
    writeHeld(
      this.term,
      offset,
      this.#sessionId,
      this.#streamId,
      this.termId,
      held,
    );
    return offset;
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
    return ADMIN_ACTION;
  }
}

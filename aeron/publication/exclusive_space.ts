import type { FrameWriter } from "../log/frame_writer.ts";
import type { LogBuffer } from "../log/log_buffer.ts";
import { METADATA, TERMS } from "../log/log_layout.ts";
import { ADMIN_ACTION, MAX_POSITION_EXCEEDED } from "./offer_result.ts";
import type { PositionLimit } from "./position_limit.ts";
import type { TermSpace } from "./term_space.ts";

const ACTIVE = METADATA.activeTermCount >> 2;

/**
 * The room of a publication that nobody shares: it knows where it is, and tells it to
 * the log by plain stores.
 */
export class ExclusiveSpace implements TermSpace {
  readonly #log: LogBuffer;
  readonly #limit: PositionLimit;
  readonly #writer: FrameWriter;
  readonly #inOrder: boolean;
  readonly #termLength: number;
  #part: number;
  #termId: number;
  #termCount: number;
  #offset: number;

  constructor(log: LogBuffer, limit: PositionLimit, writer: FrameWriter) {
    this.#log = log;
    this.#limit = limit;
    this.#writer = writer;
    this.#inOrder = log.inOrder;
    this.#termLength = log.termLength;
    const { metadata } = log;
    const count = metadata[ACTIVE]!;
    if (count < 0) log.refuse(`it has had ${count} terms`);
    this.#termCount = count;
    this.#part = count % TERMS;
    // A stream may start in the middle of a term, with `term-offset`.
    const offset = metadata[2 * this.#part]!;
    this.#termId = metadata[2 * this.#part + 1]!;
    if (
      ((this.#termId - log.initialTermId) | 0) !== count ||
      offset < 0 || offset > log.termLength || offset % 32 !== 0
    ) log.refuse(`the tail of term ${this.#termId} is ${offset}`);
    this.#offset = offset;
  }

  get part(): number {
    return this.#part;
  }

  get termId(): number {
    return this.#termId;
  }

  get termCount(): number {
    return this.#termCount;
  }

  get position(): bigint {
    return this.#log.position(this.#termCount, this.#offset);
  }

  claim(framed: number, length: number): number {
    const offset = this.#offset;
    if (!this.#limit.allows(this.#termCount, offset)) {
      return this.#limit.status(this.#termCount, offset, length);
    }
    const end = offset + framed;
    if (end > this.#termLength) return this.#rotate();
    this.#offset = end;
    // Only the low word changes within a term.
    if (this.#inOrder) this.#log.metadata[2 * this.#part] = end;
    else Atomics.store(this.#log.metadata, 2 * this.#part, end);
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
      this.#writer.pad(log.terms[this.#part]!, this.#termId, offset);
    }
    if (this.#limit.isLastTerm(this.#termCount)) return MAX_POSITION_EXCEEDED;
    const termId = (this.#termId + 1) | 0;
    const part = (this.#part + 1) % TERMS;
    Atomics.store(metadataLongs, part, BigInt(termId) << 32n);
    Atomics.store(metadata, ACTIVE, this.#termCount + 1);
    this.#termId = termId;
    this.#part = part;
    this.#termCount++;
    this.#offset = 0;
    return ADMIN_ACTION;
  }
}

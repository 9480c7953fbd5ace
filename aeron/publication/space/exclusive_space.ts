import type { FrameWriter } from "../../log/frame_writer.ts";
import type { LogBuffer } from "../../log/log_buffer.ts";
import { FRAME_HEADER_LENGTH, METADATA, TERMS } from "../../log/log_layout.ts";
import { ADMIN_ACTION, MAX_POSITION_EXCEEDED } from "../offer_result.ts";
import type { PositionLimit } from "./position_limit.ts";
import { OpenTerm } from "./open_term.ts";
import { LOOK_LENGTH, type TermSpace } from "./term_space.ts";

const ACTIVE = METADATA.activeTermCount >> 2;
// Once more, what the hot path uses: an imported name is loaded and checked each time.
const CONNECTED = METADATA.isConnected >> 2;
const HEADER = FRAME_HEADER_LENGTH;

/**
 * The room of a publication that nobody shares: it knows where it is, and tells it to
 * the log by plain stores.
 */
export class ExclusiveSpace extends OpenTerm implements TermSpace {
  readonly #limit: PositionLimit;
  readonly #writer: FrameWriter;
  readonly #metadata: Int32Array;
  readonly #inOrder: boolean;
  #offset = 0;

  constructor(log: LogBuffer, limit: PositionLimit, writer: FrameWriter) {
    super(log, writer);
    this.#limit = limit;
    this.#writer = writer;
    this.#inOrder = log.inOrder;
    const { metadata } = log;
    this.#metadata = metadata;
    const count = metadata[ACTIVE]!;
    if (count < 0) log.refuse(`it has had ${count} terms`);
    const part = count % TERMS;
    // A stream may start in the middle of a term, with `term-offset`.
    const offset = metadata[2 * part]!;
    const termId = metadata[2 * part + 1]!;
    if (
      ((termId - log.initialTermId) | 0) !== count ||
      offset < 0 || offset > log.termLength || offset % 32 !== 0
    ) log.refuse(`the tail of term ${termId} is ${offset}`);
    this.#offset = offset;
    this.enter(part, termId, count);
  }

  get position(): bigint {
    return this.log.position(this.termCount, this.#offset);
  }

  claim(framed: number, length: number): number {
    const offset = this.#offset;
    const limit = this.#limit;
    if (!limit.allows(this.termCount, offset)) {
      this.stop = 0;
      return limit.status(this.termCount, offset, length);
    }
    const end = offset + framed;
    if (end > this.termLength) return this.#rotate();
    this.stop = Math.min(limit.end, this.last, end + LOOK_LENGTH);
    this.#offset = end;
    // Only the low word changes within a term.
    if (this.#inOrder) this.#metadata[this.tail] = end;
    else Atomics.store(this.#metadata, this.tail, end);
    return offset;
  }

  offerHeld(): bigint | number {
    const length = this.heldWords.length << 2;
    const offset = this.#offset;
    const end = offset + ((length + HEADER + 31) & -32);
    const metadata = this.#metadata;
    // Memory that is unmapped or transferred has no words.
    if (end > this.stop || length === 0 || metadata[CONNECTED] !== 1) return 0;
    this.#offset = end;
    metadata[this.tail] = end;
    return this.writeHeld(offset, length);
  }

  /** Fills what is left of the term, and goes on to the next. */
  #rotate(): number {
    const { log, termLength } = this;
    const { metadata, metadataLongs } = log;
    const offset = this.#offset;
    if (offset < termLength) {
      this.#offset = termLength;
      Atomics.store(metadata, this.tail, termLength);
      this.#writer.pad(this.term, this.termId, offset);
    }
    this.stop = 0;
    if (this.#limit.isLastTerm(this.termCount)) return MAX_POSITION_EXCEEDED;
    const termId = (this.termId + 1) | 0;
    const part = (this.termCount + 1) % TERMS;
    Atomics.store(metadataLongs, part, BigInt(termId) << 32n);
    Atomics.store(metadata, ACTIVE, this.termCount + 1);
    this.#offset = 0;
    this.enter(part, termId, this.termCount + 1);
    return ADMIN_ACTION;
  }
}

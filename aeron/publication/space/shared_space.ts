import type { FrameWriter } from "../../log/frame_writer.ts";
import type { LogBuffer } from "../../log/log_buffer.ts";
import { FRAME_HEADER_LENGTH, METADATA, TERMS } from "../../log/log_layout.ts";
import { ADMIN_ACTION, MAX_POSITION_EXCEEDED } from "../offer_result.ts";
import type { PositionLimit } from "./position_limit.ts";
import { OpenTerm } from "./open_term.ts";
import { LOOK_LENGTH, type TermSpace } from "./term_space.ts";

// Once more, what the hot path uses: an imported name is loaded and checked each time.
const ACTIVE = METADATA.activeTermCount >> 2;
const CONNECTED = METADATA.isConnected >> 2;
const HEADER = FRAME_HEADER_LENGTH;
/** Others that add to the tail all the while keep nobody for longer. */
const MAX_TRIES = 1000;

/**
 * The room of a publication that any number of processes add to at once: each adds
 * the length of its frames to the tail of the active term, and has what lay before it.
 * Who hits the end of the term pads what is left, and everybody who comes then moves
 * the log on to the next term, which counts once.
 */
export class SharedSpace extends OpenTerm implements TermSpace {
  readonly #limit: PositionLimit;
  readonly #writer: FrameWriter;
  readonly #metadata: Int32Array;
  readonly #inOrder: boolean;
  readonly #initialTermId: number;

  constructor(log: LogBuffer, limit: PositionLimit, writer: FrameWriter) {
    super(log, writer);
    this.#limit = limit;
    this.#writer = writer;
    this.#metadata = log.metadata;
    this.#inOrder = log.inOrder;
    this.#initialTermId = log.initialTermId;
    this.enter(0, log.initialTermId, 0);
  }

  get position(): bigint {
    const log = this.log;
    const { metadataLongs, termLength } = log;
    const termCount = this.#activeTermCount();
    const raw = Atomics.load(metadataLongs, termCount % TERMS);
    const tail = Number(raw & 0xffff_ffffn);
    const termId = Number(BigInt.asIntN(32, raw >> 32n));
    const count = (termId - log.initialTermId) | 0;
    return log.position(Math.max(count, 0), Math.min(tail, termLength));
  }

  claim(framed: number, length: number): number {
    const initialTermId = this.#initialTermId;
    const termLength = this.termLength;
    const termCount = this.#activeTermCount();
    const tail = 2 * (termCount % TERMS);
    const termId = this.#load(tail + 1);
    this.stop = 0;
    // Somebody is moving on to the next term.
    if (((termId - initialTermId) | 0) !== termCount) return ADMIN_ACTION;
    const before = Math.min(this.#load(tail), termLength);
    if (before < 0) this.log.refuse(`the tail of term ${termId} is ${before}`);
    const limit = this.#limit;
    if (!limit.allows(termCount, before)) {
      return limit.status(termCount, before, length);
    }
    // Only the low word, which is the offset: it never overflows, because a
    // publication that adds beyond the end rotates the log before it adds again.
    const added = Atomics.add(this.#metadata, tail, framed);
    const offset = this.#settle(tail, termId, added, framed);
    if (offset >= 0 && this.termCount === termCount) {
      const look = offset + framed + LOOK_LENGTH;
      this.stop = Math.min(limit.end, this.last, look);
    }
    return offset;
  }

  offerHeld(): bigint | number {
    const length = this.heldWords.length << 2;
    const framed = (length + HEADER + 31) & -32;
    const metadata = this.#metadata;
    const { tail, termId } = this;
    // Memory that is unmapped or transferred has no words; what others may have moved
    // on, and what is nonsense, is for `claim`.
    if (
      length === 0 || !(metadata[tail]! + framed <= this.stop) ||
      metadata[ACTIVE] !== this.termCount || metadata[tail + 1] !== termId ||
      metadata[CONNECTED] !== 1
    ) return 0;
    let offset = Atomics.add(metadata, tail, framed);
    if (
      metadata[tail + 1] !== termId || offset < 0 || (offset & 31) !== 0 ||
      offset + framed > this.last
    ) {
      offset = this.#settle(tail, termId, offset, framed);
      if (offset < 0) return offset;
    }
    return this.writeHeld(offset, length);
  }

  /**
   * Makes room of what was added to a tail.
   *
   * @param tail Word of the tail in the metadata.
   * @param termIdBefore The term's id before it was added.
   * @param added The tail before it was added.
   * @returns Offset in the term; negative when there is no room.
   */
  #settle(
    tail: number,
    termIdBefore: number,
    added: number,
    framed: number,
  ): number {
    const log = this.log;
    const termLength = this.termLength;
    let termId = termIdBefore;
    const termIdNow = this.#load(tail + 1);
    if (termIdNow !== termId) {
      this.stop = 0;
      // The log went three terms on between the two. What was added counts for the
      // new term, unless the old one was full before.
      if (added >= termLength) return ADMIN_ACTION;
      termId = termIdNow;
    }
    if (added < 0 || (added & 31) !== 0) {
      log.refuse(`the tail of term ${termId} is ${added}`);
    }
    const offset = Math.min(added, termLength);
    const count = (termId - this.#initialTermId) | 0;
    if (count < 0) log.refuse(`it has had ${count} terms`);
    if (count !== this.termCount || termId !== this.termId) {
      this.enter(tail >> 1, termId, count);
    }
    if (offset + framed > termLength) return this.#endTerm(offset);
    return offset;
  }

  #activeTermCount(): number {
    const count = this.#load(ACTIVE);
    if (count >= 0) return count;
    const { log } = this;
    if (log.isGone) log.refuse("its memory was transferred");
    return log.refuse(`it has had ${count} terms`);
  }

  #load(word: number): number {
    const metadata = this.#metadata;
    return this.#inOrder ? metadata[word]! : Atomics.load(metadata, word);
  }

  #endTerm(offset: number): number {
    const log = this.log;
    if (offset < log.termLength) {
      this.#writer.pad(this.term, this.termId, offset);
    }
    if (this.#limit.isLastTerm(this.termCount)) return MAX_POSITION_EXCEEDED;
    this.#rotate(this.termCount, this.termId);
    return ADMIN_ACTION;
  }

  /** Moves the log on to the next term, unless someone has. */
  #rotate(termCount: number, termId: number): void {
    const { metadata, metadataLongs } = this.log;
    const next = (termId + 1) | 0;
    const part = (termCount + 1) % TERMS;
    const expected = (next - TERMS) | 0;
    const value = BigInt(next) << 32n;
    for (let i = 0; i < MAX_TRIES; i++) {
      const raw = Atomics.load(metadataLongs, part);
      if (Number(BigInt.asIntN(32, raw >> 32n)) !== expected) break;
      if (Atomics.compareExchange(metadataLongs, part, raw, value) === raw) {
        break;
      }
    }
    Atomics.compareExchange(metadata, ACTIVE, termCount, termCount + 1);
  }
}

import type { HeldSource } from "../../../channel/buffers/held_source.ts";
import type { FrameWriter } from "../../log/frame_writer.ts";
import type { LogBuffer, Term } from "../../log/log_buffer.ts";
import { METADATA, TERMS } from "../../log/log_layout.ts";
import { ADMIN_ACTION, MAX_POSITION_EXCEEDED } from "../offer_result.ts";
import type { PositionLimit } from "./position_limit.ts";
import { type TermSpace, writeHeld } from "./term_space.ts";

// Once more, for the hot path: an imported name is loaded and checked each time.
const HEADER = 32;
const ACTIVE = METADATA.activeTermCount >> 2;
/** Others that add to the tail all the while keep nobody for longer. */
const MAX_TRIES = 1000;

/**
 * The room of a publication that any number of processes add to at once: each adds
 * the length of its frames to the tail of the active term, and has what lay before it.
 * Who hits the end of the term pads what is left, and everybody who comes then moves
 * the log on to the next term, which counts once.
 */
export class SharedSpace implements TermSpace {
  readonly #log: LogBuffer;
  readonly #limit: PositionLimit;
  readonly #writer: FrameWriter;
  readonly #metadata: Int32Array;
  readonly #sessionId: number;
  readonly #streamId: number;
  readonly #inOrder: boolean;
  readonly #termLength: number;
  readonly #initialTermId: number;
  term: Term;
  termId = 0;
  termCount = 0;

  constructor(log: LogBuffer, limit: PositionLimit, writer: FrameWriter) {
    this.#log = log;
    this.#limit = limit;
    this.#writer = writer;
    this.#sessionId = writer.sessionId;
    this.#streamId = writer.streamId;
    this.#metadata = log.metadata;
    this.#inOrder = log.inOrder;
    this.#termLength = log.termLength;
    this.#initialTermId = log.initialTermId;
    this.term = log.terms[0];
  }

  get position(): bigint {
    const log = this.#log;
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
    const termLength = this.#termLength;
    const termCount = this.#activeTermCount();
    const part = termCount % TERMS;
    const tail = 2 * part;
    let termId = this.#load(tail + 1);
    // Somebody is moving on to the next term.
    if (((termId - initialTermId) | 0) !== termCount) return ADMIN_ACTION;
    const before = Math.min(this.#load(tail), termLength);
    if (before < 0) this.#log.refuse(`the tail of term ${termId} is ${before}`);
    const limit = this.#limit;
    if (!limit.allows(termCount, before)) {
      return limit.status(termCount, before, length);
    }
    // Only the low word, which is the offset: it never overflows, because a
    // publication that adds beyond the end rotates the log before it adds again.
    const added = Atomics.add(this.#metadata, tail, framed);
    const termIdNow = this.#load(tail + 1);
    if (termIdNow !== termId) {
      // The log went three terms on between the two. What was added counts for the
      // new term, unless the old one was full before.
      if (added >= termLength) return ADMIN_ACTION;
      termId = termIdNow;
    }
    if (added < 0 || (added & 31) !== 0) {
      this.#log.refuse(`the tail of term ${termId} is ${added}`);
    }
    const offset = Math.min(added, termLength);
    this.term = this.#log.terms[part]!;
    this.termId = termId;
    const count = (termId - initialTermId) | 0;
    if (count < 0) this.#log.refuse(`it has had ${count} terms`);
    this.termCount = count;
    if (offset + framed > termLength) return this.#endTerm(offset);
    return offset;
  }

  append(held: HeldSource): number {
    const length = held.longs.length << 3;
    const frameLength = length + HEADER;
    const framed = (frameLength + 31) & -32;
    const offset = this.claim(framed, length);
    if (offset < 0) return offset;
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

  #activeTermCount(): number {
    const count = this.#load(ACTIVE);
    if (count >= 0) return count;
    return this.#log.refuse(`it has had ${count} terms`);
  }

  #load(word: number): number {
    const metadata = this.#metadata;
    return this.#inOrder ? metadata[word]! : Atomics.load(metadata, word);
  }

  #endTerm(offset: number): number {
    const log = this.#log;
    if (offset < log.termLength) {
      this.#writer.pad(this.term, this.termId, offset);
    }
    if (this.#limit.isLastTerm(this.termCount)) return MAX_POSITION_EXCEEDED;
    this.#rotate(this.termCount, this.termId);
    return ADMIN_ACTION;
  }

  /** Moves the log on to the next term, unless someone has. */
  #rotate(termCount: number, termId: number): void {
    const { metadata, metadataLongs } = this.#log;
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

import type { CounterValue } from "../../cnc/counter_value.ts";
import type { LogBuffer } from "../../log/log_buffer.ts";
import {
  alignFrame,
  FRAME_HEADER_LENGTH,
  METADATA,
} from "../../log/log_layout.ts";
import {
  BACK_PRESSURED,
  MAX_POSITION_EXCEEDED,
  NOT_CONNECTED,
} from "../offer_result.ts";

const CONNECTED = METADATA.isConnected >> 2;
/** How often a log may be rotated: terms have 32-bit ids. */
const MAX_TERMS = 2 ** 31;

/**
 * How far a publication may go, which the driver writes into a counter. It is loaded
 * when the remembered one is reached, because loading it for each message takes the
 * counter's cache line away from the driver each time.
 */
export class PositionLimit {
  readonly #log: LogBuffer;
  readonly #metadata: Int32Array;
  readonly #counter: CounterValue;
  #high = 0;
  #low = 0;
  /** The term in which the limit was looked at last: how many there were before. */
  termCount = -1;
  /** Where the limit lay then, from where that term begins. */
  end = 0;

  constructor(log: LogBuffer, counter: CounterValue) {
    this.#log = log;
    this.#metadata = log.metadata;
    this.#counter = counter;
  }

  /**
   * Whether a message may start at an offset of a term: nothing is looked up while
   * somebody is connected and the remembered limit is farther.
   */
  allows(termCount: number, offset: number): boolean {
    if (
      offset < this.end && termCount === this.termCount &&
      this.#metadata[CONNECTED] === 1
    ) return true;
    return this.#look(termCount, offset);
  }

  #look(termCount: number, offset: number): boolean {
    if (this.#log.isGone) this.#log.refuse("its memory was transferred");
    this.termCount = termCount;
    this.end = this.#inTerm(termCount);
    if (offset < this.end && this.#metadata[CONNECTED] === 1) return true;
    const counter = this.#counter;
    counter.load();
    this.#high = counter.high;
    this.#low = counter.low;
    this.end = this.#inTerm(termCount);
    return offset < this.end;
  }

  /** The counter of the limit. */
  get counter(): CounterValue {
    return this.#counter;
  }

  /** Why a message may not start there. */
  status(termCount: number, offset: number, length: number): number {
    const log = this.#log;
    const end = offset + alignFrame(length + FRAME_HEADER_LENGTH);
    if (termCount === MAX_TERMS - 1 && end >= log.termLength) {
      return MAX_POSITION_EXCEEDED;
    }
    return log.isConnected ? BACK_PRESSURED : NOT_CONNECTED;
  }

  /** Whether the stream ends with this term. */
  isLastTerm(termCount: number): boolean {
    return termCount >= MAX_TERMS - 1;
  }

  /** The limit as an offset from where a term begins; exact where it is near. */
  #inTerm(termCount: number): number {
    const { shift } = this.#log;
    const high = termCount >>> (32 - shift);
    const low = (termCount << shift) >>> 0;
    const end = (this.#high - high) * 2 ** 32 + ((this.#low >>> 0) - low);
    // A small integer, and beyond the end of a term that is full.
    return Math.max(0, Math.min(end, this.#log.termLength + 1)) | 0;
  }
}

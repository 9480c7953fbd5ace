import { byteLengthOf, partOf } from "../../channel/buffers/typed_arrays.ts";
import type { LogBuffer, Term } from "./log_buffer.ts";
import {
  alignFrame,
  BEGIN_FLAG,
  DATA_TYPE,
  END_FLAG,
  FRAME,
  FRAME_HEADER_LENGTH,
  PADDING_TYPE,
  UNFRAGMENTED,
} from "./log_layout.ts";

/**
 * Writes frames into room that was claimed. A frame is claimed by the negative of
 * its length, stored before all else of it, and published by its positive length,
 * stored last; `channel/buffers/store_order.ts` says why the stores are seen in this
 * order.
 */
export class FrameWriter {
  readonly #log: LogBuffer;
  readonly #inOrder: boolean;
  /** Session of the frames. */
  readonly sessionId: number;
  /** Stream of the frames. */
  readonly streamId: number;

  constructor(log: LogBuffer, sessionId: number, streamId: number) {
    this.#log = log;
    this.#inOrder = log.inOrder;
    this.sessionId = sessionId;
    this.streamId = streamId;
  }

  /** Claims a frame and writes its header. */
  begin(
    term: Term,
    termId: number,
    offset: number,
    frameLength: number,
    flags: number,
    type: number,
  ): void {
    const { words } = term;
    const word = offset >> 2;
    if (this.#inOrder) term.marks[word] = -frameLength;
    else {
      Atomics.store(words, word, -frameLength);
      // Plain stores behind it may pass the store, but not this load.
      Atomics.load(words, word);
    }
    words[word + FRAME.flagsAndType] = (flags << 8) | (type << 16);
    words[word + FRAME.termOffset] = offset;
    words[word + FRAME.sessionId] = this.sessionId;
    words[word + FRAME.streamId] = this.streamId;
    words[word + FRAME.termId] = termId;
  }

  /** Publishes a frame. */
  end(term: Term, offset: number, frameLength: number): void {
    if (this.#inOrder) term.words[offset >> 2] = frameLength;
    else Atomics.store(term.words, offset >> 2, frameLength);
  }

  /** Writes a message of one frame. */
  writeWhole(
    term: Term,
    termId: number,
    offset: number,
    source: Uint8Array,
    from: number,
    length: number,
    reservedValue: bigint | undefined,
  ): void {
    const frameLength = length + FRAME_HEADER_LENGTH;
    this.begin(term, termId, offset, frameLength, UNFRAGMENTED, DATA_TYPE);
    if (reservedValue !== undefined) {
      term.longs[(offset >> 3) + FRAME.reservedValue / 2] = reservedValue;
    }
    const isWhole = from === 0 && length === byteLengthOf(source);
    term.copier.copy(
      offset + FRAME_HEADER_LENGTH,
      source,
      from,
      length,
      isWhole,
    );
    this.end(term, offset, frameLength);
  }

  /**
   * Writes a message of several parts, in as many frames as it takes, each published
   * on its own.
   *
   * @param length How many bytes of the parts, whose lengths were checked.
   * @param from Where the message starts in the first part.
   */
  writeParts(
    term: Term,
    termId: number,
    start: number,
    parts: readonly Uint8Array[],
    from: number,
    length: number,
    reservedValue: bigint | undefined,
  ): void {
    const { maxPayloadLength } = this.#log;
    let offset = start;
    let left = length;
    let part = 0;
    let inPart = from;
    let flags = BEGIN_FLAG;
    do {
      const payload = Math.min(left, maxPayloadLength);
      const frameLength = payload + FRAME_HEADER_LENGTH;
      if (payload === left) flags |= END_FLAG;
      this.begin(term, termId, offset, frameLength, flags, DATA_TYPE);
      if (reservedValue !== undefined) {
        term.longs[(offset >> 3) + FRAME.reservedValue / 2] = reservedValue;
      }
      let target = offset + FRAME_HEADER_LENGTH;
      const end = target + payload;
      while (target < end) {
        const source = parts[part]!;
        const size = Math.min(end - target, byteLengthOf(source) - inPart);
        if (size > 0) {
          // By bytes of a view: parts need not be aligned in the frame.
          term.bytes.set(partOf(source, inPart, size), target);
        }
        target += size;
        inPart += size;
        if (target < end) {
          part++;
          inPart = 0;
        }
      }
      this.end(term, offset, frameLength);
      offset += alignFrame(frameLength);
      left -= payload;
      flags = 0;
    } while (left > 0);
  }

  /** Makes padding of what is left of a term. */
  pad(term: Term, termId: number, offset: number): void {
    const length = this.#log.termLength - offset;
    this.begin(term, termId, offset, length, UNFRAGMENTED, PADDING_TYPE);
    this.end(term, offset, length);
  }

  /** Turns a frame that was claimed into padding. */
  abort(term: Term, offset: number, frameLength: number): void {
    term.words[(offset >> 2) + FRAME.flagsAndType] = UNFRAGMENTED << 8;
    this.end(term, offset, frameLength);
  }
}

/** How many bytes the frames of a message take. */
export function framedLength(length: number, maxPayloadLength: number): number {
  if (length <= maxPayloadLength) {
    return alignFrame(length + FRAME_HEADER_LENGTH);
  }
  const full = Math.trunc(length / maxPayloadLength);
  const rest = length % maxPayloadLength;
  return full * (maxPayloadLength + FRAME_HEADER_LENGTH) +
    (rest > 0 ? alignFrame(rest + FRAME_HEADER_LENGTH) : 0);
}

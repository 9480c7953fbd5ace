import type { LogBuffer } from "../log/log_buffer.ts";
import { alignFrame, FRAME } from "../log/log_layout.ts";
import type { Image } from "./image.ts";

/** Where the frame lies that a header tells of; the reader of the image moves it. */
export interface FramePlace {
  /** The term as 32-bit words. */
  words: Int32Array;
  /** How often terms were rotated before it. */
  termCount: number;
  /** Where the frame starts in it. */
  offset: number;
}

let place: (header: FrameHeader) => FramePlace;

/**
 * What stands in front of a message, beside its length. One object per image, which
 * tells of the message that is being handled: it says nothing once the handler has
 * returned.
 *
 * @example Who sent it, and where it stands in the stream
 * ```ts
 * import type { Subscription } from "@shmem/shmem/aeron";
 *
 * function look(subscription: Subscription): number {
 *   return subscription.poll((_bytes, _offset, _length, header) =>
 *     console.log(header.sessionId, header.position)
 *   );
 * }
 * ```
 */
export class FrameHeader {
  /** Image that the message came by. */
  readonly image: Image;
  readonly #log: LogBuffer;
  readonly #place: FramePlace = {
    words: new Int32Array(0),
    termCount: 0,
    offset: 0,
  };

  static {
    place = (header) => header.#place;
  }

  /**
   * Not for programs: images make headers.
   *
   * @ignore
   */
  constructor(image: Image, log: LogBuffer) {
    this.image = image;
    this.#log = log;
  }

  /** Position of the stream behind the frame. */
  get position(): bigint {
    const { termCount, offset } = this.#place;
    const left = this.#log.termLength - offset;
    const length = Math.max(0, Math.min(this.#word(FRAME.length), left));
    return this.#log.position(termCount, offset + alignFrame(length));
  }

  /** Length of the frame in bytes, its header of 32 included. */
  get frameLength(): number {
    return this.#word(FRAME.length);
  }

  /** 0x80 for the first frame of a message, 0x40 for the last, 0xc0 for the only one. */
  get flags(): number {
    return (this.#word(FRAME.flagsAndType) >>> 8) & 0xff;
  }

  /** Where the frame starts in its term. */
  get termOffset(): number {
    return this.#place.offset;
  }

  /** Id of the term. */
  get termId(): number {
    return (this.#log.initialTermId + this.#place.termCount) | 0;
  }

  /** Session of the publisher. */
  get sessionId(): number {
    return this.#word(FRAME.sessionId);
  }

  /** Stream of the publisher. */
  get streamId(): number {
    return this.#word(FRAME.streamId);
  }

  /** 64 bits that the publisher sent with the message. */
  get reservedValue(): bigint {
    const low = this.#word(FRAME.reservedValue);
    const high = this.#word(FRAME.reservedValue + 1);
    // Mostly there is none, and a bigint takes long to make.
    if ((low | high) === 0) return 0n;
    return (BigInt(high) << 32n) | BigInt(low >>> 0);
  }

  #word(index: number): number {
    const { words, offset } = this.#place;
    return words[(offset >> 2) + index] ?? 0;
  }
}

/** Where a header looks, for readers of images alone. */
export function placeOf(header: FrameHeader): FramePlace {
  return place(header);
}

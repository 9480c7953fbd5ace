import { checkHandler } from "../../channel/buffers/message_checks.ts";
import {
  alignFrame,
  BEGIN_FLAG,
  END_FLAG,
  FRAME_HEADER_LENGTH,
  MAX_MESSAGE_LENGTH,
  UNFRAGMENTED,
} from "../log/log_layout.ts";
import type {
  ControlledFragmentHandler,
  FragmentHandler,
} from "./fragment_handler.ts";
import type { FrameHeader } from "./frame_header.ts";
import type { Image } from "./image.ts";

/** First memory of a message that comes in pieces. */
const FIRST_LENGTH = 4096;

/** A message that comes in pieces, of one image. */
class Pieces {
  bytes = new Uint8Array(FIRST_LENGTH);
  length = 0;
  /** Offset in the term at which the next piece is expected; -1: none is. */
  next = -1;

  begin(): void {
    this.length = 0;
  }

  /** Appends a piece; false when the message is longer than any may be. */
  append(bytes: Uint8Array, offset: number, length: number): boolean {
    const end = this.length + length;
    if (end > MAX_MESSAGE_LENGTH) return false;
    if (end > this.bytes.length) {
      const longer = new Uint8Array(
        Math.min(Math.max(2 * this.bytes.length, end), MAX_MESSAGE_LENGTH),
      );
      longer.set(this.bytes.subarray(0, this.length));
      this.bytes = longer;
    }
    this.bytes.set(bytes.subarray(offset, offset + length), this.length);
    this.length = end;
    return true;
  }
}

/** Puts messages together, for both kinds of assemblers. */
class Assembly {
  // By image: what belongs to one that is gone goes with it.
  #pieces = new WeakMap<Image, Pieces>();

  /** Takes a piece; returns the message that it completes. */
  take(
    bytes: Uint8Array,
    offset: number,
    length: number,
    header: FrameHeader,
  ): Pieces | undefined {
    const { image, flags, termOffset } = header;
    let pieces = this.#pieces.get(image);
    if (pieces === undefined) {
      this.#pieces.set(image, pieces = new Pieces());
    }
    // One that misses its beginning, because the reader joined in its middle, is left
    // out.
    if ((flags & BEGIN_FLAG) !== 0) pieces.begin();
    else if (pieces.next !== termOffset) return undefined;
    pieces.next = -1;
    if (!pieces.append(bytes, offset, length)) return undefined;
    if ((flags & END_FLAG) !== 0) return pieces;
    pieces.next = alignFrame(termOffset + length + FRAME_HEADER_LENGTH);
    return undefined;
  }

  /** Takes back a piece that comes again. */
  untake(
    pieces: Pieces,
    length: number,
    header: FrameHeader,
  ): void {
    pieces.length -= length;
    pieces.next = header.termOffset;
  }

  clear(): void {
    this.#pieces = new WeakMap();
  }
}

/**
 * Puts messages that took several frames together, before it hands them on. What took one
 * frame is handed on as it lies in the log.
 *
 * @example Receive messages of any length
 * ```ts
 * import { FragmentAssembler, type Subscription } from "@shmem/shmem/aeron";
 *
 * function receive(subscription: Subscription) {
 *   const { handler } = new FragmentAssembler((bytes, offset, length) => {
 *     console.log(bytes.slice(offset, offset + length));
 *   });
 *   return () => subscription.poll(handler);
 * }
 * ```
 */
export class FragmentAssembler {
  readonly #assembly = new Assembly();
  /** What to poll with. */
  readonly handler: FragmentHandler;

  /**
   * Wraps a handler.
   *
   * @param handler Takes whole messages; the header is that of the last frame.
   */
  constructor(handler: FragmentHandler) {
    checkHandler(handler);
    const assembly = this.#assembly;
    this.handler = (bytes, offset, length, header) => {
      if ((header.flags & UNFRAGMENTED) === UNFRAGMENTED) {
        handler(bytes, offset, length, header);
        return;
      }
      const whole = assembly.take(bytes, offset, length, header);
      if (whole !== undefined) handler(whole.bytes, 0, whole.length, header);
    };
  }

  /** Forgets the beginnings of messages. */
  clear(): void {
    this.#assembly.clear();
  }
}

/**
 * The same for `controlledPoll`.
 *
 * @example Take a message, or have it again
 * ```ts
 * import {
 *   ControlledFragmentAssembler,
 *   type Subscription,
 * } from "@shmem/shmem/aeron";
 *
 * function receive(subscription: Subscription, isReady: () => boolean) {
 *   const { handler } = new ControlledFragmentAssembler((_bytes, _at, length) => {
 *     console.log(length);
 *     return isReady() ? "commit" : "abort";
 *   });
 *   return () => subscription.controlledPoll(handler);
 * }
 * ```
 */
export class ControlledFragmentAssembler {
  readonly #assembly = new Assembly();
  /** What to poll with. */
  readonly handler: ControlledFragmentHandler;

  /**
   * Wraps a handler.
   *
   * @param handler Takes whole messages; with `"abort"` the last frame comes again, and
   * with it the whole message.
   */
  constructor(handler: ControlledFragmentHandler) {
    checkHandler(handler);
    const assembly = this.#assembly;
    this.handler = (bytes, offset, length, header) => {
      if ((header.flags & UNFRAGMENTED) === UNFRAGMENTED) {
        return handler(bytes, offset, length, header);
      }
      const whole = assembly.take(bytes, offset, length, header);
      if (whole === undefined) return "continue";
      const action = handler(whole.bytes, 0, whole.length, header);
      if (action === "abort") assembly.untake(whole, length, header);
      return action;
    };
  }

  /** Forgets the beginnings of messages. */
  clear(): void {
    this.#assembly.clear();
  }
}

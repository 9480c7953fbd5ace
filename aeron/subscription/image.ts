import {
  checkHandler,
  checkLimit,
} from "../../channel/buffers/message_checks.ts";
import { describe } from "../../memory/checks/integers.ts";
import type { Conductor } from "../conductor/conductor.ts";
import type { ImageAvailable } from "../conductor/events.ts";
import type { CounterValue } from "../cnc/counter_value.ts";
import type { LogBuffer } from "../log/log_buffer.ts";
import { METADATA } from "../log/log_layout.ts";
import type {
  ControlledFragmentHandler,
  FragmentHandler,
} from "./fragment_handler.ts";
import { FrameHeader } from "./frame_header.ts";
import { ImageReader } from "./image_reader.ts";
import { rejectImage } from "./reject_image.ts";

/** How many fragments a poll takes. */
export const DEFAULT_LIMIT = 10;

/** End of a stream that has none yet. */
const OPEN_END = 2n ** 63n - 1n;

/** Only this layer has it, so only this layer can make images. */
export const IMAGE_SECRET = Symbol("secret");

let readerOfImage: (image: Image) => ImageReader;
let endImage: (image: Image) => void;

/** What an image is made of. */
export interface ImageParts {
  readonly event: ImageAvailable;
  readonly log: LogBuffer;
  readonly counter: CounterValue;
  readonly conductor: Conductor;
}

/**
 * One publisher's session, as a subscription receives it: an image per publisher.
 *
 * @example Read one publisher up to its end
 * ```ts
 * import type { Image } from "@shmem/shmem/aeron";
 *
 * function drain(image: Image) {
 *   image.poll((bytes, offset, length, header) => {
 *     console.log(header.position, bytes.slice(offset, offset + length));
 *   });
 *   return image.isEndOfStream;
 * }
 * ```
 */
export class Image {
  /** Session of the publisher. */
  readonly sessionId: number;
  /** Stream of the publisher. */
  readonly streamId: number;
  /** Id of the image. */
  readonly correlationId: bigint;
  /** Where it comes from: `aeron:ipc`, or the address of the publisher. */
  readonly sourceIdentity: string;
  /** Position at which this subscription joined the stream. */
  readonly joinPosition: bigint;
  /** Bytes of a term. */
  readonly termLength: number;
  /** Id of the first term. */
  readonly initialTermId: number;
  /** Longest frame. */
  readonly mtu: number;
  /** Counter of its position. */
  readonly positionCounterId: number;
  readonly #log: LogBuffer;
  readonly #reader: ImageReader;
  readonly #conductor: Conductor;
  #closed = false;
  #last = 0n;
  #endOfStream = OPEN_END;
  #wasEnd = false;
  #wasRevoked = false;

  static {
    readerOfImage = (image) => image.#reader;
    endImage = (image) => image.#end();
  }

  /**
   * Not for programs: subscriptions make images.
   *
   * @ignore
   */
  constructor(
    secret: typeof IMAGE_SECRET,
    { event, log, counter, conductor }: ImageParts,
  ) {
    if (secret !== IMAGE_SECRET) {
      throw new TypeError("Cannot make an image: a subscription does that");
    }
    this.#log = log;
    this.#conductor = conductor;
    this.#reader = new ImageReader(log, counter, new FrameHeader(this, log));
    this.sessionId = event.sessionId;
    this.streamId = event.streamId;
    this.correlationId = event.correlationId;
    this.sourceIdentity = event.sourceIdentity;
    this.joinPosition = this.#reader.position;
    this.termLength = log.termLength;
    this.initialTermId = log.initialTermId;
    this.mtu = log.mtu;
    this.positionCounterId = counter.id;
  }

  /** Whether the publisher is gone, or the subscription closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Position behind what was read; the last one once it is closed. */
  get position(): bigint {
    return this.#closed ? this.#last : this.#reader.position;
  }

  /**
   * Skips to a later position in the same term.
   *
   * @throws {RangeError} When it is not where a frame can start, lies behind, or beyond
   * the term.
   */
  set position(position: bigint) {
    if (typeof position !== "bigint") {
      throw new TypeError(
        `Cannot use position: it must be a bigint: received ${
          describe(position)
        }`,
      );
    }
    if (this.#closed) return;
    const now = this.position;
    const end = now - now % BigInt(this.termLength) + BigInt(this.termLength);
    if (position < now || position > end || position % 32n !== 0n) {
      throw new RangeError(
        `Cannot use position: it must be a multiple of 32 from ${now} to ${end}: received ${position}`,
      );
    }
    this.#reader.moveTo(position);
    this.#reader.publish();
  }

  /** Position at which the publisher ended the stream; 2^63 - 1 while it has not. */
  get endOfStreamPosition(): bigint {
    return this.#closed ? this.#endOfStream : this.#log.endOfStreamPosition;
  }

  /** Whether all that the publisher sent was read, and it ended the stream. */
  get isEndOfStream(): boolean {
    return this.#closed
      ? this.#wasEnd
      : this.position >= this.endOfStreamPosition;
  }

  /** Whether the publisher took the stream back. */
  get isRevoked(): boolean {
    return this.#closed ? this.#wasRevoked : this.#log.isRevoked;
  }

  /** How many ways from the publisher there are at the moment. */
  get activeTransportCount(): number {
    return this.#log.metadata[METADATA.activeTransportCount >> 2] ?? 0;
  }

  /**
   * Handles what has come, at most to the end of a term.
   *
   * @param handler Takes each fragment. When it throws, the fragment counts as read.
   * @param limit How many fragments at most. Default: 10.
   * @returns How many there were.
   * @throws {TypeError} When the log is corrupt.
   */
  poll(handler: FragmentHandler, limit = DEFAULT_LIMIT): number {
    this.#prepare(handler, limit);
    if (this.#closed) return 0;
    return this.#reader.poll(handler, limit, this.termLength);
  }

  /**
   * Handles what has come before a position.
   *
   * @param handler Takes each fragment.
   * @param limitPosition No fragment from there on is handled.
   * @param limit How many fragments at most. Default: 10.
   * @returns How many there were.
   */
  boundedPoll(
    handler: FragmentHandler,
    limitPosition: bigint,
    limit = DEFAULT_LIMIT,
  ): number {
    this.#prepare(handler, limit);
    checkPosition(limitPosition);
    if (this.#closed) return 0;
    const end = this.#reader.endFor(limitPosition);
    return this.#reader.poll(handler, limit, end);
  }

  /**
   * Handles what has come as the handler says.
   *
   * @param handler Takes each fragment.
   * @param limit How many fragments at most. Default: 10.
   * @returns How many were taken.
   */
  controlledPoll(
    handler: ControlledFragmentHandler,
    limit = DEFAULT_LIMIT,
  ): number {
    this.#prepare(handler, limit);
    if (this.#closed) return 0;
    return this.#reader.controlledPoll(handler, limit, this.termLength);
  }

  /**
   * Handles what has come before a position, as the handler says.
   *
   * @param handler Takes each fragment.
   * @param limitPosition No fragment from there on is handled.
   * @param limit How many fragments at most. Default: 10.
   * @returns How many were taken.
   */
  boundedControlledPoll(
    handler: ControlledFragmentHandler,
    limitPosition: bigint,
    limit = DEFAULT_LIMIT,
  ): number {
    this.#prepare(handler, limit);
    checkPosition(limitPosition);
    if (this.#closed) return 0;
    const end = this.#reader.endFor(limitPosition);
    return this.#reader.controlledPoll(handler, limit, end);
  }

  /**
   * Asks the driver to end this image, and to tell the publisher, whose client hears of it
   * by `onError`. Over UDP nothing more comes, and the image is gone when what came was
   * read and the driver's `aeron.image.liveness.timeout` is over. The publisher may be there
   * again then, as a new image.
   *
   * @param reason What the publisher is told, at most 1023 ASCII characters.
   * @throws {AeronError} When the driver refuses it.
   * @throws {Deno.errors.BadResource} When it is closed.
   */
  async reject(reason: string): Promise<void> {
    if (this.#closed) {
      throw new Deno.errors.BadResource(
        `Cannot reject image ${this.sessionId}: it is closed`,
      );
    }
    await rejectImage(
      this.#conductor,
      this.correlationId,
      this.position,
      reason,
    );
  }

  #prepare(handler: unknown, limit: number): void {
    checkHandler(handler);
    checkLimit(limit);
    this.#conductor.serve();
  }

  #end(): void {
    if (this.#closed) return;
    // First what can be asked only while the log is mapped.
    this.#last = this.position;
    this.#endOfStream = this.endOfStreamPosition;
    this.#wasEnd = this.isEndOfStream;
    this.#wasRevoked = this.isRevoked;
    this.#closed = true;
    this.#reader.close();
    this.#log[Symbol.dispose]();
  }
}

function checkPosition(position: bigint): void {
  if (typeof position === "bigint") return;
  const received = describe(position);
  throw new TypeError(
    `Cannot use limitPosition: it must be a bigint: received ${received}`,
  );
}

/** The reader behind an image, for subscriptions alone. */
export function readerOf(image: Image): ImageReader {
  return readerOfImage(image);
}

/** Unmaps an image, for subscriptions alone. */
export function closeImage(image: Image): void {
  endImage(image);
}

import { checkInteger } from "../../memory/checks/integers.ts";
import type { WaitOptions } from "../../memory/waiting/wait_options.ts";
import { type ChannelStatus, readStatus } from "../conductor/channel_status.ts";
import { COMMAND } from "../conductor/commands.ts";
import type { ChannelLike } from "../client/channel_like.ts";
import {
  addDestination,
  removeDestination,
} from "../conductor/destinations.ts";
import type { Resource } from "../conductor/resource.ts";
import { checkClaim, type Claim } from "./claim.ts";
import { Appender } from "./appender.ts";
import type { OfferResult } from "./offer_result.ts";
import { lastPosition, type PublicationParts } from "./publication_parts.ts";
import { SendQueue } from "./send_queue.ts";
import type { TermSpace } from "./space/term_space.ts";
import { checkParts, checkRange, checkReserved } from "./sources.ts";

/** Only this layer has it, so only this layer can make publications. */
export const SECRET = Symbol("secret");

/**
 * Sends messages to everybody who subscribes to its channel and stream: what
 * `Publication` and `ExclusivePublication` have in common.
 */
export abstract class PublicationBase implements Disposable {
  /** Channel that it was added with. */
  readonly channel: string;
  /** Stream in the channel. */
  readonly streamId: number;
  /** Tells its messages from those of other publishers of the stream. */
  readonly sessionId: number;
  /** Id of this registration. */
  readonly registrationId: bigint;
  /** Id of the first registration of the same log: shared publications share it. */
  readonly originalRegistrationId: bigint;
  /** Bytes of a term. */
  readonly termLength: number;
  /** Id of the first term. */
  readonly initialTermId: number;
  /** Longest message that takes one frame, and longest claim. */
  readonly maxPayloadLength: number;
  /** Longest message. */
  readonly maxMessageLength: number;
  /** Counter of the channel's state; -1 for channels without a network. */
  readonly channelStatusId: number;
  readonly #parts: PublicationParts;
  readonly #appender: Appender;
  readonly #space: TermSpace;
  #closed = false;
  #failure: Error | undefined;
  #queue: SendQueue | undefined;
  #writable: WritableStream<Uint8Array> | undefined;
  #lastPosition = 0n;
  readonly #resource: Resource;

  /**
   * Not for programs: clients make publications.
   *
   * @ignore
   */
  constructor(secret: typeof SECRET, parts: PublicationParts) {
    if (secret !== SECRET) {
      throw new TypeError("Cannot make a publication: an Aeron client does");
    }
    const { ready, log, conductor, channel } = parts;
    this.#parts = parts;
    this.#space = parts.space;
    this.#appender = new Appender(parts, () => this.#closed);
    this.channel = channel;
    this.streamId = ready.streamId;
    this.sessionId = ready.sessionId;
    this.registrationId = ready.correlationId;
    this.originalRegistrationId = ready.registrationId;
    this.channelStatusId = ready.channelStatusId;
    this.termLength = log.termLength;
    this.initialTermId = log.initialTermId;
    this.maxPayloadLength = log.maxPayloadLength;
    this.maxMessageLength = log.maxMessageLength;
    const resource: Resource = {
      registrationId: this.registrationId,
      end: (failure) => this.#end(failure),
    };
    this.#resource = resource;
    conductor.adopt(resource);
  }

  /** Whether it was closed, or its client lost its driver. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Why it is closed, if nobody closed it. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Whether somebody receives, as the driver knows it. */
  get isConnected(): boolean {
    return !this.#closed && this.#parts.log.isConnected;
  }

  /** Position behind the last message; the last one of all once it is closed. */
  get position(): bigint {
    return this.#closed ? this.#lastPosition : this.#parts.space.position;
  }

  /** How far it may go at the moment; 0 once it is closed. */
  get positionLimit(): bigint {
    return this.#closed ? 0n : this.#parts.limit.counter.value;
  }

  /** State of its channel. */
  get channelStatus(): ChannelStatus {
    return this.#closed
      ? "closed"
      : readStatus(this.#parts.conductor, this.channelStatusId);
  }

  /**
   * Sends a message, if there is room for it.
   *
   * @param bytes The message, or memory around it; it is copied.
   * @param offset Where it starts in them. Default: 0.
   * @param length Its length in bytes. Default: up to their end.
   * @param reservedValue 64 bits that go with each of its frames. Default: 0.
   * @returns The position behind it, or why it was not sent.
   * @throws {RangeError} When it is longer than {@linkcode PublicationBase.maxMessageLength}.
   */
  offer(
    bytes: Uint8Array,
    offset = 0,
    length?: number,
    reservedValue?: bigint,
  ): OfferResult {
    const space = this.#space;
    if (
      bytes === space.held && offset === 0 && length === undefined &&
      reservedValue === undefined
    ) {
      const position = space.offerHeld();
      if (typeof position === "bigint") return position;
      if (position < 0) return this.#appender.fail(position);
      // Of what is held, it comes here once in many messages.
      this.#appender.look();
    }
    const size = checkRange(bytes, offset, length);
    checkReserved(reservedValue);
    if (this.#closed) return "closed";
    return this.#appender.offer(bytes, offset, size, reservedValue);
  }

  /**
   * Sends a message of several parts, one behind the other, if there is room for it.
   *
   * @param parts The parts; they are copied.
   * @param reservedValue 64 bits that go with each of its frames. Default: 0.
   * @returns The position behind it, or why it was not sent.
   * @throws {RangeError} When it is longer than {@linkcode PublicationBase.maxMessageLength}.
   */
  offerParts(
    parts: readonly Uint8Array[],
    reservedValue?: bigint,
  ): OfferResult {
    const { sources, length } = checkParts(parts);
    checkReserved(reservedValue);
    if (this.#closed) return "closed";
    return this.#appender.offerFrames(sources, 0, length, reservedValue);
  }

  /**
   * Claims room for a message of one frame, to write it in place.
   *
   * @param length Its length in bytes, at most {@linkcode PublicationBase.maxPayloadLength}.
   * @param claim Holds the room, until it is committed or aborted.
   * @returns The position behind it, or why there is no room.
   * @throws {RangeError} When it is too long.
   * @throws {TypeError} When the claim still holds room.
   */
  tryClaim(length: number, claim: Claim): OfferResult {
    checkInteger(length, "length", 0, this.maxPayloadLength);
    checkClaim(claim);
    if (this.#closed) return "closed";
    return this.#appender.claim(length, claim);
  }

  /**
   * Sends a message, waiting while nobody receives or there is no room for it; messages
   * arrive in the order of the calls. Aeron wakes nobody: a wait looks again and again,
   * first at once, then every 1 to 25 ms.
   *
   * @param bytes The message. Leave it as it is until the promise is settled.
   * @param options How long to wait, and a signal.
   * @returns The position behind it. Rejects with `Deno.errors.TimedOut`, with the
   * reason of the signal, with `Deno.errors.BadResource` when this is closed, or with
   * what became of the client.
   */
  send(bytes: Uint8Array, options?: WaitOptions): Promise<bigint> {
    try {
      return this.#sending().send(bytes, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Chunks that are written to it are sent as messages; what is longer than one is
   * split. Closing the stream leaves this open.
   */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= this.#sending().stream();
  }

  /**
   * Sends to one more destination: for channels with `control-mode=manual`.
   *
   * @param channel Where to: `aeron:udp?endpoint=…`.
   * @returns Its id, for {@linkcode PublicationBase.removeDestination}.
   * @throws {AeronError} When the driver refuses it.
   */
  async addDestination(channel: ChannelLike): Promise<bigint> {
    return await addDestination(
      this.#parts.conductor,
      COMMAND.addDestination,
      this.originalRegistrationId,
      channel,
    );
  }

  /**
   * Sends to a destination no longer.
   *
   * @param destination What it was added with, or its id.
   * @throws {AeronError} When the driver knows no such.
   */
  async removeDestination(destination: ChannelLike | bigint): Promise<void> {
    const command = typeof destination === "bigint"
      ? COMMAND.removeDestinationById
      : COMMAND.removeDestination;
    await removeDestination(
      this.#parts.conductor,
      command,
      this.originalRegistrationId,
      destination,
    );
  }

  /** Revokes the stream: receivers skip what they have not read yet. */
  revoke(): void {
    this.#remove(1n);
  }

  /**
   * Closes it. What was sent arrives, as the driver lingers. Claims that are open are
   * aborted. Harmless when done before.
   */
  close(): void {
    this.#remove(0n);
  }

  /** The same as {@linkcode PublicationBase.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #remove(flags: bigint): void {
    if (this.#closed) return;
    const fields = [{ i64: this.registrationId }, { i64: flags }];
    const { conductor } = this.#parts;
    this.#appender.abortClaims();
    conductor.remove(this.#resource, COMMAND.removePublication, fields);
    this.#end(undefined);
  }

  #end(failure: Error | undefined): void {
    if (this.#closed) return;
    this.#appender.abortClaims();
    const { log } = this.#parts;
    this.#lastPosition = lastPosition(this.#parts);
    this.#closed = true;
    this.#failure = failure;
    this.#appender.end();
    this.#queue?.end(failure);
    try {
      log[Symbol.dispose]();
    } catch (error) {
      // Its buffer was given away, and the pages stay.
      this.#parts.conductor.report(error);
    }
  }

  #sending(): SendQueue {
    return this.#queue ??= new SendQueue({
      offer: (bytes) => this.offer(bytes),
      maxMessageLength: this.maxMessageLength,
      failure: () => this.#failure,
      what: `stream ${this.streamId} of ${this.channel}`,
    });
  }
}

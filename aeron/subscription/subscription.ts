import {
  checkHandler,
  checkLimit,
} from "../../channel/buffers/message_checks.ts";
import type { WaitOptions } from "../../memory/waiting/wait_options.ts";
import type { ChannelLike } from "../client/channel_like.ts";
import {
  type ChannelStatus,
  localAddresses,
  readStatus,
} from "../conductor/channel_status.ts";
import { COMMAND } from "../conductor/commands.ts";
import type { Conductor } from "../conductor/conductor.ts";
import {
  addDestination,
  removeDestination,
} from "../conductor/destinations.ts";
import type {
  ControlledFragmentHandler,
  FragmentHandler,
} from "./fragment_handler.ts";
import { DEFAULT_LIMIT, type Image, readerOf } from "./image.ts";
import type { ImageSet } from "./image_set.ts";
import type { AeronMessage, MessagesOptions } from "./messages.ts";
import { MessageQueue } from "./message_queue.ts";

/** Only this layer has it, so only this layer can make subscriptions. */
export const SUBSCRIPTION_SECRET = Symbol("secret");

/** What a subscription is made of. */
export interface SubscriptionParts {
  readonly conductor: Conductor;
  readonly channel: string;
  readonly streamId: number;
  readonly images: ImageSet;
  readonly channelStatusId: number;
}

/**
 * Receives the messages of all publishers of its channel and stream, one
 * {@linkcode Image} for each.
 *
 * @example Receive
 * ```ts
 * import { Aeron } from "@shmem/shmem/aeron";
 *
 * async function show() {
 *   using aeron = await Aeron.connect();
 *   using subscription = await aeron.addSubscription("aeron:ipc", 1001);
 *   for await (const { bytes, sessionId } of subscription) {
 *     console.log(sessionId, new TextDecoder().decode(bytes));
 *   }
 * }
 * ```
 */
export class Subscription implements Disposable {
  /** Channel that it was added with. */
  readonly channel: string;
  /** Stream in the channel. */
  readonly streamId: number;
  /** Id of this registration. */
  readonly registrationId: bigint;
  /** Counter of the channel's state; -1 for channels without a network. */
  readonly channelStatusId: number;
  readonly #conductor: Conductor;
  readonly #images: ImageSet;
  #next = 0;
  #queue: MessageQueue | undefined;

  /**
   * Not for programs: clients make subscriptions.
   *
   * @ignore
   */
  constructor(secret: typeof SUBSCRIPTION_SECRET, parts: SubscriptionParts) {
    if (secret !== SUBSCRIPTION_SECRET) {
      throw new TypeError("Cannot make a subscription: an Aeron client does");
    }
    this.#conductor = parts.conductor;
    this.#images = parts.images;
    this.channel = parts.channel;
    this.streamId = parts.streamId;
    this.registrationId = parts.images.registrationId;
    this.channelStatusId = parts.channelStatusId;
  }

  /** The publishers that are there. */
  get images(): readonly Image[] {
    return [...this.#images.list];
  }

  /** The publisher with a session id, if it is there. */
  imageBySessionId(sessionId: number): Image | undefined {
    return this.#images.list.find((image) => image.sessionId === sessionId);
  }

  /** Whether a publisher is there. */
  get isConnected(): boolean {
    return this.#images.list.length > 0;
  }

  /** Whether it was closed, or its client lost its driver. */
  get closed(): boolean {
    return this.#images.closed;
  }

  /** Why it is closed, if nobody closed it. */
  get failure(): Error | undefined {
    return this.#images.failure;
  }

  /** State of its channel. */
  get channelStatus(): ChannelStatus {
    return this.closed
      ? "closed"
      : readStatus(this.#conductor, this.channelStatusId);
  }

  /** Addresses that it receives at: the port of `endpoint=host:0`. */
  get localAddresses(): string[] {
    return this.closed || this.channelStatusId === -1
      ? []
      : localAddresses(this.#conductor, this.channelStatusId);
  }

  /**
   * Handles what has come, from all publishers in turn.
   *
   * @param handler Takes each fragment; see {@linkcode FragmentAssembler} for messages of
   * several. When it throws, the fragment counts as read.
   * @param limit How many fragments at most. Default: 10.
   * @returns How many there were; 0 when it is closed.
   * @throws {TypeError} When a log is corrupt.
   * @throws {Error} When the client lost its driver: {@linkcode Subscription.failure}.
   */
  poll(handler: FragmentHandler, limit = DEFAULT_LIMIT): number {
    checkHandler(handler);
    checkLimit(limit);
    this.#serve();
    const { list } = this.#images;
    if (list.length === 1) {
      const [image] = list;
      return readerOf(image!).poll(handler, limit, image!.termLength);
    }
    const start = this.#start(list.length);
    let fragments = 0;
    for (let i = 0; i < list.length && fragments < limit; i++) {
      const image = list[(start + i) % list.length]!;
      if (image.closed) continue;
      const reader = readerOf(image);
      fragments += reader.poll(handler, limit - fragments, image.termLength);
    }
    return fragments;
  }

  /**
   * Handles what has come as the handler says, from all publishers in turn.
   *
   * @param handler Takes each fragment.
   * @param limit How many fragments at most. Default: 10.
   * @returns How many were taken.
   */
  controlledPoll(
    handler: ControlledFragmentHandler,
    limit = DEFAULT_LIMIT,
  ): number {
    checkHandler(handler);
    checkLimit(limit);
    this.#serve();
    const { list } = this.#images;
    const start = this.#start(list.length);
    let fragments = 0;
    for (let i = 0; i < list.length && fragments < limit; i++) {
      const image = list[(start + i) % list.length]!;
      if (image.closed) continue;
      const left = limit - fragments;
      fragments += readerOf(image)
        .controlledPoll(handler, left, image.termLength);
    }
    return fragments;
  }

  /**
   * Receives the next message, put together, as a copy.
   *
   * @param options How long to wait, and a signal.
   * @throws {Deno.errors.TimedOut} When none comes in time.
   * @throws {Deno.errors.BadResource} When this is closed.
   */
  async receive(options?: WaitOptions): Promise<AeronMessage> {
    return await this.#receiving().receive(options);
  }

  /**
   * The messages, put together, as copies. Aeron wakes nobody: the loop looks again and
   * again while none comes: at once, then every millisecond, after a second without any
   * every 8 ms, and after ten every 25 ms.
   *
   * @param options When to end, and a signal. Default: when this is closed.
   */
  messages(
    options?: MessagesOptions,
  ): AsyncIterableIterator<AeronMessage, undefined> {
    return this.#receiving().messages(options);
  }

  /** The same as {@linkcode Subscription.messages}, for `for await`. */
  [Symbol.asyncIterator](): AsyncIterableIterator<AeronMessage, undefined> {
    return this.messages();
  }

  /**
   * The messages as a stream of their bytes; empty ones are left out. Cancelling the
   * stream closes this.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#receiving().stream(() => this.close());
  }

  /**
   * Receives from one more place: for channels with `control-mode=manual`.
   *
   * @param channel Where from: `aeron:udp?endpoint=…`.
   * @returns Its id.
   * @throws {AeronError} When the driver refuses it.
   */
  async addDestination(channel: ChannelLike): Promise<bigint> {
    return await addDestination(
      this.#conductor,
      COMMAND.addReceiveDestination,
      this.registrationId,
      channel,
    );
  }

  /**
   * Receives from a place no longer.
   *
   * @param channel What it was added with.
   * @throws {AeronError} When the driver knows no such.
   */
  async removeDestination(channel: ChannelLike): Promise<void> {
    await removeDestination(
      this.#conductor,
      COMMAND.removeReceiveDestination,
      this.registrationId,
      channel,
    );
  }

  /** Closes it, with all its images. Harmless when done before. */
  close(): void {
    this.#images.close();
  }

  /** The same as {@linkcode Subscription.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #serve(): void {
    this.#conductor.serve();
    const { failure } = this.#images;
    if (failure !== undefined) throw failure;
  }

  /** Which image comes first: another one each time. */
  #start(count: number): number {
    this.#next = this.#next + 1 < count ? this.#next + 1 : 0;
    return this.#next;
  }

  #receiving(): MessageQueue {
    return this.#queue ??= new MessageQueue(this, this.#images);
  }
}

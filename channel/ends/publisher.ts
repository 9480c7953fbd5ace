import { BROADCAST_TRAILER_LENGTH } from "../broadcast/broadcast_layout.ts";
import { BroadcastTransmitter } from "../broadcast/broadcast_transmitter.ts";
import { checkSource } from "../buffers/message_checks.ts";
import {
  type BroadcastChannel,
  checkBroadcast,
} from "../carrier/broadcast_channel.ts";
import {
  type BroadcastControl,
  PUBLISHER,
} from "../membership/broadcast_control.ts";
import { processOf } from "../membership/sender_place.ts";
import { type ChannelObject, LOCKS } from "../object/channel_object.ts";
import {
  checkCreation,
  createChannelObject,
  CREATION_OPTIONS,
  openChannelObject,
} from "../object/create_object.ts";
import { readOptions } from "../../memory/checks/options.ts";
import {
  type LayoutOptions,
  readLayout,
} from "../../memory/checks/value_layout.ts";
import type { ChannelOptions } from "../object/options.ts";
import type { Place } from "../object/place.ts";
import { joinChannel } from "./channel_end.ts";
import type { MessageOptions } from "./message.ts";
import { typeIdOf } from "./message_options.ts";
import { sendChunksBy, SendingEnd } from "./sending_end.ts";

/**
 * Sends messages to any number of {@linkcode Subscriber}s in other processes, in
 * the bytes of Agrona's broadcast buffer. It never waits for them: slow
 * subscribers lose messages, and know how many. One publisher at a time.
 *
 * @example Publish to all that listen
 * ```ts
 * import { Publisher, Subscriber } from "@shmem/shmem/channel";
 *
 * const name = `/prices-${crypto.randomUUID()}`;
 * using publisher = Publisher.create(name);
 *
 * // In other processes:
 * using subscriber = Subscriber.open(name);
 *
 * publisher.publish(new TextEncoder().encode("1.09"), { typeId: 3 });
 * publisher.close();
 * for await (const { typeId, bytes } of subscriber) {
 *   console.log(typeId, new TextDecoder().decode(bytes)); // 3 1.09
 * }
 * console.log(subscriber.lost); // 0
 * publisher.unlink();
 * ```
 */
export class Publisher extends SendingEnd {
  readonly #object: ChannelObject;
  readonly #transmitter: BroadcastTransmitter;
  readonly #control: BroadcastControl;

  private constructor(channel: BroadcastChannel<"read-write">) {
    super();
    const { object, control, view } = channel;
    using undo = new DisposableStack();
    undo.defer(() => object.abandon());
    if (!object.tryLock(LOCKS.publisher)) {
      const { what } = object;
      const owner = processOf(control.publisherPid);
      object.close();
      throw new Deno.errors.Busy(
        `Cannot publish to ${what}: it has a publisher already (${owner}), and a broadcast has one at a time; close that one first`,
      );
    }
    const transmitter = new BroadcastTransmitter(view);
    control.setKind();
    control.addPublisher();
    undo.move();
    this.#object = object;
    this.#transmitter = transmitter;
    this.#control = control;
    joinChannel(this, {
      object,
      capacity: transmitter.capacity,
      maxMessageLength: transmitter.maxMessageLength,
      label: control.header.label,
      leave: (how) =>
        control.setState(how === "close" ? PUBLISHER.ended : PUBLISHER.aborted),
    });
    sendChunksBy(this, (chunk) => {
      this.publish(chunk);
      return Promise.resolve();
    });
  }

  /**
   * Creates a broadcast and its sending end.
   *
   * @param place Name, one component with or without a slash in front:
   * `"/prices"`; or `{ path }` of a file.
   * @param options Capacity and the rest.
   * @returns The publisher.
   * @throws {Deno.errors.AlreadyExists} When the name is taken (EEXIST).
   * @throws {RangeError} When the capacity is no power of two from 64 to 2^30.
   * @throws {Deno.errors.InvalidData} With `ifExists: "open"`, when the one that is
   * there has messages of another layout.
   * @throws {SystemError} When there is no room for its pages (ENOSPC).
   */
  static create(place: Place, options?: ChannelOptions): Publisher {
    const copy = readOptions(options, CREATION_OPTIONS, "create channel");
    const creation = checkCreation(copy, place);
    const object = createChannelObject(
      place,
      creation,
      BROADCAST_TRAILER_LENGTH,
    );
    return new Publisher(checkBroadcast(object, creation));
  }

  /**
   * Opens the sending end of a broadcast whose publisher is gone, and goes on
   * behind its last message.
   *
   * @param place Name, or `{ path }`, of the broadcast.
   * @param options The layout that messages should have.
   * @returns The publisher.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   * @throws {Deno.errors.InvalidData} When its messages have another layout.
   * @throws {Deno.errors.Busy} When it has a publisher.
   * @throws {RangeError} When what has this name has a size that fits no broadcast.
   * @throws {TypeError} When it holds something else.
   */
  static open(place: Place, options?: LayoutOptions): Publisher {
    const layout = readLayout(options, "open channel");
    const object = openChannelObject(place);
    return new Publisher(checkBroadcast(object, undefined, layout));
  }

  /**
   * Publishes a message.
   *
   * @param bytes The message; it is copied.
   * @param options Its type.
   * @throws {RangeError} When it is longer than a message may be, or the type is
   * out of range.
   * @throws {Deno.errors.BadResource} When this is closed.
   */
  publish(bytes: Uint8Array, options?: MessageOptions): void {
    const typeId = options === undefined ? 1 : typeIdOf(options);
    if (this.closed || !(bytes?.byteLength <= this.maxMessageLength)) {
      this.#refuse(bytes);
    }
    this.#transmitter.transmit(typeId, bytes);
    this.#control.ring();
  }

  #refuse(bytes: Uint8Array): never {
    const { what } = this.#object;
    if (this.closed) {
      throw new Deno.errors.BadResource(
        `Cannot publish to ${what}: it is closed`,
      );
    }
    checkSource(bytes, 0);
    throw new RangeError(
      `Cannot publish to ${what}: the message has ${bytes.byteLength} bytes, and one may have ${this.maxMessageLength}, an eighth of the capacity; create the broadcast with \`maxMessageLength\`, or use \`Latest\` where only the newest value counts`,
    );
  }
}

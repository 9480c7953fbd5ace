import { checkWord } from "../../memory/checks/checks.ts";
import type { ObjectAccess } from "../../memory/posix/object_options.ts";
import {
  type BroadcastChannel,
  checkBroadcast,
} from "../carrier/broadcast_channel.ts";
import { BroadcastMessages } from "../carrier/broadcast_messages.ts";
import type { ChannelObject } from "../object/channel_object.ts";
import {
  openChannelObject,
  openChannelObjectReadonly,
} from "../object/create_object.ts";
import { type OptionNames, readOptions } from "../../memory/checks/options.ts";
import {
  checkLayout,
  LAYOUT_OPTIONS,
  type LayoutOptions,
} from "../../memory/checks/value_layout.ts";
import { WAIT_OPTIONS, type WaitForOptions } from "../object/options.ts";
import type { Place } from "../object/place.ts";
import { waitForChannel } from "../object/wait_for.ts";
import { joinAsReader, MessageReader } from "./message_reader.ts";

/** Options of {@linkcode Subscriber.open}. */
export interface SubscriberOptions extends LayoutOptions {
  /**
   * With `"read"` the memory is mapped for reading only, so that this process
   * cannot disturb the others; it then looks for messages in pauses that grow up
   * to 20 ms, because it cannot say that it sleeps. Default: `"read-write"`.
   */
  readonly access?: ObjectAccess;
}

const OPEN_OPTIONS: OptionNames<SubscriberOptions> = {
  ...LAYOUT_OPTIONS,
  access: true,
};

/**
 * Receives what a {@linkcode Publisher} in another process sends, or a program
 * with Agrona's `BroadcastTransmitter`. Any number of subscribers, of which none
 * holds up the publisher or another one: one that is slower than the publisher
 * by more than the capacity loses messages.
 *
 * It begins with the newest message that was published before, if there is one.
 *
 * @example Receive, and see what was lost
 * ```ts
 * import { Publisher, Subscriber } from "@shmem/shmem/channel";
 *
 * const name = `/samples-${crypto.randomUUID()}`;
 * using publisher = Publisher.create(name, { capacity: 64 });
 * using subscriber = Subscriber.open(name);
 * for (let i = 0; i < 100; i++) publisher.publish(new Uint8Array([i]));
 * publisher.close();
 * for await (const { bytes } of subscriber) console.log(bytes[0]); // 99
 * console.log(subscriber.lost); // 99
 * publisher.unlink();
 * ```
 */
export class Subscriber extends MessageReader {
  readonly #messages: BroadcastMessages;

  private constructor(channel: BroadcastChannel<ObjectAccess>) {
    super();
    const { object, control, capacity } = channel;
    using undo = new DisposableStack();
    undo.defer(() => object.close());
    const messages = new BroadcastMessages(channel);
    undo.move();
    this.#messages = messages;
    joinAsReader(this, messages, {
      object,
      capacity,
      maxMessageLength: capacity / 8,
      label: control.header.label,
      leave: () => {},
    });
  }

  /**
   * Opens a receiving end of a broadcast.
   *
   * @param place Name, or `{ path }`, of the broadcast.
   * @param options Access.
   * @returns The subscriber.
   * @throws {Deno.errors.NotFound} When there is no such broadcast (ENOENT).
   * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
   * @throws {Deno.errors.InvalidData} When its messages have another layout.
   * @throws {RangeError} When what has this name has a size that fits no broadcast.
   * @throws {TypeError} When it holds something else.
   */
  static open(place: Place, options?: SubscriberOptions): Subscriber {
    const { access = "read-write", layout } = readOptions(
      options,
      OPEN_OPTIONS,
      "open channel",
    );
    checkWord(access, ["read", "read-write"], "access");
    const checked = checkLayout(layout, "open channel");
    const object: ChannelObject = access === "read"
      ? openChannelObjectReadonly(place)
      : openChannelObject(place);
    return new Subscriber(checkBroadcast(object, undefined, checked));
  }

  /**
   * Opens a receiving end as soon as someone has created the broadcast.
   *
   * @param place Name, or `{ path }`, of the broadcast.
   * @param options How long to wait, and what {@linkcode Subscriber.open} takes.
   * @returns The subscriber. Rejects as {@linkcode Subscriber.open} throws, with
   * `Deno.errors.TimedOut`, or with the reason of the signal.
   */
  static async waitFor(
    place: Place,
    options?: WaitForOptions & SubscriberOptions,
  ): Promise<Subscriber> {
    const copy = readOptions(
      options,
      { ...WAIT_OPTIONS, ...OPEN_OPTIONS },
      "wait for channel",
    );
    const { timeoutMs: _, signal: __, ...rest } = copy;
    const open = () => Subscriber.open(place, rest);
    return await waitForChannel(place, open, copy);
  }

  /**
   * How many messages were published since this was opened and will never come,
   * because others were written over them before they were received. Exact with
   * publishers of this library; others do not count their messages, so with them
   * it is the number of times that some were lost.
   */
  get lost(): number {
    return this.#messages.lost;
  }
}

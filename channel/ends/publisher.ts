import { SharedMemory } from "../../memory/posix/shared_memory.ts";
import { type BroadcastChannel, checkBroadcast } from "./broadcast_channel.ts";
import {
  type BroadcastControl,
  PUBLISHER,
} from "../membership/broadcast_control.ts";
import { BROADCAST_TRAILER_LENGTH } from "../broadcast/broadcast_layout.ts";
import { BroadcastTransmitter } from "../broadcast/broadcast_transmitter.ts";
import {
  type ChannelObject,
  type ChannelOptions,
  createChannelObject,
  LOCKS,
  openChannelObject,
} from "./channel_object.ts";
import type { MessageOptions } from "./message.ts";
import { checkSource } from "../buffers/buffer_views.ts";

/**
 * Sends messages to any number of {@linkcode Subscriber}s in other processes, in
 * the bytes of Agrona's broadcast buffer. It never waits for them: who is too
 * slow loses messages, and knows how many. One publisher at a time.
 *
 * @example Publish to whoever listens
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
export class Publisher implements Disposable {
  /** Name of the channel, with its slash. */
  readonly name: string;
  /** Bytes of the data area. */
  readonly capacity: number;
  /** Longest message in bytes, an eighth of the capacity. */
  readonly maxMessageLength: number;

  readonly #object: ChannelObject;
  readonly #transmitter: BroadcastTransmitter;
  readonly #control: BroadcastControl;
  #closed = false;
  #writable: WritableStream<Uint8Array> | undefined;

  private constructor(channel: BroadcastChannel<"read-write">) {
    const { object, control } = channel;
    using undo = new DisposableStack();
    undo.defer(() => object.abandon());
    if (!object.tryLock(LOCKS.publisher)) {
      object.close();
      throw new Deno.errors.Busy(
        `Cannot publish to ${object.what}: it has a publisher already, and a broadcast has one at a time; close that one first`,
      );
    }
    const transmitter = new BroadcastTransmitter(object.mapping.bytes);
    control.setKind();
    control.addPublisher();
    undo.move();
    this.name = object.name;
    this.capacity = transmitter.capacity;
    this.maxMessageLength = transmitter.maxMessageLength;
    this.#object = object;
    this.#transmitter = transmitter;
    this.#control = control;
  }

  /**
   * Creates a broadcast and its sending end.
   *
   * @param name One component, with or without a slash in front: `"/prices"`.
   * @param options Capacity and the rest.
   * @returns The publisher.
   * @throws {Deno.errors.AlreadyExists} When the name is taken (EEXIST).
   * @throws {RangeError} When the capacity is no power of two from 64 to 2^30.
   * @throws {SystemError} When there is no room for its pages (ENOSPC).
   */
  static create(name: string, options: ChannelOptions = {}): Publisher {
    const object = createChannelObject(name, options, BROADCAST_TRAILER_LENGTH);
    return new Publisher(checkBroadcast(object));
  }

  /**
   * Opens the sending end of a broadcast whose publisher is gone, and goes on
   * behind its last message.
   *
   * @param name Name of the broadcast.
   * @returns The publisher.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   * @throws {Deno.errors.Busy} When it has a publisher.
   * @throws {RangeError} When what has this name has a size that fits no broadcast.
   * @throws {TypeError} When it holds something else.
   */
  static open(name: string): Publisher {
    return new Publisher(checkBroadcast(openChannelObject(name)));
  }

  /**
   * Removes the name of a broadcast. Who has it open keeps it.
   *
   * @param name Name of the broadcast.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   */
  static unlink(name: string): void {
    SharedMemory.unlink(name);
  }

  /** Whether it was closed. */
  get closed(): boolean {
    return this.#closed;
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
    const { what } = this.#object;
    if (this.#closed) {
      throw new Deno.errors.BadResource(
        `Cannot publish to ${what}: it is closed`,
      );
    }
    checkSource(bytes, 0);
    if (bytes.byteLength > this.maxMessageLength) {
      throw new RangeError(
        `Cannot publish to ${what}: the message has ${bytes.byteLength} bytes, and one may have ${this.maxMessageLength}, an eighth of the capacity; make the broadcast larger, or send it through a \`Sender\`, whose stream takes any length`,
      );
    }
    this.#transmitter.transmit(options?.typeId ?? 1, bytes);
    this.#control.ring();
  }

  /**
   * A stream whose chunks are published as messages of type 1, each as one: it
   * fails for one that is longer than a message may be. Closing the stream closes
   * this; aborting it does too, and lets the subscribers fail.
   */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= new WritableStream({
      write: (chunk) => {
        try {
          this.publish(chunk);
        } catch (error) {
          this.abort();
          throw error;
        }
      },
      close: () => this.close(),
      abort: () => this.abort(),
    });
  }

  /**
   * Removes the name of the broadcast. Who has it open keeps it.
   *
   * @throws {Deno.errors.NotFound} When it was removed before (ENOENT).
   */
  unlink(): void {
    this.#object.unlink();
  }

  /**
   * Ends: subscribers get what is still there, and then know that this was all.
   * Harmless when it was done before.
   */
  close(): void {
    this.#leave(PUBLISHER.ended);
  }

  /**
   * Gives up: subscribers get what is still there, and then fail with
   * `Deno.errors.ConnectionAborted`. Harmless when it is closed.
   */
  abort(): void {
    this.#leave(PUBLISHER.aborted);
  }

  /** The same as {@linkcode Publisher.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #leave(state: number): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#control.setState(state);
    this.#object.close();
  }
}

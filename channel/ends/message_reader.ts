import { type OptionNames, readOptions } from "../../memory/checks/options.ts";
import {
  checkSignal,
  checkTimeout,
  type WaitOptions,
} from "../../memory/waiting/wait_options.ts";
import { WAIT_OPTIONS } from "../object/options.ts";

import { MessageLoop, type MessageSource } from "../waiting/message_loop.ts";
import { isTurnDue, isTurnDueNow } from "../../memory/waiting/turns.ts";
import { checkInteger } from "../../memory/checks/integers.ts";
import { ChannelEnd, type EndParts, joinChannel } from "./channel_end.ts";
import type { Message, ReceiveOptions } from "./message.ts";

/** Options of {@linkcode MessageReader.batches}. */
export interface BatchOptions {
  /** How many messages an array has at most. Default: 1024. */
  readonly limit?: number;
}

const BATCH_OPTIONS: OptionNames<BatchOptions> = { limit: true };
const DEFAULT_BATCH = 1024;

const END: IteratorResult<never, undefined> = { value: undefined, done: true };

let loopOf: (reader: MessageReader) => MessageLoop;
let joinReader: (
  reader: MessageReader,
  source: MessageSource,
  parts: EndParts,
) => void;

/**
 * What `Receiver` and `Subscriber` have in common: receiving message by message,
 * in a loop, in batches, or as a stream. Only one of these at a time.
 *
 * @example Count what comes
 * ```ts
 * import { type MessageReader, Receiver, Sender } from "@shmem/shmem/channel";
 *
 * async function count(reader: MessageReader): Promise<number> {
 *   let messages = 0;
 *   for await (const batch of reader.batches()) messages += batch.length;
 *   return messages;
 * }
 * const name = `/count-${crypto.randomUUID()}`;
 * using receiver = Receiver.create(name);
 * {
 *   using sender = Sender.open(name);
 *   for (let i = 0; i < 3; i++) await sender.send(new Uint8Array([i]));
 * }
 * receiver.unlink();
 * console.log(await count(receiver)); // 3
 * ```
 */
export abstract class MessageReader extends ChannelEnd
  implements AsyncIterable<Message> {
  #loop: MessageLoop | undefined;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;

  static {
    loopOf = (reader) => reader.#messages;
    joinReader = (reader, source, parts) => {
      const loop = new MessageLoop(source, parts.object.what);
      reader.#loop = loop;
      joinChannel(reader, {
        ...parts,
        leave: (how) => {
          loop.close();
          parts.leave(how);
        },
      });
    };
  }

  get #messages(): MessageLoop {
    if (this.#loop !== undefined) return this.#loop;
    throw new TypeError(
      "Cannot receive from this: only open, create and waitFor make readers",
    );
  }

  /**
   * Receives the next message, if there is one. It does not say whether one will
   * come: ends and deaths are reported by {@linkcode MessageReader.receive} and
   * the loop over messages.
   *
   * @returns The message, or nothing.
   * @throws {Deno.errors.BadResource} When this is closed.
   */
  tryReceive(): Message | undefined {
    return this.#messages.tryTake();
  }

  /**
   * Receives the next message, waiting for it without blocking anything.
   *
   * @param options How long to wait, and a signal.
   * @returns The message; nothing at the end of the channel (asked again after
   * that, it waits for other senders). Rejects as the loop over messages does,
   * with `Deno.errors.TimedOut`, or with the reason of the signal.
   *
   * @example Wait for at most a second
   * ```ts
   * import { Receiver } from "@shmem/shmem/channel";
   *
   * using receiver = Receiver.create(`/quiet-${crypto.randomUUID()}`);
   * try {
   *   await receiver.receive({ timeoutMs: 20 });
   * } catch (error) {
   *   if (!(error instanceof Deno.errors.TimedOut)) throw error;
   * }
   * receiver.unlink();
   * ```
   */
  async receive(options?: ReceiveOptions): Promise<Message | undefined> {
    const loop = this.#messages;
    if (options === undefined) return await loop.receive(false, isTurnDue());
    const copy = readOptions(options, WAIT_OPTIONS, "receive");
    checkTimeout(copy.timeoutMs);
    checkSignal(copy.signal);
    return await loop.receive(false, isTurnDue(), copy);
  }

  /**
   * Receives message after message until the end of the channel. Leaving the
   * loop closes nothing: another one goes on. So does one that begins after the
   * end; it waits for other senders.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined> {
    const loop = this.#messages;
    return this.#iterate((isDue, options) => {
      // As quickly as can be: most often the message is there.
      const message = isDue || !loop.isIdle ? undefined : loop.take();
      return message ?? loop.receive(false, isDue, options);
    }, isTurnDue);
  }

  /**
   * Receives arrays of the messages that are there, at least one, one array for
   * each turn of the loop: several times as fast as message by message. All of an
   * array count as in hand until the next one is asked for.
   *
   * @param options How many messages an array has at most.
   * @returns What to loop over. It ends and fails as the loop over messages does.
   *
   * @example Take what is there
   * ```ts
   * import { Receiver, Sender } from "@shmem/shmem/channel";
   *
   * const name = `/samples-${crypto.randomUUID()}`;
   * using receiver = Receiver.create(name);
   * {
   *   using sender = Sender.open(name);
   *   for (let i = 0; i < 10; i++) sender.trySend(new Uint8Array([i]));
   * }
   * for await (const messages of receiver.batches()) {
   *   console.log(messages.length); // 10
   * }
   * receiver.unlink();
   * ```
   */
  batches(
    options?: BatchOptions,
  ): AsyncIterableIterator<Message[], undefined> {
    const { limit = DEFAULT_BATCH } = readOptions(
      options,
      BATCH_OPTIONS,
      "receive batches",
    );
    checkInteger(limit, "limit", 1, Number.MAX_SAFE_INTEGER);
    const loop = this.#messages;
    return this.#iterate(
      (isDue, options) => loop.receiveBatch(limit, isDue, options),
      isTurnDueNow,
    );
  }

  /**
   * The messages as a stream of their bytes, without their types; empty ones are
   * left out. Cancelling the stream closes this.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= new ReadableStream(
      {
        type: "bytes",
        pull: async (controller) => {
          for (;;) {
            const message = await this.#messages.receive(true, isTurnDue());
            if (message === undefined) {
              controller.close();
              // A reader that brought its own memory waits for this.
              controller.byobRequest?.respond(0);
              return;
            }
            if (message.bytes.length === 0) continue;
            controller.enqueue(message.bytes);
            return;
          }
        },
        cancel: () => this.close(),
      },
      { highWaterMark: 0 },
    );
  }

  #iterate<Value>(
    receive: (
      isDue: boolean,
      options: WaitOptions,
    ) => Value | Promise<Value | undefined>,
    isDue: () => boolean,
  ): AsyncIterableIterator<Value, undefined> {
    const stop = new AbortController();
    const options: WaitOptions = { signal: stop.signal };
    let pending: Promise<unknown> | undefined;
    let returned = false;
    const wait = async (
      value: Promise<Value | undefined>,
    ): Promise<IteratorResult<Value, undefined>> => {
      try {
        const received = await value;
        return received === undefined ? END : { value: received, done: false };
      } catch (error) {
        // Closing it from outside ends the loop, and so does leaving it.
        if (this.closed || returned) return END;
        throw error;
      } finally {
        if (pending === value) pending = undefined;
      }
    };
    const iterator: AsyncIterableIterator<Value, undefined> = {
      next: () => {
        if (returned) return Promise.resolve(END);
        try {
          const value = receive(isDue(), options);
          if (!(value instanceof Promise)) {
            return Promise.resolve({ value, done: false });
          }
          pending ??= value;
          return wait(value);
        } catch (error) {
          return Promise.reject(error);
        }
      },
      return: async () => {
        returned = true;
        // A wait that nobody is left for would take the next message with it.
        if (pending !== undefined) {
          stop.abort();
          await pending.catch(() => {}); // It is told where it was asked for.
        }
        return END;
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }
}

/**
 * Receives all that comes, until the end or until the reader is closed, as a loop over
 * {@linkcode MessageReader.batches} does; for the layers above. An error of the
 * function ends it.
 *
 * @param handle Called for each array; the next one waits for what it returns.
 */
export function forEachBatch(
  reader: MessageReader,
  handle: (messages: Message[]) => Promise<void> | void,
): Promise<void> {
  return loopOf(reader).forEachBatch(DEFAULT_BATCH, handle);
}

/** Creates a reader from its parts, for the classes of readers alone. */
export function joinAsReader(
  reader: MessageReader,
  source: MessageSource,
  parts: EndParts,
): void {
  joinReader(reader, source, parts);
}

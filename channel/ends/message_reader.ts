import type { Message } from "./message.ts";
import { giveTurn, isTurnDue, spin } from "./pacing.ts";

/** How {@linkcode MessageReader.receive} waits. */
export interface ReceiveOptions {
  /** Ends the wait with its reason; no message is lost by that. */
  readonly signal?: AbortSignal;
}

/**
 * What to do when there is no further message: fail, end, or look again, because
 * something has changed meanwhile.
 */
export type Verdict = () => Error | "end" | "again";

const END: IteratorResult<Message, undefined> = {
  value: undefined,
  done: true,
};

/**
 * What `Receiver` and `Subscriber` have in common: receiving message by message,
 * in a loop, or as a stream. Only one of the three at a time.
 */
export abstract class MessageReader
  implements AsyncIterable<Message>, Disposable {
  /** Name of the channel, with its slash. */
  readonly name: string;
  /** How messages call the channel. */
  protected readonly what: string;
  #receiving = false;
  #closed = false;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;

  /**
   * Remembers how the channel is called.
   *
   * @param name Its name.
   * @param what How messages call it.
   */
  constructor(name: string, what: string) {
    this.name = name;
    this.what = what;
  }

  /**
   * Takes the next message, if there is one.
   *
   * @param alone Whether it must have a buffer of its own.
   */
  protected abstract take(alone: boolean): Message | undefined;

  /** Whether the next message is there. */
  protected abstract get isReady(): boolean;

  /**
   * Looks at the other side, while no message is there.
   *
   * @returns Why none will come, unless one has come meanwhile.
   */
  protected abstract judge(): Verdict | undefined;

  /** Does what is due from time to time while no message is there. */
  protected maintain(): void {}

  /**
   * Looks at the other side from time to time, while messages keep coming.
   *
   * @returns What to fail with, if anything.
   */
  protected patrol(): Error | undefined {
    return undefined;
  }

  /** Sleeps until there may be something to do. */
  protected abstract park(signal: AbortSignal | undefined): Promise<void>;

  /** Gives up what the reader holds. */
  protected abstract letGo(): void;

  /** Whether it was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Receives the next message, if there is one. Whether one will come, it does
   * not tell: ends and deaths are told by {@linkcode MessageReader.receive} and
   * the loop over messages.
   *
   * @returns The message, or nothing.
   * @throws {Deno.errors.BadResource} When this is closed.
   */
  tryReceive(): Message | undefined {
    this.#requireOpen();
    this.#requireIdle();
    const message = this.take(false);
    if (message !== undefined) return message;
    this.maintain();
    return this.take(false);
  }

  /**
   * Receives the next message, waiting for it without blocking anything.
   *
   * @param options How.
   * @returns The message; nothing at the end of the channel (asked again after
   * that, it waits for other senders). Rejects as the loop over messages does, and
   * with the reason of the signal.
   */
  async receive(options: ReceiveOptions = {}): Promise<Message | undefined> {
    return await this.#receive(false, isTurnDue(), options.signal);
  }

  /**
   * Receives message after message until the end of the channel. Leaving the
   * loop closes nothing: another one goes on. So does one that begins after the
   * end; it waits for other senders.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined> {
    const iterator: AsyncIterableIterator<Message, undefined> = {
      next: () => {
        const isDue = isTurnDue();
        if (isDue || this.#closed || this.#receiving) return this.#next(isDue);
        try {
          // As quickly as can be: most often the message is there.
          const message = this.take(false);
          return message === undefined
            ? this.#next(false)
            : Promise.resolve({ value: message, done: false });
        } catch (error) {
          return Promise.reject(error);
        }
      },
      return: () => Promise.resolve(END),
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
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
            const message = await this.#receive(true, isTurnDue());
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

  /** Closes this. Harmless when it was done before. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.letGo();
  }

  /** The same as {@linkcode MessageReader.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  async #next(
    isDue: boolean,
  ): Promise<IteratorResult<Message, undefined>> {
    try {
      const message = await this.#receive(false, isDue);
      return message === undefined ? END : { value: message, done: false };
    } catch (error) {
      // Whoever closes it from outside ends the loop.
      if (this.#closed) return END;
      throw error;
    }
  }

  async #receive(
    alone: boolean,
    isDue: boolean,
    signal?: AbortSignal,
  ): Promise<Message | undefined> {
    signal?.throwIfAborted();
    this.#requireOpen();
    this.#requireIdle();
    this.#receiving = true;
    try {
      if (isDue) await this.#giveTurn(signal);
      return this.take(alone) ?? await this.#wait(alone, signal);
    } finally {
      this.#receiving = false;
    }
  }

  /** Lets others have a turn, and looks around, as no pause may ever come. */
  async #giveTurn(signal: AbortSignal | undefined): Promise<void> {
    await giveTurn();
    this.#requireOpen();
    signal?.throwIfAborted();
    const error = this.patrol();
    if (error !== undefined) throw error;
  }

  async #wait(
    alone: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Message | undefined> {
    const isReady = () => this.isReady;
    for (;;) {
      if (!spin(isReady)) {
        const verdict = this.judge();
        // What was sent before the verdict comes first.
        if (verdict !== undefined && !this.isReady) {
          const outcome = verdict();
          if (outcome === "end") return undefined;
          if (outcome !== "again") throw outcome;
          await giveTurn();
          this.#requireOpen();
          signal?.throwIfAborted();
          continue;
        }
      }
      const message = this.take(alone);
      if (message !== undefined) return message;
      await this.#sleep(signal);
    }
  }

  async #sleep(signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.park(signal);
    } catch (error) {
      // Its memory goes when it is closed, and that ends the sleep.
      if (!this.#closed) throw error;
    }
    if (isTurnDue()) await giveTurn();
    this.#requireOpen();
    signal?.throwIfAborted();
  }

  #requireOpen(): void {
    if (!this.#closed) return;
    throw new Deno.errors.BadResource(
      `Cannot receive from ${this.what}: it is closed`,
    );
  }

  #requireIdle(): void {
    if (!this.#receiving) return;
    throw new TypeError(
      `Cannot receive from ${this.what}: the promise of the call before is still pending; await it first`,
    );
  }
}

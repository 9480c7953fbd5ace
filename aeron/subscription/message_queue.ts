import { MessageMemory } from "../../channel/buffers/copy_out.ts";
import { giveTurn, isTurnDue } from "../../memory/waiting/turns.ts";
import { checkWord } from "../../memory/checks/checks.ts";
import { readOptions } from "../../memory/checks/options.ts";
import {
  checkSignal,
  checkTimeout,
  type WaitOptions,
} from "../../memory/waiting/wait_options.ts";
import { IdlePauses } from "../conductor/idle_pauses.ts";
import { FragmentAssembler } from "./fragment_assembler.ts";
import type { FragmentHandler } from "./fragment_handler.ts";
import type { ImageSet } from "./image_set.ts";
import type { AeronMessage, MessagesOptions } from "./messages.ts";

/** What a queue takes messages from. */
interface Source {
  readonly streamId: number;
  readonly channel: string;
  poll(handler: FragmentHandler, limit?: number): number;
}

const END: IteratorResult<never, undefined> = { value: undefined, done: true };

/** Fragments of one message are taken together. */
const FRAGMENTS = 64;

/** Takes messages one by one, and waits while there is none. */
export class MessageQueue {
  readonly #source: Source;
  readonly #images: ImageSet;
  readonly #pauses = new IdlePauses();
  readonly #handler: FragmentHandler;
  readonly #copies = new Copies();
  /** What was put together last, and not handed out yet. */
  #message: AeronMessage | undefined;
  #receiving = false;
  /** Whether messages came without a wait; looking at the clock for each takes long. */
  #active = false;

  constructor(source: Source, images: ImageSet) {
    this.#source = source;
    this.#images = images;
    images.onEnd = () => this.#pauses.wake();
    const { handler } = new FragmentAssembler((bytes, at, length, header) => {
      this.#message = {
        bytes: this.#copies.copy(bytes, at, length),
        sessionId: header.sessionId,
        streamId: header.streamId,
        position: header.position,
        reservedValue: header.reservedValue,
      };
    });
    this.#handler = handler;
  }

  /** Receives one message. */
  async receive(options?: WaitOptions): Promise<AeronMessage> {
    const { timeoutMs, signal } = readOptions(
      options,
      { timeoutMs: true, signal: true },
      "receive message",
    );
    const limit = checkTimeout(timeoutMs);
    const message = await this.#next(limit, checkSignal(signal), "closed");
    if (message !== undefined) return message;
    throw new Deno.errors.BadResource(
      `Cannot receive from ${this.#what}: the subscription is closed`,
    );
  }

  /** What to loop over. */
  messages(
    options?: MessagesOptions,
  ): AsyncIterableIterator<AeronMessage, undefined> {
    const { until = "closed", signal } = readOptions(
      options,
      { until: true, signal: true },
      "receive messages",
    );
    checkWord(until, ["closed", "last-image"], "until");
    checkSignal(signal);
    const stop = new AbortController();
    const ended = signal === undefined
      ? stop.signal
      : AbortSignal.any([signal, stop.signal]);
    let pending: Promise<unknown> | undefined;
    let returned = false;
    const wait = async (): Promise<IteratorResult<AeronMessage, undefined>> => {
      const next = this.#next(Infinity, ended, until);
      pending ??= next;
      try {
        const value = await next;
        return value === undefined ? END : { value, done: false };
      } catch (error) {
        if (returned) return END;
        throw error;
      } finally {
        if (pending === next) pending = undefined;
      }
    };
    const iterator: AsyncIterableIterator<AeronMessage, undefined> = {
      next: () => {
        if (returned) return Promise.resolve(END);
        try {
          if (!this.#receiving && !signal?.aborted && !isTurnDue()) {
            const value = this.#take();
            if (value !== undefined) {
              this.#active = true;
              return Promise.resolve({ value, done: false });
            }
          }
          return wait();
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

  /** The messages as a stream of bytes. */
  stream(close: () => void): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream(
      {
        pull: async (controller) => {
          for (;;) {
            const message = await this.#next(Infinity, undefined, "closed");
            if (message === undefined) return controller.close();
            if (message.bytes.length > 0) {
              return controller.enqueue(message.bytes);
            }
          }
        },
        cancel: close,
      },
      { highWaterMark: 0 },
    );
  }

  get #what(): string {
    return `stream ${this.#source.streamId} of ${this.#source.channel}`;
  }

  /** The next message, if it is there. */
  #take(): AeronMessage | undefined {
    // One fragment at a time: what was not asked for stays in the log, where others see
    // how far this is.
    for (let i = 0; i < FRAGMENTS && this.#message === undefined; i++) {
      if (this.#source.poll(this.#handler, 1) === 0) break;
    }
    const message = this.#message;
    this.#message = undefined;
    return message;
  }

  async #next(
    timeoutMs: number,
    signal: AbortSignal | undefined,
    until: "closed" | "last-image",
  ): Promise<AeronMessage | undefined> {
    if (this.#receiving) {
      throw new TypeError(
        `Cannot receive from ${this.#what}: the promise of the call before is still pending; await it first`,
      );
    }
    this.#receiving = true;
    if (this.#active) this.#pauses.reset();
    this.#active = false;
    try {
      if (isTurnDue()) await giveTurn();
      const end = performance.now() + timeoutMs;
      for (;;) {
        signal?.throwIfAborted();
        // Before the look: what came before the end is still taken.
        const isOver = this.#isOver(until);
        const { looks } = this.#pauses;
        for (let i = 0; i < looks; i++) {
          const message = this.#take();
          if (message === undefined) continue;
          this.#pauses.reset();
          return message;
        }
        if (isOver) return undefined;
        if (performance.now() >= end) {
          throw new Deno.errors.TimedOut(
            `Cannot receive from ${this.#what}: no message came within ${timeoutMs} ms`,
          );
        }
        await this.#pauses.pause(signal);
      }
    } finally {
      this.#receiving = false;
    }
  }

  #isOver(until: "closed" | "last-image"): boolean {
    const images = this.#images;
    return images.closed ||
      (until === "last-image" && images.seen > 0 && images.list.length === 0);
  }
}

/** Copies messages out of terms, which come again and again. */
class Copies {
  readonly #memories = new WeakMap<Uint8Array, MessageMemory>();
  #last: Uint8Array | undefined;
  #memory: MessageMemory | undefined;

  copy(
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): Uint8Array<ArrayBuffer> {
    if (bytes !== this.#last) {
      let memory = this.#memories.get(bytes);
      if (memory === undefined) {
        this.#memories.set(bytes, memory = new MessageMemory(bytes));
      }
      this.#last = bytes;
      this.#memory = memory;
    }
    return this.#memory!.copy(offset, length);
  }
}

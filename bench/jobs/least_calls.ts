/**
 * What calls cost at least in this runtime: the same JSON through two plain channels
 * for each client, and a map of who waits. No errors, limits, cancellations, streams
 * or long messages. The rows with it show what is left of goals of `./rpc`.
 *
 * @module
 */

import { forEachBatch } from "../../channel/ends/message_reader.ts";
import { Receiver, Sender } from "../../channel/mod.ts";

const HEAD = 4;
const ROOM = 4096;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Sends values of JSON behind a number. */
class Frames {
  readonly #sender: Sender;
  readonly #frame = new Uint8Array(ROOM);
  readonly #body = this.#frame.subarray(HEAD);
  readonly #views: (Uint8Array | undefined)[] = [];

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  send(id: number, value: unknown): void {
    const frame = this.#frame;
    frame[0] = id;
    frame[1] = id >> 8;
    frame[2] = id >> 16;
    frame[3] = id >> 24;
    const text = JSON.stringify(value);
    const end = HEAD + encoder.encodeInto(text, this.#body).written;
    this.#sender.trySend(this.#views[end] ??= frame.subarray(0, end));
  }
}

function idOf(bytes: Uint8Array): number {
  return (bytes[0]! | bytes[1]! << 8 | bytes[2]! << 16 | bytes[3]! << 24) >>> 0;
}

function valueOf(bytes: Uint8Array): unknown {
  return JSON.parse(decoder.decode(bytes.subarray(HEAD)));
}

/** Answers the calls of one client. */
export class LeastServer implements AsyncDisposable {
  readonly #requests: Receiver;
  readonly #answers: Sender;
  readonly #loop: Promise<void>;

  /** Makes both channels, of which the client removes the names. */
  constructor(
    name: string,
    capacity: number,
    answer: (request: unknown) => unknown,
  ) {
    this.#requests = Receiver.create(`${name}.requests`, { capacity });
    this.#answers = Sender.create(`${name}.answers`, { capacity });
    const frames = new Frames(this.#answers);
    this.#loop = forEachBatch(this.#requests, (messages) => {
      for (const { bytes } of messages) {
        frames.send(idOf(bytes), answer(valueOf(bytes)));
      }
    });
  }

  /** Closes both. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#requests.close();
    this.#answers.close();
    await this.#loop;
  }
}

/** Calls a {@linkcode LeastServer}. */
export class LeastClient implements AsyncDisposable {
  readonly #requests: Sender;
  readonly #answers: Receiver;
  readonly #frames: Frames;
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  readonly #loop: Promise<void>;
  #last = 0;

  /** Opens both channels, and removes their names. */
  constructor(name: string) {
    this.#requests = Sender.open(`${name}.requests`);
    this.#answers = Receiver.open(`${name}.answers`);
    this.#requests.unlink();
    this.#answers.unlink();
    this.#frames = new Frames(this.#requests);
    this.#loop = forEachBatch(this.#answers, (messages) => {
      for (const { bytes } of messages) {
        const id = idOf(bytes);
        this.#waiting.get(id)?.(valueOf(bytes));
        this.#waiting.delete(id);
      }
    });
  }

  /** Calls. */
  call(request: unknown): Promise<unknown> {
    const id = ++this.#last;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, resolve);
    this.#frames.send(id, request);
    return promise;
  }

  /** Leaves. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#requests.close();
    this.#answers.close();
    await this.#loop;
  }
}

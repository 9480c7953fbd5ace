/**
 * What a message costs at least in JavaScript, however it comes: two processes pass
 * frames by hand in memory that they share, without a check of anything, and nobody
 * sleeps. Each message is received as an array over memory that many share, an object,
 * and a promise for each or for many. The rows with it show what is left of a goal that
 * is a multiple of something else.
 *
 * @module
 */

import { LENGTH } from "./message_loops.ts";

/** Bytes of the memory: frames, and counts behind them. */
export const LEAST_LENGTH = 2 ** 20 + 4096;

const SLAB_LENGTH = 16_384;
const LONGS = LENGTH / 8;
const PLACES = 2 ** 20 / LENGTH;
/** Where it says how many were read, and written. */
const [READ, WRITTEN] = [2 ** 18, 2 ** 18 + 32];
/**
 * Both say it, and look, once in so many: a reader that is right behind the writer would
 * take the memory away that it writes to. Messages are sent in multiples of it.
 */
const LOOK = 250;
/** As many as `batches()` puts into an array. */
const BATCH = 1024;

/** What most sends return. */
const SENT = Promise.resolve();

interface Message {
  readonly typeId: number;
  readonly bytes: Uint8Array;
}

/** Sends by hand what {@linkcode LeastReceiver} receives. */
export class LeastSender {
  readonly #words: Int32Array;
  readonly #longs: BigInt64Array;
  #message = new Uint8Array(0);
  #messageWords = new Int32Array(0);
  #messageLongs = new BigInt64Array(0);
  #done = 0;

  constructor({ buffer, byteOffset }: Uint8Array<ArrayBuffer>) {
    this.#words = new Int32Array(buffer, byteOffset, LEAST_LENGTH / 4);
    this.#longs = new BigInt64Array(buffer, byteOffset, LEAST_LENGTH / 8);
  }

  /** Sends a message, as it can be awaited. */
  send(message: Uint8Array<ArrayBuffer>): Promise<void> {
    this.trySend(message);
    return SENT;
  }

  /** Sends a message. */
  trySend(message: Uint8Array<ArrayBuffer>): boolean {
    if (message !== this.#message) {
      const { buffer, byteOffset } = this.#message = message;
      this.#messageWords = new Int32Array(buffer, byteOffset, LENGTH / 4);
      this.#messageLongs = new BigInt64Array(buffer, byteOffset, LONGS);
    }
    const words = this.#words;
    const done = this.#done;
    if (done % LOOK === 0) {
      while (done + LOOK - Atomics.load(words, READ) > PLACES) Atomics.pause();
    }
    const start = (done % PLACES) * LONGS;
    // What was just written by 32 bits is loaded so, see `aeron/publication/space/`.
    words[2 * start] = this.#messageWords[0]!;
    words[2 * start + 1] = this.#messageWords[1]!;
    const longs = this.#longs;
    const from = this.#messageLongs;
    for (let i = 1; i < LONGS; i++) longs[start + i] = from[i]!;
    this.#done = done + 1;
    if (this.#done % LOOK === 0) Atomics.store(words, WRITTEN, this.#done);
    return true;
  }
}

/** Receives by hand what {@linkcode LeastSender} sends. */
export class LeastReceiver {
  readonly #words: Int32Array;
  readonly #longs: BigInt64Array;
  #slab = new Uint8Array(SLAB_LENGTH);
  #slabLongs = new BigInt64Array(this.#slab.buffer);
  #used = 0;
  #done = 0;
  #written = 0;

  constructor({ buffer, byteOffset }: Uint8Array<ArrayBuffer>) {
    this.#words = new Int32Array(buffer, byteOffset, LEAST_LENGTH / 4);
    this.#longs = new BigInt64Array(buffer, byteOffset, LEAST_LENGTH / 8);
  }

  /** Messages, each by itself. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined> {
    return this.#loop(() => this.#take());
  }

  /** Arrays of those that are there. */
  batches(): AsyncIterableIterator<Message[], undefined> {
    return this.#loop(() => {
      const batch = [this.#take()];
      while (batch.length < BATCH && this.#done !== this.#written) {
        batch.push(this.#take());
      }
      return batch;
    });
  }

  #take(): Message {
    if (this.#used === SLAB_LENGTH) {
      this.#slab = new Uint8Array(SLAB_LENGTH);
      this.#slabLongs = new BigInt64Array(this.#slab.buffer);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += LENGTH;
    const from = (this.#done % PLACES) * LONGS;
    const longs = this.#longs;
    const slab = this.#slabLongs;
    for (let i = 0; i < LONGS; i++) slab[start / 8 + i] = longs[from + i]!;
    if (++this.#done % LOOK === 0) this.#words[READ] = this.#done;
    return { typeId: 1, bytes: this.#slab.subarray(start, start + LENGTH) };
  }

  /** A loop over promises that are fulfilled already, as soon as something is there. */
  #loop<Value>(take: () => Value): AsyncIterableIterator<Value, undefined> {
    const iterator: AsyncIterableIterator<Value, undefined> = {
      next: () => {
        while (this.#done === this.#written) {
          this.#written = Atomics.load(this.#words, WRITTEN);
        }
        return Promise.resolve({ value: take(), done: false });
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }
}

/**
 * What a received message costs at least in JavaScript, however it came: an array
 * over memory that many share, an object, and a promise for each or for many. The
 * rows with it show what is left of a goal that is a multiple of something else.
 *
 * @module
 */

import { LENGTH } from "./message_loops.ts";

const COUNT = 100_000;
const ROUNDS = 20;
const SLAB_LENGTH = 16_384;

/** As many as `batches()` puts into an array. */
const BATCH = 1024;

interface Message {
  readonly typeId: number;
  readonly bytes: Uint8Array;
}

/** Makes messages as a receiver does, out of memory that lies still. */
class Maker {
  readonly #from = new BigInt64Array(LENGTH / 8);
  #slab = new Uint8Array(SLAB_LENGTH);
  #longs = new BigInt64Array(this.#slab.buffer);
  #used = 0;

  make(): Message {
    if (this.#used === SLAB_LENGTH) {
      this.#slab = new Uint8Array(SLAB_LENGTH);
      this.#longs = new BigInt64Array(this.#slab.buffer);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += LENGTH;
    const to = start / 8;
    for (let i = 0; i < LENGTH / 8; i++) this.#longs[to + i] = this.#from[i]!;
    return { typeId: 1, bytes: this.#slab.subarray(start, start + LENGTH) };
  }
}

/** A loop over promises that are fulfilled already. */
function loopOver<Value>(count: number, make: () => Value) {
  let left = count;
  const iterator: AsyncIterableIterator<Value, undefined> = {
    next: () =>
      left-- > 0
        ? Promise.resolve({ value: make(), done: false })
        : Promise.resolve({ value: undefined, done: true }),
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

/** Nanoseconds for each message of a loop message by message. */
export async function leastOfEach(): Promise<number> {
  const maker = new Maker();
  return await best(async () => {
    let seen = 0;
    for await (const { bytes } of loopOver(COUNT, () => maker.make())) {
      seen += bytes[0]! + 1;
    }
    return seen;
  });
}

/** The same of a loop over arrays of many. */
export async function leastOfBatches(): Promise<number> {
  const maker = new Maker();
  const batch = () => {
    const messages: Message[] = [];
    for (let i = 0; i < BATCH; i++) messages.push(maker.make());
    return messages;
  };
  return await best(async () => {
    let seen = 0;
    for await (const messages of loopOver(Math.ceil(COUNT / BATCH), batch)) {
      for (const { bytes } of messages) seen += bytes[0]! + 1;
    }
    return seen;
  });
}

async function best(receive: () => Promise<number>): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const seen = await receive();
    least = Math.min(least, (performance.now() - start) * 1e6 / seen);
  }
  return least;
}

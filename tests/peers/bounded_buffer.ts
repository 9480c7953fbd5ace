/**
 * A queue of few places between two processes: a mutex and two conditions. The
 * C peer has the same layout.
 *
 * @module
 */

import { Condition, Mutex } from "../../sync/mod.ts";

/** Bytes: mutex at 0, "not full" at 64, "not empty" at 80, then words. */
export const BUFFER_BYTES = 96 + 4 * 7;

const PLACES = 5;
const PUT = 0;
const TAKEN = 1;
const FIRST_PLACE = 2;

/** A watchdog, not a measure. */
const timeoutMs = 60_000;

/** The queue. */
export class BoundedBuffer {
  readonly #mutex: Mutex;
  readonly #notFull: Condition;
  readonly #notEmpty: Condition;
  readonly #words: Int32Array<ArrayBuffer>;

  private constructor(
    [mutex, notFull, notEmpty]: [Mutex, Condition, Condition],
    bytes: Uint8Array<ArrayBuffer>,
    offset: number,
  ) {
    this.#mutex = mutex;
    this.#notFull = notFull;
    this.#notEmpty = notEmpty;
    const start = bytes.byteOffset + offset + 96;
    this.#words = new Int32Array(bytes.buffer, start, FIRST_PLACE + PLACES);
  }

  /** Makes one, empty. */
  static create(bytes: Uint8Array<ArrayBuffer>, offset: number): BoundedBuffer {
    const buffer = new BoundedBuffer(
      [
        Mutex.create(bytes, offset),
        Condition.create(bytes, offset + 64),
        Condition.create(bytes, offset + 80),
      ],
      bytes,
      offset,
    );
    buffer.#words.fill(0);
    return buffer;
  }

  /** Opens what the other side made. */
  static open(bytes: Uint8Array<ArrayBuffer>, offset: number): BoundedBuffer {
    return new BoundedBuffer(
      [
        Mutex.open(bytes, offset),
        Condition.open(bytes, offset + 64),
        Condition.open(bytes, offset + 80),
      ],
      bytes,
      offset,
    );
  }

  /** Puts a number in, blocking while there is no place. */
  put(item: number): void {
    using guard = this.#mutex.lock();
    while (this.#held() === PLACES) {
      check(this.#notFull.wait(guard, { timeoutMs }));
    }
    this.#store(item);
  }

  /** The same without blocking. */
  async putAsync(item: number): Promise<void> {
    using guard = await this.#mutex.lockAsync();
    while (this.#held() === PLACES) {
      check(await this.#notFull.waitAsync(guard, { timeoutMs }));
    }
    this.#store(item);
  }

  /** Takes the oldest number, blocking while there is none. */
  take(): number {
    using guard = this.#mutex.lock();
    while (this.#held() === 0) {
      check(this.#notEmpty.wait(guard, { timeoutMs }));
    }
    return this.#load();
  }

  /** The same without blocking. */
  async takeAsync(): Promise<number> {
    using guard = await this.#mutex.lockAsync();
    while (this.#held() === 0) {
      check(await this.#notEmpty.waitAsync(guard, { timeoutMs }));
    }
    return this.#load();
  }

  #held(): number {
    return this.#word(PUT) - this.#word(TAKEN);
  }

  #store(item: number): void {
    const put = this.#word(PUT);
    this.#words[FIRST_PLACE + put % PLACES] = item;
    this.#words[PUT] = put + 1;
    this.#notEmpty.notify();
  }

  #load(): number {
    const taken = this.#word(TAKEN);
    const item = this.#word(FIRST_PLACE + taken % PLACES);
    this.#words[TAKEN] = taken + 1;
    this.#notFull.notify();
    return item;
  }

  #word(index: number): number {
    return this.#words[index] ?? 0;
  }
}

function check(result: string): void {
  if (result === "timed-out") throw new Error("a notification was lost");
}

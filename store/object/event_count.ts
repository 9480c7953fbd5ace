import { wake, type Word, wordAt } from "../../ffi/sync/futex.ts";
import { regionOf } from "../../memory/mapping/mapping.ts";
import { sleepOnObject, type SleepOptions } from "./sleep.ts";
import type { StoreObject } from "./store_object.ts";

/** Most that the kernel can wake in one call. */
const ALL = 0x7fff_ffff;

/**
 * An eventcount in an object: a word that goes up with each event, and one that
 * counts those that sleep until the next. A process that waits reads the event, looks for
 * what it wants, and sleeps on the event that it read; so no event is missed.
 */
export class EventCount {
  readonly #object: StoreObject<"read-write">;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #word: Word;
  readonly #event: number;
  readonly #sleepers: number;
  /** How many of this handle are counted among the sleepers. */
  #counted = 0;

  /**
   * Opens an eventcount.
   *
   * @param event Where its event lies, in 32-bit words.
   * @param sleepers Where the number of sleepers lies.
   */
  constructor(
    object: StoreObject<"read-write">,
    event: number,
    sleepers: number,
  ) {
    const { bytes } = object.mapping;
    const length = Math.max(event, sleepers) + 1;
    this.#object = object;
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, length);
    this.#word = wordAt(regionOf(object.mapping), event * 4);
    this.#event = event;
    this.#sleepers = sleepers;
  }

  /** To be read before one looks, and slept on when there was nothing. */
  get event(): number {
    return Atomics.load(this.#words, this.#event);
  }

  /** Counts an event, and wakes one that sleeps. */
  wakeOne(): void {
    this.#wake(1);
  }

  /** Counts an event, and wakes all that sleep. */
  wakeAll(): void {
    this.#wake(ALL);
  }

  /** Sleeps until there was another event, or some time is over. */
  async sleep(event: number, options: SleepOptions): Promise<void> {
    Atomics.add(this.#words, this.#sleepers, 1);
    this.#counted++;
    try {
      await sleepOnObject(this.#object, this.#word, event, options);
    } finally {
      // Unless leave() has taken all of them back.
      if (this.#counted > 0 && this.#words.length > 0) {
        this.#counted--;
        Atomics.sub(this.#words, this.#sleepers, 1);
      }
    }
  }

  /** Takes back what is counted, before the memory goes. */
  leave(): void {
    if (this.#words.length === 0) return;
    Atomics.sub(this.#words, this.#sleepers, this.#counted);
    this.#counted = 0;
  }

  #wake(count: number): void {
    Atomics.add(this.#words, this.#event, 1);
    if (Atomics.load(this.#words, this.#sleepers) !== 0) {
      wake(this.#word, count);
    }
  }
}

import { wake, type Word, wordAt } from "../../ffi/sync/futex.ts";
import { regionOf } from "../../memory/mapping/mapping.ts";
import { sleepAsync } from "../../sync/waiting/wait.ts";
import type { StoreObject } from "../object/store_object.ts";
import type { Patience } from "../object/wait_for.ts";
import {
  JOBS_EVENT,
  JOBS_SLEEPERS,
  MUTEX,
  ROOM_EVENT,
  ROOM_SLEEPERS,
} from "./queue_layout.ts";

/** Where the words of a side lie, and what it waits for. */
interface SideWords {
  readonly event: number;
  readonly sleepers: number;
  readonly missing: string;
}

/** Those that wait for a job. */
export const TAKERS_SIDE: SideWords = {
  event: JOBS_EVENT,
  sleepers: JOBS_SLEEPERS,
  missing: "there was no job",
};
/** Those that wait for room. */
export const PUTTERS_SIDE: SideWords = {
  event: ROOM_EVENT,
  sleepers: ROOM_SLEEPERS,
  missing: "there was no room",
};

/**
 * One side of a queue, which the other one wakes: an eventcount, whose event goes
 * up with each change, and a count of those that sleep.
 */
export class QueueSide {
  readonly #object: StoreObject<"read-write">;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #word: Word;
  readonly #side: SideWords;
  /** How many of this handle are counted among the sleepers. */
  #counted = 0;

  /** Looks at one side of a queue. */
  constructor(object: StoreObject<"read-write">, side: SideWords) {
    const { bytes } = object.mapping;
    this.#object = object;
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, MUTEX / 4);
    this.#word = wordAt(regionOf(object.mapping), side.event * 4);
    this.#side = side;
  }

  /** To be read before one looks, and slept on when there was nothing. */
  get event(): number {
    return Atomics.load(this.#words, this.#side.event);
  }

  /** Wakes one that sleeps. */
  wakeOne(): void {
    this.#wake(1);
  }

  /** Wakes all that sleep. */
  wakeAll(): void {
    this.#wake(0x7fff_ffff);
  }

  #wake(count: number): void {
    Atomics.add(this.#words, this.#side.event, 1);
    if (Atomics.load(this.#words, this.#side.sleepers) !== 0) {
      wake(this.#word, count);
    }
  }

  /**
   * Sleeps until something changed since an event, or some time is over.
   *
   * @throws {Deno.errors.TimedOut} When the caller's patience was over before.
   */
  async sleep(
    event: number,
    { end, timeoutMs, signal }: Patience,
    longestMs: number,
  ): Promise<void> {
    signal?.throwIfAborted();
    const leftMs = end - performance.now();
    if (leftMs <= 0) {
      throw new Deno.errors.TimedOut(
        `Cannot wait any longer for ${this.#object.what}: ${this.#side.missing} within ${timeoutMs} ms`,
      );
    }
    Atomics.add(this.#words, this.#side.sleepers, 1);
    this.#counted++;
    try {
      await sleepAsync(this.#word, event, this.#object.mapping, {
        timeoutMs: Math.min(leftMs, longestMs),
        ...(signal === undefined ? {} : { signal }),
      });
    } finally {
      if (this.#counted > 0 && this.#words.length > 0) {
        this.#counted--;
        Atomics.sub(this.#words, this.#side.sleepers, 1);
      }
    }
  }

  /** Is no sleeper any more; before the object is closed. */
  leave(): void {
    if (this.#words.length === 0) return;
    Atomics.sub(this.#words, this.#side.sleepers, this.#counted);
    this.#counted = 0;
  }
}

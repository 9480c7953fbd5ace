import { type Word, wordAt } from "../../ffi/sync/futex.ts";
import { inTurn } from "../../memory/waiting/turns.ts";
import { regionOf } from "../../memory/mapping/mapping.ts";
import { lookAgainMs } from "../../sync/waiting/safety_nets.ts";
import { sleepOnObject } from "../object/sleep.ts";
import type { StoreObject } from "../object/store_object.ts";
import type { Patience } from "../object/wait_for.ts";
import { FLAGS, NEWEST, SLEEPERS, WAKE_READERS } from "./latest_layout.ts";

/**
 * A writer that is killed between its value and the wake-up wakes no process: one that
 * sleeps looks again this often.
 */
const NET_MS = 250;
/** The same for one that cannot say that it sleeps, and is not woken without. */
const UNTOLD_MS = 10;

/** The side of a `Latest` that waits. */
export class LatestWaiter {
  readonly #object: StoreObject;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #word: Word;
  readonly #counts: boolean;
  /** How many waits of this handle are counted in the object. */
  #sleeping = 0;

  constructor(object: StoreObject, bytes: Uint8Array<ArrayBuffer>) {
    this.#object = object;
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, FLAGS + 1);
    this.#word = wordAt(regionOf(object.mapping), NEWEST * 4);
    this.#counts = object.mapping.access === "read-write";
  }

  /** Waits once, until there may be another value than the one that was seen. */
  async wait(seen: number, patience: Patience): Promise<void> {
    this.#object.requireOpen("wait for");
    const { signal } = patience;
    signal?.throwIfAborted();
    const leftMs = patience.end - performance.now();
    if (leftMs <= 0) {
      await inTurn(undefined);
      throw new Deno.errors.TimedOut(
        `Cannot wait any longer for ${this.#object.what}: no process wrote within ${patience.timeoutMs} ms`,
      );
    }
    const told = this.#counts ||
      (this.#words[FLAGS]! & WAKE_READERS) !== 0;
    const timeoutMs = Math.min(
      leftMs,
      told ? lookAgainMs(NET_MS) : UNTOLD_MS,
    );
    const newest = Atomics.load(this.#words, NEWEST);
    if (newest !== 0 && newest !== seen) return;
    this.#count(1);
    try {
      const options = { timeoutMs, signal };
      await sleepOnObject(this.#object, this.#word, newest, options);
    } finally {
      this.#count(-1);
    }
  }

  /** Takes back what is counted: the memory goes. */
  leave(): void {
    if (this.#words.length === 0 || this.#sleeping === 0) return;
    Atomics.sub(this.#words, SLEEPERS, this.#sleeping);
    this.#sleeping = 0;
  }

  #count(change: 1 | -1): void {
    if (!this.#counts || this.#words.length === 0) return;
    // Unless leave() has taken all of them back.
    if (change === -1 && this.#sleeping === 0) return;
    this.#sleeping += change;
    Atomics.add(this.#words, SLEEPERS, change);
  }
}

import { notify, waitAsync } from "../../sync/waiting/wait.ts";

const AWAKE = 0;
const PARKED = 1;

/** For stores that only order other accesses. */
const order = new Int32Array(1);

/**
 * A word of shared memory on which one side of a channel sleeps until the other
 * one rings. While nobody sleeps, ringing is one load.
 */
export class Doorbell {
  readonly #words: Int32Array;
  readonly #index: number;

  /**
   * Names the word.
   *
   * @param words Mapped memory.
   * @param index Which of its words.
   */
  constructor(words: Int32Array, index: number) {
    this.#words = words;
    this.#index = index;
  }

  /** Whether someone sleeps, or is about to. */
  get parked(): boolean {
    return Atomics.load(this.#words, this.#index) !== AWAKE;
  }

  /**
   * Wakes whoever sleeps. What was stored before is visible to others before the
   * word is looked at: who goes to sleep stores into the word first and looks for
   * the rest afterwards, so one of the two sees the other.
   */
  ring(): void {
    Atomics.store(order, 0, 0);
    if (!this.parked) return;
    if (Atomics.exchange(this.#words, this.#index, AWAKE) === AWAKE) return;
    notify(this.#words, this.#index);
  }

  /**
   * Sleeps until it rings, or some time has passed. The caller then looks for
   * itself whether there is something to do.
   *
   * @param isReady Looks once more, after the word says that someone sleeps: what
   * happens later rings.
   * @returns false when it slept and nobody rang.
   */
  async park(
    isReady: () => boolean,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<boolean> {
    Atomics.store(this.#words, this.#index, PARKED);
    if (isReady()) return true;
    await waitAsync(this.#words, this.#index, PARKED, {
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    return !this.parked;
  }
}

/** Longs of a value's record. */
const VALUE_LONGS = 16;
/** Words of a value's record. */
const VALUE_WORDS = 32;
/** Long of the registration, in a value's record. */
const REGISTRATION = 1;
/** Torn reads of one that changes all the while are looked at no longer. */
const MAX_LOOKS = 100;

/** The memory of all values, as it is shared by everything of a client. */
export interface CounterMemory {
  readonly words: Int32Array<ArrayBuffer>;
  readonly longs: BigInt64Array<ArrayBuffer>;
  /** Whether plain accesses publish. */
  readonly inOrder: boolean;
}

/**
 * The 64 bits of one counter, read and written as halves: to make a bigint of them
 * for each message takes longer than to send it.
 */
export class CounterValue {
  /** Index of the counter. */
  readonly id: number;
  readonly #memory: CounterMemory;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #word: number;
  readonly #ownerLow: number;
  readonly #inOrder: boolean;
  /** High half of what was loaded last. */
  high = 0;
  /** Low half of what was loaded last. */
  low = 0;

  /**
   * Takes a counter.
   *
   * @throws {TypeError} When there is none of this index.
   */
  constructor(memory: CounterMemory, id: number) {
    const count = Math.trunc(memory.longs.length / VALUE_LONGS);
    if (!Number.isInteger(id) || id < 0 || id >= count) {
      throw new TypeError(
        `Cannot use counter ${id}: corrupt answer: there are ${count}; restart the media driver`,
      );
    }
    this.id = id;
    this.#memory = memory;
    this.#words = memory.words;
    this.#inOrder = memory.inOrder;
    this.#word = id * VALUE_WORDS;
    this.#ownerLow = this.#words[this.#word + 2 * REGISTRATION]!;
  }

  /** Loads both halves, of one moment. */
  load(): void {
    const words = this.#words;
    const word = this.#word;
    if (!this.#inOrder) {
      const value = Atomics.load(this.#memory.longs, word / 2);
      this.low = Number(BigInt.asIntN(32, value));
      this.high = Number(value >> 32n);
      return;
    }
    let high = words[word + 1]!;
    for (let i = 0; i < MAX_LOOKS; i++) {
      const low = words[word]!;
      const again = words[word + 1]!;
      this.high = high;
      this.low = low;
      if (again === high) return;
      high = again;
    }
  }

  /**
   * Whether it is still the counter that it was: one that was freed belongs to somebody
   * else a second later.
   */
  get isSame(): boolean {
    return this.#words[this.#word + 2 * REGISTRATION] === this.#ownerLow;
  }

  /**
   * Stores a position that nobody else writes, unless the counter is another one's by
   * now.
   *
   * @param high High half.
   * @param low Low half.
   */
  store(high: number, low: number): void {
    const words = this.#words;
    const word = this.#word;
    if (!this.isSame) return;
    if (words[word + 1] === high) {
      if (this.#inOrder) words[word] = low;
      else Atomics.store(words, word, low);
      return;
    }
    // Both at once: the high half first would show a position 4 GiB too far.
    if (this.#memory.longs.length === 0) return;
    const value = (BigInt(high) << 32n) | BigInt(low >>> 0);
    Atomics.store(this.#memory.longs, word / 2, value);
  }

  /** All 64 bits; 0 once the memory is gone. */
  get value(): bigint {
    const { longs } = this.#memory;
    return longs.length === 0 ? 0n : Atomics.load(longs, this.#word / 2);
  }

  /** All 64 bits. */
  set value(value: bigint) {
    const { longs } = this.#memory;
    if (longs.length > 0) Atomics.store(longs, this.#word / 2, value);
  }

  /** Adds, and returns the value before; 0 once the memory is gone. */
  add(delta: bigint): bigint {
    const { longs } = this.#memory;
    return longs.length === 0 ? 0n : Atomics.add(longs, this.#word / 2, delta);
  }
}

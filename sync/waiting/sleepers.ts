import type { Neighbourhood } from "../locks/neighbourhood.ts";

/** What takes itself out of shared memory before that is unmapped. */
export interface Leaver {
  /** Does so; the memory can still be reached. */
  leave(): void;
}

/**
 * How many of this object sleep, counted in a word of shared memory for those
 * who wake. The mapping knows of it only while someone sleeps.
 */
export class Sleepers implements Leaver {
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #index: number;
  readonly #neighbourhood: Neighbourhood;
  #count = 0;

  /**
   * @param words Words of the block.
   * @param index Which of them has the number of sleepers of all processes.
   * @param neighbourhood What knows when the memory goes.
   */
  constructor(
    words: Int32Array<ArrayBuffer>,
    index: number,
    neighbourhood: Neighbourhood,
  ) {
    this.#words = words;
    this.#index = index;
    this.#neighbourhood = neighbourhood;
  }

  /** How many sleep in all processes; the dead count, too. */
  get all(): number {
    return Atomics.load(this.#words, this.#index);
  }

  /** Counts one in. */
  enter(): void {
    Atomics.add(this.#words, this.#index, 1);
    if (this.#count++ === 0) this.#neighbourhood.leavers.add(this);
  }

  /** Counts one out, unless all were when the memory went. */
  exit(): void {
    if (this.#count === 0) return;
    if (--this.#count === 0) this.#neighbourhood.leavers.delete(this);
    if (this.#words.length > 0) Atomics.sub(this.#words, this.#index, 1);
  }

  /** Counts all out. */
  leave(): void {
    const count = this.#count;
    this.#count = 0;
    this.#neighbourhood.leavers.delete(this);
    if (this.#words.length > 0) Atomics.sub(this.#words, this.#index, count);
  }
}

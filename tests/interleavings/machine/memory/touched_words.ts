import { ATOMIC_LOAD, LOAD } from "../steps.ts";

/**
 * Which words several participants touch, one of them writing: only there the
 * order of accesses matters, and only there anyone is stopped.
 */
export class TouchedWords {
  /** 1 where it matters. */
  readonly shared: Uint8Array;
  /** Whether one more was found. */
  grown = false;
  /** Whether to stop at each step, as a printed schedule needs it. */
  everywhere = false;
  readonly #touched: Uint8Array;
  readonly #written: Uint8Array;

  /**
   * @param whole Bytes of all memory.
   * @param own Where words begin that participants and the kernel share.
   */
  constructor(whole: number, own: number) {
    this.shared = new Uint8Array(whole / 4);
    this.#touched = new Uint8Array(whole / 4);
    this.#written = new Uint8Array(whole / 4);
    this.shared.fill(1, own / 4);
  }

  /** Makes a word one that several touch, because the kernel does. */
  share(word: number): void {
    if (this.shared[word] === 1 || this.everywhere) return;
    this.shared[word] = 1;
    this.grown = true;
  }

  /** Whether others touch it, too, now that this participant does. */
  isShared(who: number, kind: number, offset: number, width: number): boolean {
    const end = (offset + width - 1) >> 2;
    let found = false;
    for (let word = offset >> 2; word <= end; word++) {
      if (this.shared[word] === 1) found = true;
      else if (!this.everywhere) {
        const touched = this.#touched[word]! | (1 << who);
        this.#touched[word] = touched;
        if (kind !== LOAD && kind !== ATOMIC_LOAD) this.#written[word] = 1;
        const several = (touched & (touched - 1)) !== 0;
        if (several && this.#written[word] === 1) {
          this.shared[word] = 1;
          this.grown = true;
          found = true;
        }
      }
    }
    return found;
  }
}

/**
 * A robust mutex as glibc takes and releases it, as far as others see it: a model
 * after `nptl/pthread_mutex_lock.c` and `pthread_mutex_unlock.c`. The list for the
 * kernel is left out, so one that has it must live.
 *
 * @module
 */

import { libc } from "../../../../ffi/libc/library.ts";
import {
  sleepOn,
  wake,
  type Word,
  wordAt,
} from "../../../../ffi/sync/futex.ts";
import {
  COUNT,
  LOCK,
  NOT_RECOVERABLE,
  OWNER,
  OWNER_DIED,
  SLEEPERS_BIT,
  USERS,
} from "../../../../sync/locks/mutex/mutex_layout.ts";
import { wholeRegion } from "../../machine/mapped.ts";

/** An owner that is no thread: it was taken from one that died (`pthreadP.h`). */
const INCONSISTENT = 0x7fff_ffff;

/** How taking it went. */
export type GlibcResult = "taken" | "owner died" | "not recoverable";

/** The mutex at the beginning of memory, as a C program has it. */
export class GlibcMutex {
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #word: Word;
  readonly #thread: number = libc().gettid?.() ?? 0;

  constructor() {
    const region = wholeRegion();
    this.#words = new Int32Array(region.buffer, region.byteOffset, 16);
    this.#word = wordAt(region, 0);
  }

  /** `pthread_mutex_lock(3)`. */
  lock(): GlibcResult {
    const words = this.#words;
    const thread = this.#thread;
    // One that has slept says that others may sleep still.
    let bit = 0;
    for (;;) {
      let found = Atomics.compareExchange(words, LOCK, 0, thread | bit);
      if (found === 0) break;
      if ((found & OWNER_DIED) !== 0) {
        const taken = thread | (found & SLEEPERS_BIT) | bit;
        const before = Atomics.compareExchange(words, LOCK, found, taken);
        if (before !== found) continue;
        words[COUNT] = 1;
        words[OWNER] = INCONSISTENT;
        return "owner died";
      }
      if ((found & SLEEPERS_BIT) === 0) {
        const told = found | SLEEPERS_BIT;
        const before = Atomics.compareExchange(words, LOCK, found, told);
        if (before !== found) continue;
        found = told;
      }
      bit = SLEEPERS_BIT;
      sleepOn(this.#word, found, Infinity);
    }
    if (words[OWNER] === NOT_RECOVERABLE) {
      words[COUNT] = 0;
      Atomics.exchange(words, LOCK, 0);
      wake(this.#word, 1);
      return "not recoverable";
    }
    words[COUNT] = 1;
    words[OWNER] = thread;
    words[USERS]!++;
    return "taken";
  }

  /** `pthread_mutex_consistent(3)`. */
  repair(): void {
    this.#words[OWNER] = this.#thread;
  }

  /** `pthread_mutex_unlock(3)`: one that was not repaired stays broken. */
  unlock(): void {
    const words = this.#words;
    const repaired = words[OWNER] !== INCONSISTENT;
    words[OWNER] = repaired ? 0 : NOT_RECOVERABLE;
    words[COUNT] = 0;
    words[USERS]!--;
    if (Atomics.exchange(words, LOCK, 0) < 0) wake(this.#word, 1);
  }
}

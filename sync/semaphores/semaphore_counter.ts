import { errnoNumber } from "../../ffi/errors/errno.ts";
import { systemError } from "../../ffi/errors/system_error.ts";
import type { Word } from "../../ffi/sync/futex.ts";
import type { Block } from "../locks/block.ts";
import { unpark } from "../parking/unpark.ts";
import { lookAgainMs } from "../waiting/safety_nets.ts";
import { Sleepers } from "../waiting/sleepers.ts";
import type { Waiting } from "../waiting/wait_loop.ts";

/**
 * Layout of a `sem_t` of glibc on a 64-bit machine (`nptl/sem_waitcommon.c`):
 *
 * ```text
 *  0       4         8        12    32
 *  | value | waiters | shared | …   |
 * ```
 *
 * glibc changes value and waiters as one 64-bit word; changing either of them
 * atomically is as good, because each side writes its own before it reads the
 * other's. The third word tells glibc that the semaphore is for all processes;
 * it is written for glibc, and here only looked at when a semaphore is opened.
 */
const VALUE = 0;
const WAITERS = 1;
const SHARED = 2;
const PROCESS_SHARED = 0x80;

/** Other runtimes may import this. */
const IS_X86 = typeof Deno !== "undefined" && Deno.build.arch === "x86_64";

/** The words of a semaphore that is closed. */
const NO_WORDS = new Int32Array(0);

/** Largest value of a semaphore (`SEM_VALUE_MAX` on Linux). */
export const MAX_VALUE = 0x7fff_ffff;

/** A process that dies after it was woken leaves the value to the others. */
const LOOK_AGAIN_MS = 200;

/** Creates a semaphore. */
export function initialize(
  words: Int32Array<ArrayBuffer>,
  value: number,
): void {
  words.fill(0);
  words[SHARED] = PROCESS_SHARED;
  Atomics.store(words, VALUE, value);
}

/** Whether the words are those of a semaphore for all processes. */
export function isProcessShared(words: Int32Array<ArrayBuffer>): boolean {
  return words[SHARED] === PROCESS_SHARED && Atomics.load(words, VALUE) >= 0;
}

/** The protocol of a semaphore, over its words. */
export class SemaphoreCounter {
  /** The value, to sleep on. */
  readonly word: Word;
  readonly sleepers: Sleepers;
  #words: Int32Array<ArrayBuffer>;

  /** Describes a semaphore. */
  constructor(block: Block) {
    this.#words = block.words;
    this.word = block.word(VALUE);
    this.sleepers = new Sleepers(block.words, WAITERS, block.neighbourhood);
  }

  /** The value now. */
  get value(): number {
    const words = this.#words;
    if (words.length === 0) throw gone("read");
    const value = Atomics.load(words, VALUE);
    if (value < 0) throw corrupt("sem_getvalue", "read semaphore");
    return value;
  }

  /** Adds one, and wakes one who sleeps. */
  post(): void {
    const words = this.#words;
    let value = words[VALUE]!;
    for (;;) {
      // Also when there is none, because the memory is gone.
      if (!(value >= 0 && value < MAX_VALUE)) refusePost(value);
      const found = Atomics.compareExchange(words, VALUE, value, value + 1);
      if (found === value) break;
      value = found;
    }
    if (waitersBehindExchange(words) !== 0) unpark(this.word, 1);
  }

  /** Takes one away, if there is one. */
  tryTake(): boolean {
    const words = this.#words;
    // A plain read is confirmed by the exchange; that there is none is not.
    let value = words[VALUE]!;
    if (value === 0) value = Atomics.load(words, VALUE);
    while (value > 0) {
      const found = Atomics.compareExchange(words, VALUE, value, value - 1);
      if (found === value) return true;
      value = found;
    }
    if (value === 0) return false;
    throw value < 0 ? corrupt("sem_wait", "take semaphore") : gone("take");
  }

  /** From now on every use fails. */
  close(): void {
    this.#words = NO_WORDS;
  }

  /**
   * Wakes others who sleep, if there is something for them: one that gives up may
   * have taken their wake-up.
   */
  passOn(count = 1): void {
    const words = this.#words;
    if (words.length === 0) return;
    if (Atomics.load(words, VALUE) !== 0) unpark(this.word, count);
  }

  /** Waiting until one can be taken away. */
  get waiting(): Waiting<"ok"> {
    return {
      attempt: () => this.tryTake() ? "ok" : undefined,
      prepare: () => 0,
      word: this.word,
      sleepers: this.sleepers,
      lookAgainMs: lookAgainMs(LOOK_AGAIN_MS),
    };
  }
}

/**
 * The number of waiters, read behind an exchange of the value. On x86-64 no load
 * passes a locked instruction, and V8 moves none over the call that makes it; a plain
 * load takes a tenth of an atomic one there. Elsewhere a load may be early.
 */
function waitersBehindExchange(words: Int32Array<ArrayBuffer>): number {
  return IS_X86 ? words[WAITERS]! : Atomics.load(words, WAITERS);
}

function refusePost(value: number | undefined): never {
  if (value === undefined) throw gone("post");
  if (value < 0) throw corrupt("sem_post", "post semaphore");
  throw systemError("sem_post", errnoNumber("EOVERFLOW"), "post semaphore");
}

/** Its memory is out of reach, or it was closed. */
export function gone(operation: string): Error {
  return new Deno.errors.BadResource(
    `Cannot ${operation} semaphore: it was closed, or its memory unmapped`,
  );
}

function corrupt(call: string, operation: string): Error {
  return systemError(call, errnoNumber("EINVAL"), operation, {
    meaning: "corrupt semaphore: its value is out of range",
    remedy: "recreate it when no process uses it",
  });
}

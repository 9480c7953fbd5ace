import { wake, type Word } from "../../ffi/sync/futex.ts";
import { Block, type BlockKind, checkMagic, magicOf } from "./block.ts";
import {
  abandon,
  type Mutex,
  type MutexGuard,
  requireHeld,
  resume,
  suspend,
} from "./mutex.ts";
import {
  checkTimeout,
  sleep,
  sleepAsync,
  type WaitAsyncOptions,
} from "../waiting/wait.ts";

/**
 * Layout of the block, in 32-bit words:
 *
 * ```text
 *  0       4          8         12        16
 *  | magic | sequence | waiters | 0       |
 * ```
 */
const KIND: BlockKind = { name: "condition", byteLength: 16, alignment: 8 };
const MAGIC = magicOf("COND");
const SEQUENCE = 1;
const WAITERS = 2;
const ALL = 0x7fff_ffff;

/** How {@linkcode Condition.wait} waits. */
export interface ConditionWaitOptions {
  /** How long at most, in milliseconds. Default: for ever. */
  readonly timeoutMs?: number;
}

/** How a wait for a condition ended. */
export type ConditionResult = "ok" | "timed-out";

/**
 * A condition variable between processes: waiting until what a
 * {@linkcode Mutex} protects has changed; Linux.
 *
 * As everywhere, a wait may end without a reason: look at what you wait for
 * again, in a loop.
 *
 * The block is 16 bytes: a magic word, a sequence that each notification
 * advances and that waiters sleep on (`futex(2)`, shared), and the number of
 * waiters. Another language joins so: to wait, with the mutex held, add 1 to the
 * waiters, read the sequence, unlock, `FUTEX_WAIT` on the sequence, lock,
 * subtract 1. To notify, if there are waiters, add 1 to the sequence and
 * `FUTEX_WAKE`.
 *
 * When a waiter dies it stays counted, which costs each later notification a
 * system call, and a notification for one may go to it; so notify all where
 * waiters may die.
 *
 * @example Wait until there is something
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import { Condition, Mutex } from "@shmem/shmem/sync";
 *
 * using memory = SharedMemory.anonymous({ size: 4096 });
 * using mapping = memory.map();
 * const { bytes } = mapping;
 * const mutex = Mutex.create(bytes, 0);
 * const changed = Condition.create(bytes, 64);
 *
 * async function take() {
 *   using guard = await mutex.lockAsync();
 *   while (bytes[128] === 0) await changed.waitAsync(guard);
 *   return bytes[128];
 * }
 *
 * const taken = take();
 * {
 *   using _guard = await mutex.lockAsync();
 *   bytes[128] = 42;
 *   changed.notifyAll();
 * }
 * console.log(await taken); // 42
 * ```
 */
export class Condition {
  readonly #block: Block;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #sequence: Word;
  #sleeping = 0;

  private constructor(block: Block) {
    this.#block = block;
    this.#words = block.words;
    this.#sequence = block.word(SEQUENCE);
    block.addUser({
      leave: () => {
        Atomics.sub(this.#words, WAITERS, this.#sleeping);
        this.#sleeping = 0;
      },
    });
  }

  /**
   * Makes a condition in shared memory. One process does so, before the others
   * open it.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where its 16 bytes start, a multiple of 8. Default: 0.
   * @returns The condition.
   * @throws {TypeError} When the memory is not mapped for writing.
   * @throws {RangeError} When the block does not lie in it, or is unaligned.
   */
  static create(memory: Uint8Array, byteOffset = 0): Condition {
    const block = new Block(KIND, memory, byteOffset, "create");
    block.words.fill(0);
    Atomics.store(block.words, 0, MAGIC);
    return new Condition(block);
  }

  /**
   * Opens a condition that was made in shared memory.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where its 16 bytes start. Default: 0.
   * @returns The condition.
   * @throws {TypeError} When there is none.
   */
  static open(memory: Uint8Array, byteOffset = 0): Condition {
    const block = new Block(KIND, memory, byteOffset, "open");
    checkMagic(block, MAGIC, KIND.name);
    return new Condition(block);
  }

  /**
   * Releases the lock, blocks this thread until notified, and takes the lock
   * again.
   *
   * @param guard A guard that is held; it is held again afterwards.
   * @param options Timeout.
   * @returns How it ended.
   */
  wait(
    guard: MutexGuard,
    { timeoutMs = Infinity }: ConditionWaitOptions = {},
  ): ConditionResult {
    checkTimeout(timeoutMs, "wait for condition");
    this.#block.requireOpen("wait for condition");
    requireHeld(guard);
    const sequence = this.#enter();
    const mutex = suspend(guard);
    try {
      return toResult(sleep(this.#sequence, sequence, timeoutMs));
    } finally {
      this.#exit();
      resume(guard, mutex.lock());
    }
  }

  /**
   * The same without blocking.
   *
   * @param guard A guard that is held; it is held again afterwards, also when
   * the wait is rejected with the signal's reason.
   * @param options Timeout and signal.
   * @returns How it ended.
   */
  async waitAsync(
    guard: MutexGuard,
    options: WaitAsyncOptions = {},
  ): Promise<ConditionResult> {
    checkTimeout(options.timeoutMs ?? Infinity, "wait for condition");
    options.signal?.throwIfAborted();
    this.#block.requireOpen("wait for condition");
    requireHeld(guard);
    const { mapping } = this.#block;
    const sequence = this.#enter();
    const mutex = suspend(guard);
    try {
      return toResult(
        await sleepAsync(this.#sequence, sequence, mapping, options),
      );
    } finally {
      this.#exit();
      await retake(guard, mutex);
    }
  }

  /**
   * Wakes some of those who wait. Makes no system call when nobody does.
   *
   * @param count How many at most. Default: 1.
   */
  notify(count = 1): void {
    this.#block.requireOpen("notify condition");
    if (!(count >= 0)) {
      throw new RangeError(
        `Cannot notify condition: the count must not be negative: received ${count}`,
      );
    }
    // The kernel would wake one for 0.
    if (count < 1 || Atomics.load(this.#words, WAITERS) === 0) return;
    Atomics.add(this.#words, SEQUENCE, 1);
    wake(this.#sequence, Math.min(Math.trunc(count), ALL));
  }

  /** Wakes all who wait. Makes no system call when nobody does. */
  notifyAll(): void {
    this.notify(Infinity);
  }

  #enter(): number {
    Atomics.add(this.#words, WAITERS, 1);
    this.#sleeping++;
    return Atomics.load(this.#words, SEQUENCE);
  }

  #exit(): void {
    if (this.#sleeping === 0) return;
    this.#sleeping--;
    Atomics.sub(this.#words, WAITERS, 1);
  }
}

/** That the sequence had moved before the sleep is a notification, too. */
function toResult(result: string): ConditionResult {
  return result === "timed-out" ? "timed-out" : "ok";
}

/** Takes the lock again; when its memory is gone there is none to take. */
async function retake(guard: MutexGuard, mutex: Mutex): Promise<void> {
  try {
    resume(guard, await mutex.lockAsync());
  } catch (error) {
    abandon(guard);
    // The wait itself says so, too.
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

import type { Word } from "../../ffi/sync/futex.ts";
import { requireStack } from "../../memory/checks/stack_room.ts";
import { unpark } from "../parking/unpark.ts";
import {
  checkCount,
  readWaitOptions,
  type WaitOptions,
} from "../waiting/options.ts";
import { Sleepers } from "../waiting/sleepers.ts";
import { sleep, sleepAsync } from "../waiting/wait.ts";
import { Block, type BlockKind, checkMagic, magicOf } from "./block.ts";
import { BUSY, DIED, type MutexCore } from "./mutex/mutex_core.ts";
import {
  abandon,
  coreOf,
  type MutexGuard,
  resume,
  suspend,
} from "./mutex/mutex_guard.ts";
import { takeBlocking, takeNow, takePending } from "./mutex/mutex_wait.ts";

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

const OPERATION = "wait for condition";
/** The lock is taken again however long that takes. */
const INDEFINITELY = { timeoutMs: Infinity, signal: undefined };

/** Options of {@linkcode Condition.wait}: the same as {@linkcode WaitOptions}. */
export type ConditionWaitOptions = WaitOptions;

/** How a wait for a condition ended. */
export type ConditionResult = "ok" | "timed-out";

/**
 * A condition variable between processes: waiting until what a
 * {@linkcode Mutex} protects has changed; Linux.
 *
 * A wait may end without a notification (a spurious wake-up): check what you wait for
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
  readonly #sleepers: Sleepers;

  private constructor(block: Block) {
    this.#block = block;
    this.#words = block.words;
    this.#sequence = block.word(SEQUENCE);
    this.#sleepers = new Sleepers(block.words, WAITERS, block.neighbourhood);
  }

  /**
   * Creates a condition in shared memory. One process does so, before the others
   * open it.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where its 16 bytes start, a multiple of 8. Default: 0.
   * @returns The condition.
   * @throws {TypeError} When the memory is not mapped for writing.
   * @throws {RangeError} When the block does not lie in it, is unaligned, or
   * overlaps another one that this process uses.
   */
  static create(memory: Uint8Array, byteOffset = 0): Condition {
    const block = new Block(KIND, memory, byteOffset, "create");
    block.claim();
    block.words.fill(0);
    Atomics.store(block.words, 0, MAGIC);
    return new Condition(block);
  }

  /**
   * Opens a condition that was created in shared memory.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where its 16 bytes start. Default: 0.
   * @returns The condition.
   * @throws {TypeError} When there is none.
   */
  static open(memory: Uint8Array, byteOffset = 0): Condition {
    const block = new Block(KIND, memory, byteOffset, "open");
    checkMagic(block, MAGIC, KIND.name);
    block.claim();
    return new Condition(block);
  }

  /**
   * Releases the lock, blocks this thread until notified, and takes the lock
   * again.
   *
   * @param guard A guard that is held; it is held again afterwards.
   * @param options Timeout; the signal is looked at before it blocks.
   * @returns How it ended.
   * @throws {SystemError} When the lock cannot be taken again: because a C program
   * broke it meanwhile (ENOTRECOVERABLE), or its bytes were overwritten (EINVAL).
   * The guard is released then.
   */
  wait(guard: MutexGuard, options?: WaitOptions): ConditionResult {
    const { timeoutMs } = readWaitOptions(options, OPERATION);
    const core = this.#lockOf(guard);
    // What is released here must be taken again.
    requireStack("wait");
    this.#sleepers.enter();
    try {
      const sequence = this.#sequence.load();
      suspend(guard);
      try {
        return toResult(sleep(this.#sequence, sequence, timeoutMs));
      } finally {
        retake(guard, core);
      }
    } finally {
      this.#sleepers.exit();
    }
  }

  /**
   * The same without blocking.
   *
   * @param guard A guard that is held; it is held again afterwards, also when
   * the wait is rejected with the signal's reason.
   * @param options Timeout and signal.
   * @returns How it ended. Rejects like {@linkcode Condition.wait} throws, and
   * with `Deno.errors.BadResource` when the memory is unmapped meanwhile.
   */
  async waitAsync(
    guard: MutexGuard,
    options?: WaitOptions,
  ): Promise<ConditionResult> {
    const { timeoutMs, signal } = readWaitOptions(options, OPERATION);
    const core = this.#lockOf(guard);
    // What is released here must be taken again.
    requireStack("wait");
    const { mapping } = this.#block;
    this.#sleepers.enter();
    let result;
    try {
      const sequence = this.#sequence.load();
      suspend(guard);
      const rest = signal === undefined ? {} : { signal };
      const how = { timeoutMs, ...rest };
      result = await sleepAsync(this.#sequence, sequence, mapping, how);
    } catch (error) {
      await retakeAsync(guard, core).catch((reason) => {
        // The wait itself says so, too.
        if (!(reason instanceof Deno.errors.BadResource)) throw reason;
      });
      throw error;
    } finally {
      this.#sleepers.exit();
    }
    await retakeAsync(guard, core);
    return toResult(result);
  }

  /**
   * Wakes some of those who wait. Makes no system call when nobody does.
   *
   * @param count How many at most. Default: 1.
   */
  notify(count = 1): void {
    this.#block.requireOpen("notify condition");
    checkCount(count, "notify condition");
    // The kernel would wake one for 0.
    if (count < 1 || Atomics.load(this.#words, WAITERS) === 0) return;
    Atomics.add(this.#words, SEQUENCE, 1);
    unpark(this.#sequence, Math.trunc(count));
  }

  /** Wakes all who wait. Makes no system call when nobody does. */
  notifyAll(): void {
    this.notify(Infinity);
  }

  #lockOf(guard: MutexGuard): MutexCore {
    this.#block.requireOpen(OPERATION);
    const core = coreOf(guard, OPERATION);
    if (core.depth > 1) {
      throw new TypeError(
        `Cannot ${OPERATION}: this thread has the mutex ${core.depth} times, and a wait would release it once`,
      );
    }
    return core;
  }
}

/** That the sequence had moved before the sleep is a notification, too. */
function toResult(result: string): ConditionResult {
  return result === "timed-out" ? "timed-out" : "ok";
}

/** Takes the lock again, for the same guard. */
function retake(guard: MutexGuard, core: MutexCore): void {
  abandon(guard);
  let taken = takeNow(core, false);
  if (taken === BUSY) taken = takeBlocking(core, INDEFINITELY) ?? BUSY;
  resume(guard, taken === DIED);
}

/** The same without blocking. Rejects when the memory is gone. */
async function retakeAsync(guard: MutexGuard, core: MutexCore): Promise<void> {
  abandon(guard);
  const taken = await takePending(core, INDEFINITELY);
  resume(guard, taken === DIED);
}

import { errnoNumber } from "../../ffi/errors/errno.ts";
import { hasCode, systemError } from "../../ffi/errors/system_error.ts";
import { describe } from "../../ffi/libc/integers.ts";
import { readWaitOptions, type WaitOptions } from "../waiting/options.ts";
import { Block, type BlockKind } from "./block.ts";
import { Mutex } from "./mutex/mutex.ts";
import type { MutexGuard } from "./mutex/mutex_guard.ts";
import { KIND } from "./mutex/mutex_layout.ts";

const BLOCK: BlockKind = { name: "once", byteLength: 128, alignment: 8 };

/** The word that says whether it was done. */
const STATE = 16;

/**
 * A free mutex of glibc that is robust, shared and error-checking is all zero
 * but for its kind (`PTHREAD_MUTEX_INITIALIZER`, `nptl/pthreadP.h`). So one
 * exchange of one word makes it, and nobody has to come first.
 */
const ROBUST_SHARED_ERRORCHECK = 0x92;

/** The state when it was done; 0 before. */
const DONE = 0x656e_6f44;

/** What {@linkcode Once.run} tells its function. */
export interface OnceContext {
  /**
   * Whether a process died while it ran the function, so that some of it may
   * have been done: recreate it, or finish it.
   */
  readonly takenOver: boolean;
  /** The signal that was given; one that never fires without. */
  readonly signal: AbortSignal;
}

/**
 * Something that one process does and the others wait for, such as filling
 * shared memory; Linux.
 *
 * It takes 128 bytes that were zero when the memory was created: the process that
 * comes first begins, and need not have created it. When that process dies in the
 * middle, the next one takes over, told by the kernel and not by a clock.
 *
 * The block: a robust mutex of glibc at 0, and at 64 a word that is
 * 0x656e6f44 ("Done") when it was done and 0 before.
 *
 * @example Fill a table once, in the first process that comes
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import { Once } from "@shmem/shmem/sync";
 *
 * const name = `/table-${crypto.randomUUID()}`;
 * using memory = SharedMemory.create(name, { size: 4096, ifExists: "open" });
 * using mapping = memory.map();
 * const fill = () => mapping.bytes.fill(7, 128);
 * console.log(await Once.run(mapping.bytes, 0, fill)); // true: it ran here
 * console.log(await Once.run(mapping.bytes, 0, fill)); // false: it was done
 * memory.unlink();
 * ```
 */
export class Once {
  private constructor() {}

  /**
   * Runs a function unless it was done, in whatever process; waits while
   * another one runs it, without blocking.
   *
   * When the function throws, it counts as not done, and the next one that waits
   * runs its own. Do not wait for the same block from within it.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where its 128 bytes start, a multiple of 8.
   * @param init What to do; it may be asynchronous.
   * @param options How long to wait for another one, and a signal.
   * @returns Whether it ran here.
   * @throws {TypeError} When the memory is not mapped for writing, or the block
   * was neither zero nor used by `Once`.
   * @throws {RangeError} When the block does not lie in it, or is unaligned.
   *
   * Rejects with what the function throws, with `Deno.errors.TimedOut` when the
   * time is over, with the signal's reason, or with `Deno.errors.BadResource`
   * when the memory is unmapped meanwhile.
   */
  static async run(
    memory: Uint8Array,
    byteOffset: number,
    init: (context: OnceContext) => unknown,
    options?: WaitOptions,
  ): Promise<boolean> {
    if (typeof init !== "function") {
      throw new TypeError(
        `Cannot run once: it takes a function: received ${describe(init)}`,
      );
    }
    const { timeoutMs, signal } = readWaitOptions(options, "run once");
    const block = new Block(BLOCK, memory, byteOffset, "run");
    if (isDone(block)) return false;
    requireMutex(block);
    const guard = await lock(memory, byteOffset, timeoutMs, signal);
    try {
      if (isDone(block)) return false;
      await init({
        takenOver: guard.ownerDied,
        signal: signal ?? new AbortController().signal,
      });
      Atomics.store(block.words, STATE, DONE);
      return true;
    } finally {
      guard.unlock();
    }
  }

  /**
   * Returns whether it was done.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where its 128 bytes start, a multiple of 8.
   * @returns Whether a process has done it.
   * @throws {TypeError} When the memory is not mapped for writing.
   * @throws {RangeError} When the block does not lie in it, or is unaligned.
   */
  static isDone(memory: Uint8Array, byteOffset: number): boolean {
    return isDone(new Block(BLOCK, memory, byteOffset, "look at"));
  }
}

async function lock(
  memory: Uint8Array,
  byteOffset: number,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<MutexGuard> {
  try {
    return await Mutex.open(memory, byteOffset).lockAsync({
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (!hasCode(error, "ETIMEDOUT")) throw error;
    const errno = errnoNumber("ETIMEDOUT");
    throw systemError("pthread_mutex_lock", errno, "run once", {
      meaning: `another task or process has not done it within ${timeoutMs} ms`,
      remedy: "wait longer, or look why its function does not end",
    });
  }
}

function isDone(block: Block): boolean {
  return Atomics.load(block.words, STATE) === DONE;
}

/** Makes the mutex where there is none. */
function requireMutex(block: Block): void {
  const { words } = block;
  const kind = Atomics.compareExchange(
    words,
    KIND,
    0,
    ROBUST_SHARED_ERRORCHECK,
  );
  const state = Atomics.load(words, STATE);
  if ((kind === 0 || kind === ROBUST_SHARED_ERRORCHECK) && state === 0) return;
  if (state === DONE) return;
  throw new TypeError(
    "Cannot run once: its 128 bytes must have been zero when the memory was created: something else lies there",
  );
}

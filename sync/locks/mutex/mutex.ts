import { describe } from "../../../ffi/libc/integers.ts";
import { readWaitOptions, requireKnown } from "../../waiting/options.ts";
import type { WaitOptions } from "../../waiting/options.ts";
import { inTurn } from "../../../memory/waiting/turns.ts";
import { Block, type BlockKind } from "../block.ts";
import { BUSY, DIED, type MutexCore, type Taken } from "./mutex_core.ts";
import { mutexCoreAt } from "./mutex_cores.ts";
import { failure } from "./mutex_errors.ts";
import { makeGuard, type MutexGuard } from "./mutex_guard.ts";
import {
  initialize,
  isRecursive,
  isRobustShared,
  KIND,
  nests,
} from "./mutex_layout.ts";
import { takeBlocking, takeNow, takePending } from "./mutex_wait.ts";

const BLOCK: BlockKind = { name: "mutex", byteLength: 64, alignment: 8 };
const OPERATION = "lock mutex";

/** Options of {@linkcode Mutex.lock}: the same as {@linkcode WaitOptions}. */
export type LockOptions = WaitOptions;

/** What a {@linkcode Mutex} is like. */
export interface MutexOptions {
  /**
   * Whether the thread that has it may take it again (`PTHREAD_MUTEX_RECURSIVE`);
   * each guard is released. {@linkcode Mutex.lockAsync} waits in any case: the
   * tasks of a program are one thread. Default: false; for `open()`, what
   * `create()` said.
   */
  readonly recursive?: boolean;
}

/**
 * A lock between processes: a robust, process-shared, error-checking
 * `pthread_mutex_t` in shared memory, which C, C++ and Rust programs take with
 * `pthread_mutex_lock`; Linux. Its code is this library's own: whatever others
 * write into the block, it causes an error here at worst.
 *
 * When its owner dies, by `kill -9` too, the kernel frees it, and the next one
 * gets it with {@linkcode MutexGuard.ownerDied}. So does the first one that takes a
 * lock of a file which was held here at a power cut, or in a file that this one is a
 * copy of, and the next one after a program that `deno run --watch` started again
 * while it held the lock.
 *
 * A lock belongs to the thread that took it: a worker's guard is released in the
 * worker, by its end at the latest. A thread holds 2000 at most, because the kernel
 * frees no more than some 2000 when it dies.
 *
 * The block is 64 bytes: the mutex of glibc at 0 (40 bytes on x86_64, 48 on
 * aarch64), which 64-bit programs share; at 48 a mark of the machine's start and
 * of the file, while a thread of this library holds it, at 52 that thread, at 56
 * whether it was made recursive here, at 60 the number of asynchronous waiters. A
 * C program leaves those alone. A waiter that died stays counted, which costs an
 * unlock nothing unless others wait.
 *
 * @example Two processes count without losing one
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import { Mutex } from "@shmem/shmem/sync";
 *
 * using memory = SharedMemory.anonymous({ size: 4096 });
 * using mapping = memory.map();
 * const mutex = Mutex.create(mapping.bytes); // the other process: Mutex.open()
 * {
 *   using guard = await mutex.lockAsync({ timeoutMs: 1000 });
 *   if (guard.ownerDied) mapping.bytes[64] = 0; // repair what it protects
 *   mapping.bytes[64]!++;
 * }
 * ```
 */
export class Mutex {
  readonly #core: MutexCore;
  readonly #nesting: boolean;
  /** Keeps the place taken while this object is used. */
  readonly #block: Block;

  private constructor(block: Block, core: MutexCore, nesting: boolean) {
    this.#block = block;
    this.#core = core;
    this.#nesting = nesting;
  }

  /**
   * Creates a mutex, free, in shared memory (`pthread_mutex_init(3)`). One
   * process does so, before the others open it.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where its 64 bytes start, a multiple of 8. Default: 0.
   * @param options Whether it is recursive.
   * @returns The mutex.
   * @throws {TypeError} When the memory is not mapped for writing.
   * @throws {RangeError} When the block does not lie in it, is unaligned, or
   * overlaps another one that this process uses.
   * @throws {Deno.errors.Busy} When this thread holds the one that is there.
   * @throws {Deno.errors.NotSupported} On macOS, which has no robust mutexes.
   */
  static create(
    memory: Uint8Array,
    byteOffset = 0,
    options: MutexOptions = {},
  ): Mutex {
    const recursive = readOptions(options, "create mutex") ?? false;
    const block = new Block(BLOCK, memory, byteOffset, "create");
    block.claim();
    const core = coreAt(block);
    requireFree(core, "mutex");
    initialize(block.words, recursive);
    return new Mutex(block, core, recursive);
  }

  /**
   * Opens a mutex that was created in shared memory, here or by a C program.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where its 64 bytes start, a multiple of 8. Default: 0.
   * @param options Whether to use a recursive one of C as such.
   * @returns The mutex.
   * @throws {TypeError} When there is no robust, process-shared mutex, or the
   * memory is not mapped for writing.
   * @throws {RangeError} When the block does not lie in it, is unaligned, or
   * overlaps another one that this process uses.
   */
  static open(
    memory: Uint8Array,
    byteOffset = 0,
    options: MutexOptions = {},
  ): Mutex {
    const recursive = readOptions(options, "open mutex");
    const block = new Block(BLOCK, memory, byteOffset, "open");
    const { words } = block;
    const kind = Atomics.load(words, KIND);
    if (!isRobustShared(kind)) {
      throw new TypeError(
        `Cannot open mutex: there is no robust, process-shared mutex at offset ${byteOffset}; make it with Mutex.create(), or set both attributes in C`,
      );
    }
    if (recursive === true && !isRecursive(kind)) {
      throw new TypeError(
        `Cannot open mutex: the one at offset ${byteOffset} is not recursive; make it with Mutex.create(memory, ${byteOffset}, { recursive: true })`,
      );
    }
    block.claim();
    const nesting = recursive ?? (isRecursive(kind) && nests(words));
    return new Mutex(block, coreAt(block), nesting);
  }

  /**
   * Takes the lock if it is free.
   *
   * @returns A guard, or null when someone has it, this program included.
   * @throws {SystemError} When a C program broke it (ENOTRECOVERABLE), its bytes
   * were overwritten (EINVAL), or this thread holds too many (EAGAIN).
   */
  tryLock(): MutexGuard | null {
    const core = this.#core;
    const taken = core.take(0);
    if (taken === BUSY) return this.#tryAgain();
    return makeGuard(core, taken === DIED);
  }

  /** Takes it once more, where that is wanted and this thread has it. */
  #tryAgain(): MutexGuard | null {
    const core = this.#core;
    if (!this.#nesting || core.depth === 0) return null;
    core.takeAgain();
    return makeGuard(core, false);
  }

  /**
   * Takes the lock, blocking this thread until it is free.
   *
   * @param options Timeout; the signal is looked at before it blocks.
   * @returns A guard.
   * @throws {Deno.errors.TimedOut} When the timeout expires (ETIMEDOUT).
   * @throws {SystemError} When this thread has it already, and would wait for
   * itself (EDEADLK); use {@linkcode Mutex.lockAsync}. When a C program broke it
   * (ENOTRECOVERABLE), its bytes were overwritten (EINVAL), or this thread holds
   * too many (EAGAIN).
   */
  lock(options?: WaitOptions): MutexGuard {
    const core = this.#core;
    const patience = readWaitOptions(options, OPERATION);
    let taken: Taken | undefined = takeNow(core, this.#nesting);
    if (taken === BUSY) taken = takeBlocking(core, patience);
    if (taken === undefined) throw failure("ETIMEDOUT");
    return makeGuard(core, taken === DIED);
  }

  /**
   * Takes the lock, waiting without blocking. Tasks of one program that want
   * it take turns like any others.
   *
   * @param options Timeout and signal.
   * @returns A guard. Rejects with `Deno.errors.TimedOut` when the timeout expires,
   * with the signal's reason, or with `Deno.errors.BadResource` when the memory
   * is unmapped meanwhile.
   */
  async lockAsync(options?: WaitOptions): Promise<MutexGuard> {
    const core = this.#core;
    const patience = readWaitOptions(options, OPERATION);
    let taken: Taken | undefined = BUSY;
    if (!core.turnstile.busy && core.depth === 0) taken = core.take(0);
    if (taken === BUSY) taken = await takePending(core, patience);
    if (taken === undefined) throw failure("ETIMEDOUT");
    return inTurn(makeGuard(core, taken === DIED));
  }

  /** Whether this thread has it, through this object or another. */
  get heldHere(): boolean {
    return this.#core.heldHere;
  }
}

function coreAt({ mapping, region, offset }: Block): MutexCore {
  return mutexCoreAt(mapping, region, offset);
}

function readOptions(
  options: MutexOptions,
  operation: string,
): boolean | undefined {
  requireKnown(options, ["recursive"], operation);
  const { recursive } = options;
  if (recursive === undefined || typeof recursive === "boolean") {
    return recursive;
  }
  throw new TypeError(
    `Cannot ${operation}: \`recursive\` must be true or false: received ${
      describe(recursive)
    }`,
  );
}

/** Refuses to recreate something over a mutex that is held here. */
export function requireFree(core: MutexCore, what: string): void {
  if (!core.heldHere) return;
  throw new Deno.errors.Busy(
    `Cannot create ${what}: there is a mutex at this place already, and it is held here; release its guard`,
  );
}

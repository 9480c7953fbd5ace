import { checkInteger } from "../../../ffi/libc/integers.ts";
import {
  readWaitOptions,
  requireKnown,
  type WaitOptions,
} from "../../waiting/options.ts";
import { inTurn } from "../../../memory/waiting/turns.ts";
import { Block, type BlockKind, checkMagic, magicOf } from "../block.ts";
import type { MutexCore } from "../mutex/mutex_core.ts";
import { mutexCoreAt } from "../mutex/mutex_cores.ts";
import { requireFree } from "../mutex/mutex.ts";
import { initialize, isRobustShared, KIND } from "../mutex/mutex_layout.ts";
import { ReadWriteCore, SLOTS } from "./read_write_core.ts";
import { guardOf, type ReadWriteGuard } from "./read_write_guard.ts";

/**
 * Layout, in bytes:
 *
 * ```text
 *  0       4       8         12        16         20        64     128
 *  | magic | slots | writing | damaged | sequence | waiters | gate | slot 0 | …
 * ```
 *
 * The gate and each slot are a {@linkcode Mutex} of 64 bytes.
 */
const MAGIC = magicOf("RWLK");
const HEADER_LENGTH = 64;
const MUTEX_LENGTH = 64;
const MOST_SLOTS = 1024;
const DEFAULT_SLOTS = 8;
const READ = "lock for reading";
const WRITE = "lock for writing";

/** Options of {@linkcode ReadWriteLock.create}. */
export interface ReadWriteLockOptions {
  /**
   * How many may read at once; each takes 64 bytes, and makes writing a little
   * slower. Default: 8.
   */
  readonly slots?: number;
}

/**
 * A lock between processes that many may hold for reading, or one for writing;
 * Linux.
 *
 * It is made of robust mutexes, so nobody's death blocks the others: a reader's
 * leaves nothing behind, and a writer's is told by
 * {@linkcode ReadWriteGuard.ownerDied} until the next writer has finished. A
 * writer that waits goes before readers that come later.
 *
 * The block starts with 64 bytes: a magic word, the number of slots, whether
 * someone writes, whether a writer died, a sequence that the end of reading
 * advances when readers wait for a slot, and their number. Then come mutexes of 64
 * bytes (as {@linkcode Mutex} describes): the gate, and the slots. Another language
 * reads so: lock the gate, lock any free slot, unlock the gate; later unlock the
 * slot. It
 * writes so: lock the gate, then all slots in order, set the third word to 1;
 * later set it to 0, and unlock all.
 *
 * @example Read together, write alone
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import { ReadWriteLock } from "@shmem/shmem/sync";
 *
 * using memory = SharedMemory.anonymous({ size: 4096 });
 * using mapping = memory.map();
 * const lock = ReadWriteLock.create(mapping.bytes);
 * {
 *   using _guard = await lock.writeAsync();
 *   mapping.bytes[4000] = 42;
 * }
 * {
 *   using _guard = await lock.readAsync();
 *   console.log(mapping.bytes[4000]); // 42
 * }
 * ```
 */
export class ReadWriteLock {
  readonly #core: ReadWriteCore;

  private constructor(core: ReadWriteCore) {
    this.#core = core;
  }

  /**
   * How many bytes a lock takes.
   *
   * @param slots How many may read at once. Default: 8.
   */
  static byteLength(slots = DEFAULT_SLOTS): number {
    checkInteger(slots, "slots", 1, MOST_SLOTS);
    return HEADER_LENGTH + MUTEX_LENGTH * (1 + slots);
  }

  /**
   * Creates a lock in shared memory. One process does so, before the others open
   * it.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where it starts, a multiple of 8. Default: 0.
   * @param options How many may read at once.
   * @returns The lock.
   * @throws {TypeError} When the memory is not mapped for writing.
   * @throws {RangeError} When the block does not lie in it, is unaligned, or
   * overlaps another one that this process uses.
   * @throws {Deno.errors.Busy} When this thread holds the one that is there.
   */
  static create(
    memory: Uint8Array,
    byteOffset = 0,
    options: ReadWriteLockOptions = {},
  ): ReadWriteLock {
    requireKnown(options, ["slots"], "create read-write lock");
    const { slots = DEFAULT_SLOTS } = options;
    const kind = kindOf(ReadWriteLock.byteLength(slots));
    const block = new Block(kind, memory, byteOffset, "create");
    block.claim();
    const mutexes = mutexesOf(block, slots);
    for (const mutex of mutexes) requireFree(mutex, "read-write lock");
    block.words.fill(0);
    block.words[SLOTS] = slots;
    for (const { words } of mutexes) initialize(words, false);
    Atomics.store(block.words, 0, MAGIC);
    return new ReadWriteLock(coreOf(block, mutexes));
  }

  /**
   * Opens a lock that was created in shared memory.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where it starts. Default: 0.
   * @returns The lock.
   * @throws {TypeError} When there is none.
   */
  static open(memory: Uint8Array, byteOffset = 0): ReadWriteLock {
    const header = new Block(kindOf(HEADER_LENGTH), memory, byteOffset, "open");
    checkMagic(header, MAGIC, "read-write lock");
    const slots = Atomics.load(header.words, SLOTS);
    const length = ReadWriteLock.byteLength(slots);
    const block = new Block(kindOf(length), memory, byteOffset, "open");
    const mutexes = mutexesOf(block, slots);
    for (const { words } of mutexes) {
      if (isRobustShared(Atomics.load(words, KIND))) continue;
      throw new TypeError(
        `Cannot open read-write lock: corrupt lock: it says that it has ${slots} slots, and not all of them are there; recreate it when no process uses it`,
      );
    }
    block.claim();
    return new ReadWriteLock(coreOf(block, mutexes));
  }

  /** How many may read at once. */
  get slots(): number {
    return this.#core.slots.length;
  }

  /**
   * Takes the lock for reading if that is possible at once.
   *
   * @returns A guard, or null.
   */
  tryRead(): ReadWriteGuard | null {
    const hold = this.#core.tryRead();
    return hold === null ? null : guardOf(this.#core, hold);
  }

  /**
   * Takes the lock for reading, blocking this thread.
   *
   * @param options Timeout; the signal is looked at before it blocks.
   * @returns A guard.
   * @throws {Deno.errors.TimedOut} When the timeout expires.
   * @throws {SystemError} When this thread would wait for itself (EDEADLK).
   */
  read(options?: WaitOptions): ReadWriteGuard {
    return guardOf(this.#core, this.#core.read(readWaitOptions(options, READ)));
  }

  /**
   * Takes the lock for reading, waiting without blocking.
   *
   * @param options Timeout and signal.
   * @returns A guard. Rejects as {@linkcode Mutex.lockAsync} does.
   */
  async readAsync(options?: WaitOptions): Promise<ReadWriteGuard> {
    const patience = readWaitOptions(options, READ);
    const hold = await this.#core.readAsync(patience);
    return inTurn(guardOf(this.#core, hold));
  }

  /**
   * Takes the lock for writing if that is possible at once.
   *
   * @returns A guard, or null.
   */
  tryWrite(): ReadWriteGuard | null {
    const hold = this.#core.tryWrite();
    return hold === null ? null : guardOf(this.#core, hold);
  }

  /**
   * Takes the lock for writing, blocking this thread.
   *
   * @param options Timeout; the signal is looked at before it blocks.
   * @returns A guard.
   * @throws {Deno.errors.TimedOut} When the timeout expires.
   * @throws {SystemError} When this thread would wait for itself (EDEADLK).
   */
  write(options?: WaitOptions): ReadWriteGuard {
    const patience = readWaitOptions(options, WRITE);
    return guardOf(this.#core, this.#core.write(patience));
  }

  /**
   * Takes the lock for writing, waiting without blocking.
   *
   * @param options Timeout and signal.
   * @returns A guard. Rejects as {@linkcode Mutex.lockAsync} does.
   */
  async writeAsync(options?: WaitOptions): Promise<ReadWriteGuard> {
    const patience = readWaitOptions(options, WRITE);
    const hold = await this.#core.writeAsync(patience);
    return inTurn(guardOf(this.#core, hold));
  }
}

function kindOf(byteLength: number): BlockKind {
  return { name: "read-write lock", byteLength, alignment: 8 };
}

/** The gate and the slots. */
function mutexesOf(block: Block, slots: number): MutexCore[] {
  const { mapping, region, offset } = block;
  return Array.from({ length: 1 + slots }, (_, index) => {
    const start = offset + HEADER_LENGTH + MUTEX_LENGTH * index;
    return mutexCoreAt(mapping, region, start);
  });
}

function coreOf(block: Block, [gate, ...slots]: MutexCore[]): ReadWriteCore {
  if (gate === undefined) throw new Error("Cannot lock: there is no gate");
  return new ReadWriteCore(block, gate, slots);
}

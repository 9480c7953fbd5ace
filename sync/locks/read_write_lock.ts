import { errnoNumber } from "../../ffi/errors/errno.ts";
import { wake, type Word } from "../../ffi/sync/futex.ts";
import { checkInteger } from "../../ffi/libc/integers.ts";
import { systemError } from "../../ffi/errors/system_error.ts";
import { Block, type BlockKind, checkMagic, magicOf } from "./block.ts";
import {
  type LockOptions,
  Mutex,
  type MutexGuard,
  requireFree,
} from "./mutex.ts";
import {
  checkTimeout,
  sleep,
  sleepAsync,
  type WaitAsyncOptions,
} from "../waiting/wait.ts";
import { lookAgainMs } from "../waiting/safety_nets.ts";

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
const SLOTS = 1;
const WRITING = 2;
const DAMAGED = 3;
const SEQUENCE = 4;
const WAITERS = 5;
const HEADER_LENGTH = 64;
const MUTEX_LENGTH = 64;
const MOST_SLOTS = 1024;
/** A reader that dies, or one in C, tells nobody; so look again this often. */
const LOOK_AGAIN_MS = 50;

/** How {@linkcode ReadWriteLock.create} makes a lock. */
export interface ReadWriteLockOptions {
  /**
   * How many may read at once; each takes 64 bytes, and makes writing a little
   * slower. Default: 8.
   */
  readonly slots?: number;
}

let makeGuard: (lock: ReadWriteLock, held: Held) => ReadWriteGuard;
let endWriting: (lock: ReadWriteLock) => void;
let endReading: (lock: ReadWriteLock) => void;

/** What a guard holds. */
interface Held {
  readonly guards: readonly MutexGuard[];
  readonly writing: boolean;
  readonly damaged: boolean;
}

/** A lock that is held for reading or writing, until its `using` block ends. */
export class ReadWriteGuard implements Disposable {
  /**
   * Whether a writer died, and no writer has finished since: what the lock
   * protects may be half-written.
   */
  readonly ownerDied: boolean;
  readonly #lock: ReadWriteLock;
  readonly #held: Held;
  #state: "held" | "unlocked" | "disposed" = "held";

  private constructor(lock: ReadWriteLock, held: Held) {
    this.#lock = lock;
    this.#held = held;
    this.ownerDied = held.damaged;
  }

  static {
    makeGuard = (lock, held) => new ReadWriteGuard(lock, held);
  }

  /**
   * Releases the lock before the end of the `using` block.
   *
   * @throws {TypeError} When it was released before.
   */
  unlock(): void {
    if (this.#state !== "held") this.#refuse();
    this.#state = "unlocked";
    this.#release();
  }

  /**
   * Releases the lock, unless {@linkcode ReadWriteGuard.unlock} did.
   *
   * @throws {TypeError} When the guard was disposed of before.
   */
  [Symbol.dispose](): void {
    if (this.#state === "disposed") this.#refuse();
    const held = this.#state === "held";
    this.#state = "disposed";
    if (held) this.#release();
  }

  #release(): void {
    if (this.#held.writing) endWriting(this.#lock);
    release(this.#held.guards);
    if (!this.#held.writing) endReading(this.#lock);
  }

  #refuse(): never {
    throw new TypeError("Cannot unlock lock: this guard was released before");
  }
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
 * advances when readers wait for a slot, and their number. Then come mutexes of 64 bytes (as
 * {@linkcode Mutex} describes): the gate, and the slots. Another language reads so:
 * lock the gate, lock any free slot, unlock the gate; later unlock the slot. It
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
  readonly #block: Block;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #sequence: Word;
  readonly #gate: Mutex;
  readonly #slots: readonly Mutex[];

  private constructor(block: Block, gate: Mutex, slots: readonly Mutex[]) {
    this.#block = block;
    this.#words = block.words;
    this.#sequence = block.word(SEQUENCE);
    this.#gate = gate;
    this.#slots = slots;
  }

  static {
    endWriting = (lock) => {
      // In this order: a death in between leaves the mark that one wrote.
      Atomics.store(lock.#words, DAMAGED, 0);
      Atomics.store(lock.#words, WRITING, 0);
    };
    endReading = (lock) => {
      if (Atomics.load(lock.#words, WAITERS) === 0) return;
      Atomics.add(lock.#words, SEQUENCE, 1);
      wake(lock.#sequence, 1);
    };
  }

  /**
   * How many bytes a lock takes.
   *
   * @param slots How many may read at once. Default: 8.
   */
  static byteLength(slots = 8): number {
    checkInteger(slots, "slots", 1, MOST_SLOTS);
    return HEADER_LENGTH + MUTEX_LENGTH * (1 + slots);
  }

  /**
   * Makes a lock in shared memory. One process does so, before the others open
   * it.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where it starts, a multiple of 8. Default: 0.
   * @param options How many may read at once.
   * @returns The lock.
   * @throws {TypeError} When the memory is not mapped for writing.
   * @throws {RangeError} When the block does not lie in it, or is unaligned.
   */
  static create(
    memory: Uint8Array,
    byteOffset = 0,
    { slots = 8 }: ReadWriteLockOptions = {},
  ): ReadWriteLock {
    const kind = kindOf(ReadWriteLock.byteLength(slots));
    const block = new Block(kind, memory, byteOffset, "create");
    for (const offset of [HEADER_LENGTH, ...slotOffsets(slots)]) {
      const place = block.bytes.subarray(offset, offset + MUTEX_LENGTH);
      requireFree(place, "read-write lock");
    }
    block.words.fill(0);
    block.words[SLOTS] = slots;
    const lock = new ReadWriteLock(
      block,
      Mutex.create(block.bytes, HEADER_LENGTH),
      slotOffsets(slots).map((offset) => Mutex.create(block.bytes, offset)),
    );
    Atomics.store(block.words, 0, MAGIC);
    return lock;
  }

  /**
   * Opens a lock that was made in shared memory.
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
    return new ReadWriteLock(
      block,
      Mutex.open(block.bytes, HEADER_LENGTH),
      slotOffsets(slots).map((offset) => Mutex.open(block.bytes, offset)),
    );
  }

  /** How many may read at once. */
  get slots(): number {
    return this.#slots.length;
  }

  /**
   * Takes the lock for reading if that is possible at once.
   *
   * @returns A guard, or null.
   */
  tryRead(): ReadWriteGuard | null {
    const gate = this.#gate.tryLock();
    if (gate === null) return null;
    try {
      this.#inspect(gate);
      const slot = this.#freeSlot();
      return slot === null ? null : this.#reading(slot);
    } finally {
      gate.unlock();
    }
  }

  /**
   * Takes the lock for reading, blocking this thread.
   *
   * @param options Timeout.
   * @returns A guard.
   * @throws {Deno.errors.TimedOut} When the time is over.
   * @throws {SystemError} When this thread would wait for itself (EDEADLK).
   */
  read(options: LockOptions = {}): ReadWriteGuard {
    const left = countdown(options.timeoutMs);
    const gate = this.#gate.lock({ timeoutMs: left() });
    try {
      this.#inspect(gate);
      return this.#reading(this.#freeSlot() ?? this.#waitForSlot(left));
    } finally {
      gate.unlock();
    }
  }

  /**
   * Takes the lock for reading, waiting without blocking.
   *
   * @param options Timeout and signal.
   * @returns A guard. Rejects as {@linkcode Mutex.lockAsync} does.
   */
  async readAsync(options: WaitAsyncOptions = {}): Promise<ReadWriteGuard> {
    const left = countdown(options.timeoutMs);
    const gate = await this.#gate.lockAsync({ ...options, timeoutMs: left() });
    try {
      this.#inspect(gate);
      const slot = this.#freeSlot() ??
        await this.#waitForSlotAsync(left, options);
      return this.#reading(slot);
    } finally {
      gate.unlock();
    }
  }

  /**
   * Takes the lock for writing if that is possible at once.
   *
   * @returns A guard, or null.
   */
  tryWrite(): ReadWriteGuard | null {
    const guards: MutexGuard[] = [];
    try {
      for (const mutex of [this.#gate, ...this.#slots]) {
        const guard = mutex.tryLock();
        if (guard === null) {
          release(guards);
          return null;
        }
        guards.push(guard);
        if (mutex === this.#gate) this.#inspect(guard);
      }
    } catch (error) {
      release(guards);
      throw error;
    }
    return this.#writing(guards);
  }

  /**
   * Takes the lock for writing, blocking this thread.
   *
   * @param options Timeout.
   * @returns A guard.
   * @throws {Deno.errors.TimedOut} When the time is over.
   * @throws {SystemError} When this thread would wait for itself (EDEADLK).
   */
  write(options: LockOptions = {}): ReadWriteGuard {
    const left = countdown(options.timeoutMs);
    const guards: MutexGuard[] = [];
    try {
      for (const mutex of [this.#gate, ...this.#slots]) {
        const guard = mutex.lock({ timeoutMs: left() });
        guards.push(guard);
        if (mutex === this.#gate) this.#inspect(guard);
      }
    } catch (error) {
      release(guards);
      throw error;
    }
    return this.#writing(guards);
  }

  /**
   * Takes the lock for writing, waiting without blocking.
   *
   * @param options Timeout and signal.
   * @returns A guard. Rejects as {@linkcode Mutex.lockAsync} does.
   */
  async writeAsync(options: WaitAsyncOptions = {}): Promise<ReadWriteGuard> {
    const left = countdown(options.timeoutMs);
    const guards: MutexGuard[] = [];
    try {
      for (const mutex of [this.#gate, ...this.#slots]) {
        const guard = await mutex.lockAsync({ ...options, timeoutMs: left() });
        guards.push(guard);
        if (mutex === this.#gate) this.#inspect(guard);
      }
    } catch (error) {
      release(guards);
      throw error;
    }
    return this.#writing(guards);
  }

  /** Finds out whether the one who had the gate before died while writing. */
  #inspect(gate: MutexGuard): void {
    if (!gate.ownerDied || Atomics.load(this.#words, WRITING) === 0) return;
    Atomics.store(this.#words, DAMAGED, 1);
    Atomics.store(this.#words, WRITING, 0);
  }

  #freeSlot(): MutexGuard | null {
    for (const slot of this.#slots) {
      const guard = slot.tryLock();
      if (guard !== null) return guard;
    }
    return null;
  }

  #waitForSlot(left: () => number): MutexGuard {
    const sequence = this.#enter();
    try {
      for (let before = sequence;;) {
        const slot = this.#freeSlot();
        if (slot !== null) return slot;
        if (this.#slots.every((mutex) => mutex.heldHere)) throw wouldDeadlock();
        if (left() === 0) throw timedOut();
        sleep(
          this.#sequence,
          before,
          Math.min(left(), lookAgainMs(LOOK_AGAIN_MS)),
        );
        before = this.#sequence.load();
      }
    } finally {
      Atomics.sub(this.#words, WAITERS, 1);
    }
  }

  async #waitForSlotAsync(
    left: () => number,
    options: WaitAsyncOptions,
  ): Promise<MutexGuard> {
    const sequence = this.#enter();
    try {
      for (let before = sequence;;) {
        const slot = this.#freeSlot();
        if (slot !== null) return slot;
        if (left() === 0) throw timedOut();
        const timeoutMs = Math.min(left(), lookAgainMs(LOOK_AGAIN_MS));
        const { mapping } = this.#block;
        const nap = { ...options, timeoutMs };
        await sleepAsync(this.#sequence, before, mapping, nap);
        before = this.#sequence.load();
      }
    } finally {
      if (!this.#block.closed) Atomics.sub(this.#words, WAITERS, 1);
    }
  }

  #enter(): number {
    Atomics.add(this.#words, WAITERS, 1);
    return this.#sequence.load();
  }

  #reading(slot: MutexGuard): ReadWriteGuard {
    return makeGuard(this, {
      guards: [slot],
      writing: false,
      damaged: this.#isDamaged(),
    });
  }

  #writing(guards: readonly MutexGuard[]): ReadWriteGuard {
    const damaged = this.#isDamaged();
    Atomics.store(this.#words, WRITING, 1);
    return makeGuard(this, { guards, writing: true, damaged });
  }

  #isDamaged(): boolean {
    return Atomics.load(this.#words, DAMAGED) !== 0;
  }
}

function timedOut(): Error {
  return systemError(
    "pthread_mutex_lock",
    errnoNumber("ETIMEDOUT"),
    "lock for reading",
  );
}

function wouldDeadlock(): Error {
  return systemError(
    "pthread_mutex_lock",
    errnoNumber("EDEADLK"),
    "lock for reading",
  );
}

function kindOf(byteLength: number): BlockKind {
  return { name: "read-write lock", byteLength, alignment: 8 };
}

function slotOffsets(slots: number): number[] {
  return Array.from(
    { length: slots },
    (_, slot) => HEADER_LENGTH + MUTEX_LENGTH * (1 + slot),
  );
}

/** Releases in the order opposite to taking. */
function release(guards: readonly MutexGuard[]): void {
  for (const guard of guards.toReversed()) guard.unlock();
}

/** Tells how much of a timeout is left. */
function countdown(timeoutMs = Infinity): () => number {
  checkTimeout(timeoutMs, "lock");
  const end = performance.now() + timeoutMs;
  return () => Math.max(0, end - performance.now());
}

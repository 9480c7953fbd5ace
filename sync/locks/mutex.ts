import { wake, type Word } from "../../ffi/sync/futex.ts";
import {
  initMutex,
  isHeldHere,
  isRobustSharedMutex,
  letGo,
  makeConsistent,
  timedLock,
  tryLock,
  unlock,
} from "../../ffi/sync/pthread.ts";
import { systemError } from "../../ffi/errors/system_error.ts";
import { errnoNumber } from "../../ffi/errors/errno.ts";
import { Turnstile } from "../waiting/turnstile.ts";
import { Block, type BlockKind } from "./block.ts";
import {
  checkTimeout,
  sleepAsync,
  SLICE_MS,
  type WaitAsyncOptions,
} from "../waiting/wait.ts";
import { lookAgainMs } from "../waiting/safety_nets.ts";

/**
 * Layout of the block:
 *
 * ```text
 *  0         40/48        56          60          64
 *  | pthread_mutex_t | gap | sequence | waiters |
 * ```
 *
 * The sequence is advanced by an unlock of this library that finds waiters, and
 * is what they sleep on; the waiters are the asynchronous ones.
 */
const KIND: BlockKind = { name: "mutex", byteLength: 64, alignment: 8 };
const SEQUENCE = 14;
const WAITERS = 15;

/**
 * A C program's unlock, and the kernel's when an owner dies, advance no
 * sequence, so an asynchronous waiter looks again this often.
 */
const LOOK_AGAIN_MS = 50;

/** How {@linkcode Mutex.lock} waits. */
export interface LockOptions {
  /** How long at most, in milliseconds. Default: for ever. */
  readonly timeoutMs?: number;
}

let releaseMutex: (mutex: Mutex) => void;
let abandonGuard: (guard: MutexGuard) => void;
let requireHeldGuard: (guard: MutexGuard) => void;
let suspendGuard: (guard: MutexGuard) => Mutex;
let resumeGuard: (guard: MutexGuard, taken: MutexGuard) => void;
let makeGuard: (mutex: Mutex, ownerDied: boolean) => MutexGuard;

/**
 * A lock that is held, until its `using` block ends or
 * {@linkcode MutexGuard.unlock}.
 */
export class MutexGuard implements Disposable {
  readonly #mutex: Mutex;
  #ownerDied: boolean;
  #state: "held" | "waiting" | "unlocked" | "disposed" = "held";

  private constructor(mutex: Mutex, ownerDied: boolean) {
    this.#mutex = mutex;
    this.#ownerDied = ownerDied;
  }

  static {
    makeGuard = (mutex, ownerDied) => new MutexGuard(mutex, ownerDied);
    abandonGuard = (guard) => {
      guard.#state = "unlocked";
    };
    requireHeldGuard = (guard) => {
      if (guard.#state !== "held") guard.#refuse();
    };
    suspendGuard = (guard) => {
      guard.#state = "waiting";
      releaseMutex(guard.#mutex);
      return guard.#mutex;
    };
    resumeGuard = (guard, taken) => {
      // The lock moves over to the guard that its holder knows.
      taken.#state = "disposed";
      guard.#ownerDied = taken.#ownerDied;
      guard.#state = "held";
    };
  }

  /**
   * Whether the owner before died while it held the lock, so that what the lock
   * protects may be half-written. The lock itself is sound again.
   */
  get ownerDied(): boolean {
    return this.#ownerDied;
  }

  /**
   * Releases the lock before the end of the `using` block.
   *
   * @throws {TypeError} When it was released before.
   */
  unlock(): void {
    if (this.#state !== "held") this.#refuse();
    this.#state = "unlocked";
    releaseMutex(this.#mutex);
  }

  /**
   * Releases the lock, unless {@linkcode MutexGuard.unlock} did.
   *
   * @throws {TypeError} When the guard was disposed of before.
   */
  [Symbol.dispose](): void {
    if (this.#state === "disposed" || this.#state === "waiting") this.#refuse();
    const held = this.#state === "held";
    this.#state = "disposed";
    if (held) releaseMutex(this.#mutex);
  }

  #refuse(): never {
    throw new TypeError(
      this.#state === "waiting"
        ? "Cannot unlock mutex: this guard waits for a condition"
        : "Cannot unlock mutex: this guard was released before",
    );
  }
}

/** Throws unless a guard is held, for {@linkcode Condition} alone. */
export function requireHeld(guard: MutexGuard): void {
  requireHeldGuard(guard);
}

/** Lets a guard end that lost its lock, for {@linkcode Condition} alone. */
export function abandon(guard: MutexGuard): void {
  abandonGuard(guard);
}

/** Releases a lock for the time of a wait, for {@linkcode Condition} alone. */
export function suspend(guard: MutexGuard): Mutex {
  return suspendGuard(guard);
}

/** Gives a lock that was taken again to the guard that waited. */
export function resume(guard: MutexGuard, taken: MutexGuard): void {
  resumeGuard(guard, taken);
}

/**
 * A lock between processes: a robust, process-shared, error-checking
 * `pthread_mutex_t` in shared memory, which C, C++ and Rust programs take with
 * `pthread_mutex_lock`; Linux.
 *
 * When its owner dies, by `kill -9` too, the kernel frees it, and the next one
 * gets it with {@linkcode MutexGuard.ownerDied}. It belongs to the thread that
 * took it: a worker's guard is released in the worker, by its end at the latest.
 *
 * The block is 64 bytes: the mutex of libc at 0 (40 bytes on x86_64, 48 on
 * aarch64), at 56 a sequence word that an unlock advances when asynchronous
 * waiters sleep on it, at 60 their number. A C program leaves both alone. A
 * waiter that died stays counted, which costs each later unlock a system call.
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
  readonly #block: Block;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #sequence: Word;
  /** Tasks of this program that wait. */
  readonly #turnstile = new Turnstile(1);
  #held = false;
  /** How many waits of this object are counted in the block. */
  #sleeping = 0;

  private constructor(block: Block) {
    this.#block = block;
    this.#bytes = block.bytes;
    this.#words = block.words;
    this.#sequence = block.word(SEQUENCE);
    block.addUser({
      // libc keeps a list of what a thread holds, and would follow it there.
      refuse: () =>
        this.#held ? "a mutex in them is held; release its guard" : undefined,
      leave: () => {
        Atomics.sub(this.#words, WAITERS, this.#sleeping);
        this.#sleeping = 0;
      },
    });
  }

  static {
    releaseMutex = (mutex) => mutex.#unlock();
  }

  /**
   * Makes a mutex, free, in shared memory (`pthread_mutex_init(3)`). One
   * process does so, before the others open it.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where its 64 bytes start, a multiple of 8. Default: 0.
   * @returns The mutex.
   * @throws {TypeError} When the memory is not mapped for writing.
   * @throws {RangeError} When the block does not lie in it, or is unaligned.
   * @throws {Deno.errors.NotSupported} On macOS, which has no robust mutexes.
   */
  static create(memory: Uint8Array, byteOffset = 0): Mutex {
    const block = new Block(KIND, memory, byteOffset, "create");
    requireFree(block.bytes, "mutex");
    block.bytes.fill(0);
    initMutex(block.bytes, "create mutex");
    return new Mutex(block);
  }

  /**
   * Opens a mutex that was made in shared memory, here or by a C program.
   *
   * @param memory Mapped memory, writable.
   * @param byteOffset Where its 64 bytes start, a multiple of 8. Default: 0.
   * @returns The mutex.
   * @throws {TypeError} When there is no robust, process-shared mutex, or the
   * memory is not mapped for writing.
   * @throws {RangeError} When the block does not lie in it, or is unaligned.
   */
  static open(memory: Uint8Array, byteOffset = 0): Mutex {
    const block = new Block(KIND, memory, byteOffset, "open");
    if (!isRobustSharedMutex(block.bytes)) {
      throw new TypeError(
        `Cannot open mutex: there is no robust, process-shared mutex at offset ${byteOffset}; make it with Mutex.create(), or set both attributes in C`,
      );
    }
    return new Mutex(block);
  }

  /**
   * Takes the lock if it is free.
   *
   * @returns A guard, or null when someone has it, this program included.
   * @throws {SystemError} When a C program broke it (ENOTRECOVERABLE).
   */
  tryLock(): MutexGuard | null {
    this.#requireOpen();
    // A C program may have made it recursive.
    if (this.#held || this.#isHeldHere()) return null;
    const code = tryLock(this.#bytes);
    if (code === undefined) return this.#guard(false);
    return this.#outcome(code);
  }

  /**
   * Takes the lock, blocking this thread until it is free.
   *
   * @param options Timeout.
   * @returns A guard.
   * @throws {Deno.errors.TimedOut} When the time is over (ETIMEDOUT).
   * @throws {SystemError} When this thread has it already, and would wait for
   * itself (EDEADLK); use {@linkcode Mutex.lockAsync}. When a C program broke it
   * (ENOTRECOVERABLE).
   */
  lock({ timeoutMs = Infinity }: LockOptions = {}): MutexGuard {
    checkTimeout(timeoutMs, "lock mutex");
    const end = performance.now() + timeoutMs;
    for (;;) {
      const guard = this.tryLock();
      if (guard !== null) return guard;
      const left = end - performance.now();
      if (this.#held || this.#isHeldHere()) throw failure("EDEADLK");
      if (left <= 0) throw failure("ETIMEDOUT");
      const code = timedLock(
        this.#bytes,
        Math.min(left, lookAgainMs(SLICE_MS)),
      );
      if (code === undefined) return this.#guard(false);
      if (code === "ETIMEDOUT") continue;
      const taken = this.#outcome(code);
      if (taken !== null) return taken;
    }
  }

  /**
   * Takes the lock, waiting without blocking. Tasks of one program that want
   * it take turns like any others.
   *
   * @param options Timeout and signal.
   * @returns A guard. Rejects with `Deno.errors.TimedOut` when the time is over,
   * with the signal's reason, or with `Deno.errors.BadResource` when the memory
   * is unmapped meanwhile.
   */
  async lockAsync(options: WaitAsyncOptions = {}): Promise<MutexGuard> {
    const { timeoutMs = Infinity, signal } = options;
    checkTimeout(timeoutMs, "lock mutex");
    signal?.throwIfAborted();
    if (!this.#turnstile.busy) {
      const guard = this.tryLock();
      if (guard !== null) return guard;
    }
    const end = performance.now() + timeoutMs;
    // In order of arrival, or one that comes back at once would always win.
    const turn = await this.#turnstile.enter(timeoutMs, signal);
    if (turn === null) throw failure("ETIMEDOUT");
    try {
      for (;;) {
        const guard = this.tryLock() ?? await this.#sleep(end, signal);
        if (guard !== null) return guard;
        if (performance.now() >= end) throw failure("ETIMEDOUT");
      }
    } finally {
      turn[Symbol.dispose]();
    }
  }

  /** Whether this thread has it, through this object or another. */
  get heldHere(): boolean {
    return this.#held || this.#isHeldHere();
  }

  /** Sleeps until the lock may be free; gives a guard when it is meanwhile. */
  async #sleep(
    end: number,
    signal: AbortSignal | undefined,
  ): Promise<MutexGuard | null> {
    const words = this.#words;
    Atomics.add(words, WAITERS, 1);
    this.#sleeping++;
    try {
      const sequence = Atomics.load(words, SEQUENCE);
      // Once more, now that an unlock would see that someone waits.
      const guard = this.tryLock();
      if (guard !== null) return guard;
      const left = Math.max(0, end - performance.now());
      const timeoutMs = Math.min(left, lookAgainMs(LOOK_AGAIN_MS));
      const options = signal === undefined ? {} : { signal };
      const { mapping } = this.#block;
      await sleepAsync(this.#sequence, sequence, mapping, {
        timeoutMs,
        ...options,
      });
      return null;
    } finally {
      // Unless all were taken back when the memory was unmapped.
      if (this.#sleeping > 0) {
        this.#sleeping--;
        Atomics.sub(words, WAITERS, 1);
      }
    }
  }

  #guard(ownerDied: boolean): MutexGuard {
    this.#held = true;
    return makeGuard(this, ownerDied);
  }

  /** What it means when taking the lock gave an error number. */
  #outcome(code: string): MutexGuard | null {
    switch (code) {
      case "EBUSY":
      case "EDEADLK":
        return null;
      case "EOWNERDEAD": {
        const failed = makeConsistent(this.#bytes);
        if (failed !== undefined) throw failure(failed);
        return this.#guard(true);
      }
      case "ENOTRECOVERABLE":
        letGo(this.#bytes);
        throw failure(code);
      default:
        throw failure(code);
    }
  }

  /** Whether this thread has it through another object. */
  #isHeldHere(): boolean {
    // Without an owner there is nothing more to ask.
    return Atomics.load(this.#words, 0) !== 0 && isHeldHere(this.#bytes);
  }

  #unlock(): void {
    const code = unlock(this.#bytes);
    if (code !== undefined) throw failure(code, "unlock");
    this.#held = false;
    const words = this.#words;
    if (Atomics.load(words, WAITERS) === 0) return;
    Atomics.add(words, SEQUENCE, 1);
    wake(this.#sequence, 1);
  }

  #requireOpen(): void {
    if (this.#bytes.byteLength === 0) this.#block.requireOpen("lock mutex");
  }
}

/**
 * Refuses to make something anew over a mutex that is held here: libc keeps a
 * list of what a thread holds, which lies in the mutexes themselves.
 */
export function requireFree(
  bytes: Uint8Array<ArrayBuffer>,
  what: string,
): void {
  if (!isRobustSharedMutex(bytes) || !isHeldHere(bytes)) return;
  throw new Deno.errors.Busy(
    `Cannot create ${what}: there is a mutex at this place already, and it is held here; release its guard`,
  );
}

function failure(code: string, act: "lock" | "unlock" = "lock"): Error {
  return systemError(`pthread_mutex_${act}`, errnoNumber(code), `${act} mutex`);
}

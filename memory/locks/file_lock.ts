import {
  findLock,
  type LockKind,
  tryLockRange,
  unlockRange,
} from "../../ffi/files/range_lock.ts";
import { errnoNumber } from "../../ffi/errors/errno.ts";
import { systemError } from "../../ffi/errors/system_error.ts";
import { checkOffset, checkSize, checkWord } from "../checks/checks.ts";
import { readOptions } from "../checks/options.ts";
import type { Descriptor } from "../file/descriptor.ts";
import { poll, pollAsync } from "../waiting/poll.ts";
import { checkSignal, checkTimeout } from "../waiting/wait_options.ts";
import {
  addHeld,
  type HeldRange,
  type Lockable,
  lockableDescriptor,
  ownOverlap,
  removeHeld,
  showRange,
} from "./lockable.ts";
import {
  type FileLockAsyncOptions,
  type FileLockHolder,
  type FileLockOptions,
  type FileLockWaitOptions,
  LOCK_NAMES,
  WAIT_NAMES,
} from "./lock_options.ts";

export type {
  FileLockAsyncOptions,
  FileLockHolder,
  FileLockOptions,
  FileLockRange,
  FileLockWaitOptions,
} from "./lock_options.ts";
export type { Lockable, LockKind };

/** What is to be locked, checked. */
interface Request {
  readonly descriptor: Descriptor;
  readonly range: HeldRange;
  readonly operation: string;
}

let construct: (request: Request) => FileLock;

/**
 * A lock on a range of an object or file, which the kernel releases when its
 * process ends, in whatever way (`fcntl(2)`, open file description locks).
 *
 * It is advice: it excludes other locks, not reading or writing. It belongs to
 * the handle that it was taken through: two handles exclude each other, in one
 * process too, and closing the handle releases it. C takes the same lock with
 * `F_OFD_SETLK`, or `lockf(3)` and `F_SETLK` of another process.
 *
 * A worker that ends without closing its handle leaves the lock until its process
 * ends; a `Mutex` goes with its thread.
 *
 * Nobody is woken when a lock is released; a process that waits looks again, after
 * pauses that grow to 50 ms. For locks that are taken often use `Mutex`.
 *
 * @example Only one process at a time
 * ```ts
 * import { FileLock, MappedFile } from "@shmem/shmem";
 *
 * const path = await Deno.makeTempFile();
 * {
 *   using file = MappedFile.open(path, { access: "read-write" });
 *   using lock = FileLock.tryLock(file);
 *   console.log(lock === null ? "another one runs" : "this is the only one");
 * }
 * await Deno.remove(path);
 * ```
 */
export class FileLock implements Disposable {
  readonly #descriptor: Descriptor;
  readonly #range: HeldRange;
  readonly #operation: string;
  readonly #forget: () => void;
  #held = true;

  private constructor({ descriptor, range, operation }: Request) {
    this.#descriptor = descriptor;
    this.#range = range;
    this.#operation = `un${operation}`;
    addHeld(descriptor, range);
    // Mappings keep the descriptor open, which would keep the lock.
    this.#forget = descriptor.onClose(() => this.unlock());
  }

  /**
   * Tries to lock, without waiting.
   *
   * @param handle What to lock a part of.
   * @param options Which bytes, and how. Default: all of them, exclusively.
   * @returns The lock, or null when another handle has a part of it.
   * @throws {Deno.errors.Busy} When this handle has a part of it.
   * @throws {Deno.errors.BadResource} When the handle is closed, or not open for
   * writing and the lock is exclusive (EBADF).
   * @throws {Deno.errors.NotSupported} When the system or the file system has no
   * such locks.
   */
  static tryLock(
    handle: Lockable,
    options?: FileLockOptions,
  ): FileLock | null {
    const read = readOptions(options, LOCK_NAMES, "lock");
    return attempt(toRequest(handle, read)) ?? null;
  }

  /**
   * Locks, waiting as long as another handle has a part of it. The thread is
   * blocked meanwhile.
   *
   * @param handle What to lock a part of.
   * @param options Which bytes, how, and how long to wait.
   * @returns The lock.
   * @throws {Deno.errors.TimedOut} When another handle still has a part of it
   * after `timeoutMs` (ETIMEDOUT).
   * @throws {Deno.errors.Busy} When this handle has a part of it.
   * @throws {Deno.errors.BadResource} As {@linkcode FileLock.tryLock}.
   * @throws {Deno.errors.NotSupported} As {@linkcode FileLock.tryLock}.
   */
  static lock(handle: Lockable, options?: FileLockWaitOptions): FileLock {
    const read = readOptions(options, WAIT_NAMES, "lock");
    const timeoutMs = checkTimeout(read.timeoutMs);
    checkSignal(read.signal)?.throwIfAborted();
    const request = toRequest(handle, read);
    return poll(() => attempt(request), timeoutMs) ?? timedOut(request);
  }

  /**
   * Locks, waiting as long as another handle has a part of it, without blocking
   * the thread.
   *
   * @param handle What to lock a part of.
   * @param options Which bytes, how, how long to wait, and what ends the wait.
   * @returns The lock.
   * @throws {Deno.errors.TimedOut} When another handle still has a part of it
   * after `timeoutMs` (ETIMEDOUT).
   * @throws {Deno.errors.Busy} When this handle has a part of it.
   * @throws {Deno.errors.BadResource} As {@linkcode FileLock.tryLock}, also when
   * the handle is closed meanwhile.
   * @throws {Deno.errors.NotSupported} As {@linkcode FileLock.tryLock}.
   */
  static async lockAsync(
    handle: Lockable,
    options?: FileLockAsyncOptions,
  ): Promise<FileLock> {
    const read = readOptions(options, WAIT_NAMES, "lock");
    const timeoutMs = checkTimeout(read.timeoutMs);
    const signal = checkSignal(read.signal);
    const request = toRequest(handle, read);
    return await pollAsync(() => attempt(request), timeoutMs, signal) ??
      timedOut(request);
  }

  /**
   * Finds a lock that would keep this handle from locking a range. Its own locks
   * are never in its way.
   *
   * @param handle What to look at.
   * @param options Which bytes, and what kind of lock it would be. Default: all of
   * them, exclusively.
   * @returns One lock that is in the way, or null when there is none.
   * @throws {Deno.errors.BadResource} When the handle is closed.
   * @throws {Deno.errors.NotSupported} As {@linkcode FileLock.tryLock}.
   */
  static test(
    handle: Lockable,
    options?: FileLockOptions,
  ): FileLockHolder | null {
    const read = readOptions(options, LOCK_NAMES, "look for a lock");
    const { descriptor, range: wanted, operation } = toRequest(
      handle,
      read,
      "test",
    );
    const fd = descriptor.fd("test a lock on");
    const found = findLock(fd, wanted.kind, wanted, operation);
    if (found === undefined) return null;
    return {
      kind: found.kind,
      pid: found.pid > 0 ? found.pid : null,
      byteOffset: found.start,
      byteLength: found.length === 0 ? Infinity : found.length,
    };
  }

  static {
    construct = (request) => new FileLock(request);
  }

  /** Whether it excludes all other locks, or exclusive ones only. */
  get kind(): LockKind {
    return this.#range.kind;
  }

  /** Where it starts, in bytes. */
  get byteOffset(): number {
    return this.#range.start;
  }

  /** How many bytes it covers; `Infinity` when it has no end. */
  get byteLength(): number {
    return this.#range.length === 0 ? Infinity : this.#range.length;
  }

  /** Whether it is still held: not after `unlock()`, and not once the handle is closed. */
  get held(): boolean {
    return this.#held;
  }

  /** Releases the lock. Harmless when that was done before. */
  unlock(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#forget();
    removeHeld(this.#descriptor, this.#range);
    unlockRange(this.#descriptor.openFd(), this.#range, this.#operation);
  }

  /** The same as {@linkcode FileLock.unlock}, for `using`. */
  [Symbol.dispose](): void {
    this.unlock();
  }
}

function attempt(request: Request): FileLock | undefined {
  const { descriptor, range, operation } = request;
  const fd = descriptor.fd("lock");
  const own = ownOverlap(descriptor, range);
  if (own !== undefined) {
    throw new Deno.errors.Busy(
      `Cannot ${operation}: this handle has locked ${
        showRange(own)
      } already, and the kernel sees no conflict within one handle; unlock that first, or open another handle`,
    );
  }
  if (!tryLockRange(fd, range.kind, range, operation)) return undefined;
  return construct(request);
}

function timedOut({ operation }: Request): never {
  throw systemError(
    "fcntl:lock",
    errnoNumber("ETIMEDOUT"),
    operation,
    "wait longer, or see who has it with FileLock.test()",
  );
}

function toRequest(
  handle: Lockable,
  options: FileLockOptions,
  verb: "lock" | "test" = "lock",
): Request {
  const { kind = "exclusive", byteOffset = 0, byteLength } = options;
  checkWord(kind, ["shared", "exclusive"], "kind");
  const start = checkOffset(byteOffset, "byteOffset");
  const length = byteLength === undefined
    ? 0
    : checkSize(byteLength, "byteLength");
  if (start + length > Number.MAX_SAFE_INTEGER) {
    throw new RangeError(
      `Cannot lock: byteOffset and byteLength together must be at most 2^53 - 1: received ${start} and ${length}`,
    );
  }
  const range = { kind, start, length };
  const descriptor = lockableDescriptor(handle, verb);
  const operation = `${verb} ${showRange(range)} of ${descriptor.what}`;
  return { descriptor, range, operation };
}

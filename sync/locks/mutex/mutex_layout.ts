/**
 * The block of a mutex, 64 bytes:
 *
 * ```text
 *  0      4       8       12      16     20    24         32         40/48
 *  | lock | count | owner | users | kind | …   | previous | next     | …
 *  48     52       56      60        64
 *  | mark | holder | nests | waiters |
 * ```
 *
 * Up to 40 (x86_64) or 48 (aarch64) it is the `pthread_mutex_t` of glibc, robust
 * and process-shared (`nptl/pthread_mutex_lock.c`, `pthread_mutex_unlock.c`):
 *
 * - lock: the thread that holds it, and two bits: whether someone sleeps on this
 *   word, and whether the kernel found its holder dead
 * - count: 1, or how often its holder of the recursive kind has it
 * - owner: the same thread; or that an owner died, or the lock cannot be repaired
 * - users: how many hold it, but for the dead
 * - kind: the type, robustness, protocol and whether it is shared
 * - previous, next: the list of its holder, for the kernel and C code alone
 *
 * The rest is this library's; a C program leaves it alone:
 *
 * - mark: while a thread of this library holds it, a number for this start of the
 *   machine and this file: a lock that comes from before a power cut, or in a copy
 *   of the file, has another one
 * - holder: the thread that the mark is of
 * - nests: 1 when it was made here to be taken again by its holder
 * - waiters: how many asynchronous waiters sleep on the lock word; one that died
 *   stays counted, which costs an unlock nothing unless others sleep
 *
 * @module
 */

import { platform } from "../../../ffi/platforms/platform.ts";

/** Words of the block. */
export const LOCK = 0;
export const COUNT = 1;
export const OWNER = 2;
export const USERS = 3;
export const KIND = 4;
export const MARK = 12;
export const HOLDER = 13;
const NESTS = 14;
export const WAITERS = 15;

/** Bits of the lock word, as the kernel has them (`linux/futex.h`). */
export const TID_MASK = 0x3fff_ffff;
export const OWNER_DIED = 0x4000_0000;
export const SLEEPERS_BIT = 0x8000_0000 | 0;

/** An owner that is no thread: nobody can repair it (`pthreadP.h`). */
export const NOT_RECOVERABLE = 0x7fff_fffe;

/** Robust, and for all processes: these bits of the kind must be set. */
const ROBUST_SHARED = 0x90;
/** The type, and whether lock elision is wanted, may be anything. */
const TYPE_BITS = 0x3;
const OTHER_BITS = 0x300 | TYPE_BITS;

/** The kind of most: robust, for all processes, error-checking. */
export const USUAL_KIND = ROBUST_SHARED | 2;

/** Whether a kind is that of a mutex which this library can take. */
export function isRobustShared(kind: number): boolean {
  return (kind & ~OTHER_BITS) === ROBUST_SHARED;
}

/** Whether its holder may take it again, in C. */
export function isRecursive(kind: number): boolean {
  // The same on all processors: PTHREAD_MUTEX_RECURSIVE of Linux.
  return (kind & TYPE_BITS) === 1;
}

/** Whether it was made here to be taken again by its holder. */
export function nests(words: Int32Array<ArrayBuffer>): boolean {
  return words[NESTS] === 1;
}

/** Creates a free mutex. */
export function initialize(
  words: Int32Array<ArrayBuffer>,
  recursive: boolean,
): void {
  const { PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK } = platform();
  const type = recursive ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_ERRORCHECK;
  Atomics.store(words, KIND, 0);
  words.fill(0);
  if (recursive) words[NESTS] = 1;
  Atomics.store(words, KIND, ROBUST_SHARED | type);
}

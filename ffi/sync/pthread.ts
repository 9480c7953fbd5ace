/**
 * Robust mutexes between processes: `pthread.h`. Each function gives the error
 * name, or nothing when it went well: what they report is part of locking.
 *
 * @module
 */

import { present } from "../libc/check.ts";
import { realtimeAfter } from "./clock.ts";
import { errnoName } from "../errors/errno.ts";
import { libc } from "../libc/library.ts";
import { platform } from "../platforms/platform.ts";
import { systemError } from "../errors/system_error.ts";

const PTHREAD_PROCESS_SHARED = 1;
const PTHREAD_MUTEX_ROBUST = 1;
/** Larger than a `pthread_mutexattr_t` anywhere. */
const ATTRIBUTES_SIZE = 16;
/** Where glibc keeps the kind of a mutex (`__kind`), and the bits that tell it. */
const KIND_OFFSET = 16;
/** Robust, and for all processes: these bits of the kind must be set. */
const KIND_ROBUST_SHARED = 0x90;
/** The type, and whether lock elision is wanted, may be anything. */
const KIND_OTHER_BITS = 0x303;
/** The thread that holds a robust mutex, in its first word. */
const OWNER_MASK = 0x3fff_ffff;

/** A `pthread_mutex_t`: mapped memory of at least its size. */
export type MutexBytes = Uint8Array<ArrayBuffer>;

/** Makes a robust, error-checking mutex for all processes. */
export function initMutex(mutex: MutexBytes, act: string): void {
  const symbols = libc();
  const { PTHREAD_MUTEX_ERRORCHECK } = platform();
  const attributes = new Uint8Array(ATTRIBUTES_SIZE);
  const check = (result: number, name: string) => {
    if (result !== 0) throw systemError(name, result, act);
  };
  const call = <Parameters extends unknown[]>(
    found: ((...parameters: Parameters) => number) | null,
    name: string,
    ...parameters: Parameters
  ) => check(present(found, name)(...parameters), name);
  call(symbols.pthread_mutexattr_init, "pthread_mutexattr_init", attributes);
  call(
    symbols.pthread_mutexattr_setpshared,
    "pthread_mutexattr_setpshared",
    attributes,
    PTHREAD_PROCESS_SHARED,
  );
  call(
    symbols.pthread_mutexattr_settype,
    "pthread_mutexattr_settype",
    attributes,
    PTHREAD_MUTEX_ERRORCHECK,
  );
  call(
    symbols.pthread_mutexattr_setrobust,
    "pthread_mutexattr_setrobust",
    attributes,
    PTHREAD_MUTEX_ROBUST,
  );
  call(symbols.pthread_mutex_init, "pthread_mutex_init", mutex, attributes);
}

/** Whether the bytes are those of a mutex that is robust and for all processes. */
export function isRobustSharedMutex(mutex: MutexBytes): boolean {
  const kind = viewOf(mutex).getInt32(KIND_OFFSET, true);
  return (kind & ~KIND_OTHER_BITS) === KIND_ROBUST_SHARED;
}

let thisThread: number | undefined;

/** Whether this thread holds the mutex, through whatever mapping of its memory. */
export function isHeldHere(mutex: MutexBytes): boolean {
  if (thisThread === undefined) {
    // A mutex of one's own shows who one is.
    const example = new Uint8Array(platform().mutexSize);
    initMutex(example, "look at a mutex");
    tryLock(example);
    thisThread = ownerOf(example);
    unlock(example);
  }
  return ownerOf(mutex) === thisThread;
}

/**
 * Frees a mutex that is beyond repair: glibc's trylock takes it, says
 * ENOTRECOVERABLE, and forgets to let go.
 */
export function letGo(mutex: MutexBytes): void {
  const words = new Int32Array(mutex.buffer, mutex.byteOffset, 1);
  if (isHeldHere(mutex)) Atomics.store(words, 0, 0);
}

/** Takes the mutex if it is free. */
export function tryLock(mutex: MutexBytes): string | undefined {
  return nameOf(libc().pthread_mutex_trylock!(mutex));
}

/** Takes the mutex, sleeping on this thread for `ms` at most. */
export function timedLock(mutex: MutexBytes, ms: number): string | undefined {
  const timedlock = present(
    libc().pthread_mutex_timedlock,
    "pthread_mutex_timedlock",
  );
  return nameOf(timedlock(mutex, realtimeAfter(ms)));
}

/** Releases the mutex. */
export function unlock(mutex: MutexBytes): string | undefined {
  return nameOf(libc().pthread_mutex_unlock!(mutex));
}

/** Makes a mutex usable again whose owner died while holding it. */
export function makeConsistent(mutex: MutexBytes): string | undefined {
  const consistent = present(
    libc().pthread_mutex_consistent,
    "pthread_mutex_consistent",
  );
  return nameOf(consistent(mutex));
}

function nameOf(result: number): string | undefined {
  return result === 0 ? undefined : errnoName(result);
}

function ownerOf(mutex: MutexBytes): number {
  return viewOf(mutex).getInt32(0, true) & OWNER_MASK;
}

function viewOf(mutex: MutexBytes): DataView {
  return new DataView(mutex.buffer, mutex.byteOffset);
}

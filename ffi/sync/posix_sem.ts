/**
 * POSIX semaphores: `semaphore.h`.
 *
 * @module
 */

import { checkNotMinusOne, present } from "../libc/check.ts";
import { realtimeAfter } from "./clock.ts";
import { cString } from "../libc/cstring.ts";
import { errnoName, errnoNumber } from "../errors/errno.ts";
import { statusAt } from "../files/file.ts";
import { Word, wordAt } from "./futex.ts";
import { errnoCell, libc } from "../libc/library.ts";
import { platform } from "../platforms/platform.ts";
import type { Region } from "../memory/region.ts";
import { systemError } from "../errors/system_error.ts";

/** Size of a `sem_t` on Linux. */
export const SEMAPHORE_SIZE = 32;
const SEM_FAILED_ON_MACOS = 0xffff_ffff_ffff_ffffn;

/** The words that a semaphore of glibc is made of. */
export interface SemaphoreWords {
  readonly value: Word;
  readonly sleepers: Word;
}

/** A semaphore of libc: its address, and on Linux the words that it is made of. */
export class SemaphoreHandle {
  readonly #pointer: Deno.PointerObject;
  readonly #buffer: ArrayBuffer | null;
  /**
   * The value, to sleep on, and the number of sleepers behind it: glibc's own
   * words (`nptl/sem_waitcommon.c`). Null on macOS, whose handles are no memory.
   */
  readonly words: SemaphoreWords | null;

  /**
   * Takes over a semaphore.
   *
   * @param words Its words, when it lies in memory that others unmap.
   */
  constructor(pointer: Deno.PointerObject, words?: SemaphoreWords) {
    this.#pointer = pointer;
    this.#buffer = words !== undefined || platform().syscalls === null
      ? null
      : Deno.UnsafePointerView.getArrayBuffer(pointer, SEMAPHORE_SIZE);
    this.words = words ?? wordsOver(this.#buffer, pointer);
  }

  /** Adds one (`sem_post(3)`). */
  post(act: string): void {
    const semPost = present(libc().sem_post, "sem_post");
    checkNotMinusOne(semPost(this.#pointer), errnoCell[0], "sem_post", act);
  }

  /** Takes one away if it is above 0 (`sem_trywait(3)`). */
  tryWait(act: string): boolean {
    const semTrywait = present(libc().sem_trywait, "sem_trywait");
    while (semTrywait(this.#pointer) === -1) {
      const number = errnoCell[0] ?? 0;
      const code = errnoName(number);
      if (code === "EAGAIN") return false;
      if (code !== "EINTR") throw systemError("sem_trywait", number, act);
    }
    return true;
  }

  /**
   * Takes one away, sleeping on this thread for `ms` at most
   * (`sem_timedwait(3)`).
   */
  timedWait(ms: number, act: string): boolean {
    const semTimedwait = present(libc().sem_timedwait, "sem_timedwait");
    const deadline = realtimeAfter(ms);
    while (semTimedwait(this.#pointer, deadline) === -1) {
      const number = errnoCell[0] ?? 0;
      const code = errnoName(number);
      if (code === "ETIMEDOUT") return false;
      if (code !== "EINTR") throw systemError("sem_timedwait", number, act);
    }
    return true;
  }

  /** Reads the value (`sem_getvalue(3)`). */
  value(act: string): number {
    const semGetvalue = present(libc().sem_getvalue, "sem_getvalue");
    const value = new Int32Array(1);
    checkNotMinusOne(
      semGetvalue(this.#pointer, value),
      errnoCell[0],
      "sem_getvalue",
      act,
    );
    return value[0] ?? 0;
  }

  /** Closes a semaphore that has a name (`sem_close(3)`). */
  close(): void {
    // Before the memory goes: whoever still looks at the words sees that.
    this.#buffer?.transfer(0);
    present(libc().sem_close, "sem_close")(this.#pointer);
  }
}

/** Opens a semaphore by name, and creates it if asked to (`sem_open(3)`). */
export function openSemaphore(
  name: string,
  creation: { readonly mode: number; readonly value: number } | null,
  act: string,
): SemaphoreHandle {
  const semOpen = present(libc().sem_open, "sem_open");
  requireWhole(name, act);
  const { O_CREAT, O_EXCL } = platform().constants;
  const flags = creation === null ? 0 : O_CREAT | O_EXCL;
  const mode = BigInt(creation?.mode ?? 0);
  const value = BigInt(creation?.value ?? 0);
  const pointer = semOpen(
    cString(name),
    flags,
    mode,
    value,
    0n,
    0n,
    0n,
    0n,
    mode,
    value,
  );
  const failed = pointer === null ||
    Deno.UnsafePointer.value(pointer) === SEM_FAILED_ON_MACOS;
  if (failed) throw systemError("sem_open", errnoCell[0] ?? 0, act);
  return new SemaphoreHandle(pointer);
}

/** libc maps the file without looking, and would die by SIGBUS if it is short. */
function requireWhole(name: string, act: string): void {
  const { shmDirectory } = platform().capabilities;
  if (shmDirectory === null) return;
  const file = statusAt(`${shmDirectory}/sem.${name.slice(1)}`, act);
  if (file === undefined || file.size >= SEMAPHORE_SIZE) return;
  throw systemError(
    "sem_open",
    errnoNumber("EINVAL"),
    act,
    `its file has ${file.size} bytes, and a semaphore ${SEMAPHORE_SIZE}: remove it with Semaphore.unlink()`,
  );
}

/** Removes the name of a semaphore (`sem_unlink(3)`). */
export function unlinkSemaphore(name: string, act: string): void {
  const semUnlink = present(libc().sem_unlink, "sem_unlink");
  checkNotMinusOne(semUnlink(cString(name)), errnoCell[0], "sem_unlink", act);
}

/** Makes a semaphore in shared memory (`sem_init(3)`). */
export function initSemaphore(
  region: Region,
  byteOffset: number,
  value: number,
  act: string,
): SemaphoreHandle {
  const pointer = region.pointerAt(byteOffset);
  const semInit = present(libc().sem_init, "sem_init");
  checkNotMinusOne(semInit(pointer, 1, value), errnoCell[0], "sem_init", act);
  return semaphoreAt(region, byteOffset);
}

/** The semaphore that lies in shared memory. */
export function semaphoreAt(
  region: Region,
  byteOffset: number,
): SemaphoreHandle {
  return new SemaphoreHandle(region.pointerAt(byteOffset), {
    value: wordAt(region, byteOffset),
    sleepers: wordAt(region, byteOffset + Int32Array.BYTES_PER_ELEMENT),
  });
}

function wordsOver(
  buffer: ArrayBuffer | null,
  pointer: Deno.PointerObject,
): SemaphoreWords | null {
  if (buffer === null) return null;
  const address = Deno.UnsafePointer.value(pointer);
  const size = Int32Array.BYTES_PER_ELEMENT;
  return {
    value: new Word(new Int32Array(buffer, 0, 1), address),
    sleepers: new Word(new Int32Array(buffer, size, 1), address + BigInt(size)),
  };
}

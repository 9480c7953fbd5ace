/**
 * Sleeping on a word of memory until someone changes it: `futex(2)`,
 * `futex_waitv(2)`; Linux.
 *
 * @module
 */

import { requireSymbol } from "../libc/check.ts";
import { monotonicAfter, type Timespec } from "./clock.ts";
import { errnoName } from "../errors/errno.ts";
import { errnoCell, libc } from "../libc/library.ts";
import { platform, type SyscallNumbers } from "../platforms/platform.ts";
import type { Region } from "../memory/region.ts";
import { systemError } from "../errors/system_error.ts";

// Never FUTEX_PRIVATE_FLAG: the words are shared between processes.
const FUTEX_WAKE = 1;
const FUTEX_CMP_REQUEUE = 4;
const FUTEX_WAIT_BITSET = 9;
const FUTEX_BITSET_MATCH_ANY = 0xffff_ffff;
const FUTEX2_SIZE_U32 = 2;

/** Most words that one `futex_waitv` takes. */
export const FUTEX_WAITV_MAX = 128;

/** More than ever sleep on one word. */
const ALL = 0x7fff_ffffn;

/** `struct futex_waitv`: u64 val, u64 uaddr, u32 flags, u32 reserved. */
const WAITER_SIZE = 24;

/** A 32-bit word to sleep on: its content and, for libc alone, its address. */
export class Word {
  /** An array that the word is an element of. */
  readonly cell: Int32Array;
  /** Where it lies in this process. */
  readonly address: bigint;
  /** Which element of the array. */
  readonly index: number;

  /** Names a word by where it lies in mapped memory, or by its own array. */
  constructor(cell: Int32Array, address: bigint, index = 0) {
    this.cell = cell;
    this.address = address;
    this.index = index;
  }

  /** Whether the memory that it lies in is gone, or has another owner. */
  get gone(): boolean {
    return this.cell.length === 0;
  }

  /** The value now. */
  load(): number {
    return Atomics.load(this.cell, this.index);
  }
}

/**
 * The word at an offset of mapped memory.
 *
 * @param byteOffset From the first byte that was asked for; a multiple of 4 in memory.
 */
export function wordAt(region: Region, byteOffset: number): Word {
  const cell = new Int32Array(region.buffer, region.byteOffset + byteOffset, 1);
  return new Word(cell, region.address + BigInt(byteOffset));
}

/** A word of this process alone. The memory stays where it is as long as the word is held. */
export function privateWord(): Word {
  const cell = new Int32Array(1);
  const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(cell));
  return new Word(cell, address);
}

// Numbers of system calls as the call takes them, made once.
let futexNumber: bigint | undefined;
let waitvNumber: bigint | undefined;

/** How a sleep on a word ended. */
export type SleepResult = "ok" | "not-equal" | "timed-out";

/**
 * Sleeps on this thread until the word is woken, unless it has another value.
 *
 * @param ms How long at most; `Infinity` waits indefinitely.
 */
export function sleepOn(word: Word, value: number, ms: number): SleepResult {
  const futex = requireSymbol(libc().futex, "futex");
  futexNumber ??= BigInt(numbers().futex);
  const deadline = deadlineAfter(ms);
  for (;;) {
    const result = futex(
      futexNumber,
      word.address,
      FUTEX_WAIT_BITSET,
      value,
      deadline,
      0n,
      FUTEX_BITSET_MATCH_ANY,
    );
    if (result === 0) return "ok";
    const error = errnoCell[0] ?? 0;
    switch (errnoName(error)) {
      case "EAGAIN":
        return "not-equal";
      case "ETIMEDOUT":
        return "timed-out";
      case "EINTR":
        continue;
      default:
        throw systemError("futex", error, "wait on a word");
    }
  }
}

/**
 * Wakes processes that sleep on a word.
 *
 * @param count How many at most, up to 2^31 - 1.
 * @returns How many were woken.
 */
export function wake(word: Word, count: number): number {
  const futex = requireSymbol(libc().futex, "futex");
  futexNumber ??= BigInt(numbers().futex);
  const result = futex(
    futexNumber,
    word.address,
    FUTEX_WAKE,
    count,
    null,
    0n,
    0,
  );
  if (result === -1) {
    throw systemError("futex", errnoCell[0] ?? 0, "wake a word");
  }
  return result;
}

/**
 * How many sleep on a word, in all processes: requeueing to the same word wakes
 * nobody, and the kernel tells how many it looked at.
 *
 * @returns The number, or nothing when the word changes all the time or the
 * kernel forbids it.
 */
export function countSleepers(word: Word): number | undefined {
  const requeue = requireSymbol(libc().futex_requeue, "futex");
  futexNumber ??= BigInt(numbers().futex);
  for (let attempt = 0; attempt < 100; attempt++) {
    const { address } = word;
    const value = word.load() >>> 0;
    const result = requeue(
      futexNumber,
      address,
      FUTEX_CMP_REQUEUE,
      0,
      ALL,
      address,
      value,
    );
    if (result >= 0) return result;
  }
  return undefined;
}

/** Whether the kernel can sleep on many words at once; Linux 5.16. */
export function hasWaitv(): boolean {
  const probe = requireSymbol(libc().futex_waitv_probe, "futex_waitv");
  const number = BigInt(numbers().futexWaitv);
  probe(number, null, 0, 0, null, platform().CLOCK_MONOTONIC);
  // It knows the call when it finds fault with the arguments. A sandbox may
  // refuse it in other ways than ENOSYS.
  return errnoName(errnoCell[0] ?? 0) === "EINVAL";
}

/** A list of words to sleep on, kept for as long as a sleep may use it. */
export class WaitList {
  readonly #bytes = new ArrayBuffer(FUTEX_WAITV_MAX * WAITER_SIZE);
  readonly #view = new DataView(this.#bytes);
  readonly #list = new Uint8Array(this.#bytes);
  #deadline: Timespec | null = null;

  /** Puts a word with the value that it must still have into a place. */
  set(index: number, word: Word, value: number): void {
    const offset = index * WAITER_SIZE;
    this.#view.setInt32(offset, value, true);
    this.#view.setBigUint64(offset + 8, word.address, true);
    this.#view.setUint32(offset + 16, FUTEX2_SIZE_U32, true);
    this.#view.setUint32(offset + 20, 0, true);
  }

  /**
   * Sleeps on a thread of the pool until one of the words is woken.
   *
   * @param length How many places of the list count.
   * @param ms How long at most; `Infinity` waits indefinitely.
   * @returns The place of one word that was woken; -1 for any other reason,
   * which the caller finds out by looking, because the errno of another thread
   * cannot be read.
   */
  sleep(length: number, ms: number): Promise<number> {
    const waitv = requireSymbol(libc().futex_waitv, "futex_waitv");
    this.#deadline = deadlineAfter(ms);
    waitvNumber ??= BigInt(numbers().futexWaitv);
    return waitv(
      waitvNumber,
      this.#list,
      length,
      0,
      this.#deadline,
      platform().CLOCK_MONOTONIC,
    );
  }
}

/** Longer than this counts as indefinite: some 30 years. */
const LONGEST_MS = 1e12;

function deadlineAfter(ms: number): Timespec | null {
  return ms > LONGEST_MS ? null : monotonicAfter(ms);
}

function numbers(): SyscallNumbers {
  const { syscalls, name } = platform();
  if (syscalls === null) {
    throw new Deno.errors.NotSupported(
      `Cannot wait on shared memory: ${name} has no futex; use SemaphoreSet, or look at the word from time to time`,
    );
  }
  return syscalls;
}

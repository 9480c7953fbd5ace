/**
 * Waiting for a word of shared memory, and waking those that wait: the shape of
 * `Atomics.wait`, `Atomics.waitAsync` and `Atomics.notify`, between processes
 * (`futex(2)`); Linux.
 *
 * @module
 */

import { sleepOn, type SleepResult, type Word } from "../../ffi/sync/futex.ts";
import { checkInteger } from "../../ffi/libc/integers.ts";
import type { Mapping } from "../../memory/mapping/mapping.ts";
import type { ReadonlyBytes } from "../../memory/views/readonly_bytes.ts";
import { park } from "../parking/park.ts";
import { unpark } from "../parking/unpark.ts";
import {
  checkCount,
  type Patience,
  readWaitOptions,
  type WaitOptions,
} from "./options.ts";
import { inTurn } from "../../memory/waiting/turns.ts";
import { locate, requireArray } from "./word_of_view.ts";

export type { WaitOptions } from "./options.ts";

/** How a wait ended. */
export type WaitResult = SleepResult;

/** The same as {@linkcode WaitOptions}, which was once for `waitAsync` alone. */
export type WaitAsyncOptions = WaitOptions;

/**
 * Waits until a word is woken, blocking this thread (`futex(2)`).
 *
 * As with `Atomics.wait`, it waits only if the word has `value`; a program that
 * changes the word calls {@linkcode notify} afterwards. Arguments are checked,
 * not coerced. It uses no CPU. A worker that waits cannot be terminated before
 * the wait ends, as Deno cannot end any worker that is busy.
 *
 * @param view An `Int32Array` over mapped memory, or memory that is mapped for
 * reading only, whose 32-bit words count.
 * @param index Which word of the view.
 * @param value What the word must be to wait.
 * @param options How long at most, in milliseconds, or an object that says so.
 * A signal is looked at before the wait only: nothing can abort it meanwhile.
 * @default Infinity
 * @returns `"ok"` when woken, `"not-equal"` when the word has another value,
 * `"timed-out"` when the timeout expires.
 * @throws {TypeError} When the view is not of mapped memory, or there is an
 * option that does not exist.
 * @throws {RangeError} When the index lies outside, or the timeout is negative
 * or NaN.
 *
 * @example Wait until another process says go
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import { wait } from "@shmem/shmem/sync";
 *
 * using memory = SharedMemory.anonymous({ size: 4096 });
 * using mapping = memory.map();
 * const words = new Int32Array(mapping.bytes.buffer);
 * console.log(wait(words, 0, 0, 10)); // timed-out: nobody said it
 * ```
 *
 * @example Wait on memory that this process may only read
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import { wait } from "@shmem/shmem/sync";
 *
 * using memory = SharedMemory.anonymous({ size: 4096 });
 * using mapping = memory.map({ access: "read" });
 * console.log(wait(mapping.bytes, 0, 0, { timeoutMs: 10 })); // timed-out
 * ```
 */
export function wait(
  view: Int32Array | ReadonlyBytes,
  index: number,
  value: number,
  options: number | WaitOptions = {},
): WaitResult {
  const { word } = locate(view, index, "wait");
  const { timeoutMs } = readWaitOptions(toOptions(options), "wait");
  return sleep(word, checkValue(value), timeoutMs);
}

/** Sleeps on a word, unless it has another value. */
export function sleep(
  word: Word,
  value: number,
  timeoutMs: number,
): WaitResult {
  if (word.load() !== value) return "not-equal";
  if (timeoutMs === 0) return "timed-out";
  return sleepOn(word, value, timeoutMs);
}

/**
 * Waits until a word is woken, blocking nothing (`futex_waitv(2)`).
 *
 * Arguments are checked, not coerced. The word must change before it is
 * notified, as it does wherever a word says what happened. A notification that
 * changes nothing can be missed, and so can a word that changes there and back.
 *
 * A notification of this thread ends exactly as many waits as it says. One of
 * another process, another worker or through another mapping of the same memory
 * ends all waits of this thread for that word: they share one place in the
 * kernel's queue. A wait whose word changed, and that was not notified, ends with
 * `"ok"` when it does not sleep yet, when the kernel has to be told about other
 * waits, when its word is one of those that are only looked at, or when its timeout
 * expires. No wake-up is lost in any of these cases.
 *
 * Pending waits sleep in the kernel, 127 words on one thread of Deno's pool, and
 * on no more than 16 threads: 2032 words. Words beyond are looked at every 20
 * ms, or less often when there are so many that looking takes more than a
 * twentieth of the time. So do all on a kernel before 5.16. Waits keep the
 * program alive, as any pending operation does.
 *
 * @param view An `Int32Array` over mapped memory, or memory that is mapped for
 * reading only, whose 32-bit words count.
 * @param index Which word of the view.
 * @param value What the word must be to wait.
 * @param options Timeout and signal, or a timeout in milliseconds.
 * @returns `"ok"` when woken, `"not-equal"` when the word has another value,
 * `"timed-out"` when the timeout expires. Rejects with the signal's reason, or with
 * `Deno.errors.BadResource` when the memory is unmapped meanwhile.
 * @throws {TypeError} When the view is not of mapped memory, or there is an
 * option that does not exist.
 * @throws {RangeError} When the index lies outside, or the timeout is negative
 * or NaN.
 *
 * @example Wait for at most a second, or until cancelled
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import { notify, waitAsync } from "@shmem/shmem/sync";
 *
 * using memory = SharedMemory.anonymous({ size: 4096 });
 * using mapping = memory.map();
 * const words = new Int32Array(mapping.bytes.buffer);
 * const woken = waitAsync(words, 0, 0, { timeoutMs: 1000 });
 * Atomics.store(words, 0, 1);
 * notify(words, 0);
 * console.log(await woken); // ok
 * ```
 */
export async function waitAsync(
  view: Int32Array | ReadonlyBytes,
  index: number,
  value: number,
  options: number | WaitOptions = {},
): Promise<WaitResult> {
  const { word, mapping } = locate(view, index, "wait");
  const checked = readWaitOptions(toOptions(options), "wait");
  return await sleepChecked(word, checkValue(value), mapping, checked);
}

/** Waits for a word until its memory goes; the word was checked before. */
export async function sleepAsync(
  word: Word,
  value: number,
  mapping: Mapping | undefined,
  options: WaitOptions,
): Promise<WaitResult> {
  const checked = readWaitOptions(options, "wait");
  return await sleepChecked(word, value, mapping, checked);
}

async function sleepChecked(
  word: Word,
  value: number,
  mapping: Mapping | undefined,
  { timeoutMs, signal }: Patience,
): Promise<WaitResult> {
  if (word.load() !== value) return inTurn("not-equal");
  if (timeoutMs === 0) return inTurn("timed-out");
  return await park(word, value, { timeoutMs, signal, mapping });
}

/**
 * Wakes those who wait for a word, in any process and any language (`futex(2)`).
 * Change the word first. Arguments are checked, not coerced.
 *
 * @param view An `Int32Array` over mapped memory.
 * @param index Which word of the view.
 * @param count How many to wake at most.
 * @default Infinity
 * @returns How many were woken. Asynchronous waits of this thread count exactly;
 * those of another one that are for the same word count as one. Other waits of
 * that program may be put in order at this moment: then they are not counted, and
 * not missed either, because the word has changed.
 * @throws {TypeError} When the view is not an `Int32Array` over mapped memory.
 * @throws {RangeError} When the index lies outside, or the count is negative or NaN.
 *
 * @example Wake a wait
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import { notify, waitAsync } from "@shmem/shmem/sync";
 *
 * using memory = SharedMemory.anonymous({ size: 4096 });
 * using mapping = memory.map();
 * const words = new Int32Array(mapping.bytes.buffer);
 * const waiting = waitAsync(words, 0, 0);
 * Atomics.store(words, 0, 1); // the word first, then the notification
 * notify(words, 0);
 * const result = await waiting;
 * console.log(result === "ok" || result === "not-equal"); // true
 * ```
 */
export function notify(
  view: Int32Array,
  index: number,
  count = Infinity,
): number {
  const { word } = locate(requireArray(view, "notify"), index, "notify");
  checkCount(count, "notify");
  // The kernel would wake one for 0.
  return count < 1 ? 0 : unpark(word, Math.trunc(count));
}

/** Checks how long a wait may take. */
export function checkTimeout(timeoutMs: number, operation: string): number {
  return readWaitOptions({ timeoutMs }, operation).timeoutMs;
}

/** A number is a timeout. */
function toOptions(options: number | WaitOptions): WaitOptions {
  return typeof options === "number" ? { timeoutMs: options } : options;
}

function checkValue(value: number): number {
  return checkInteger(value, "value", -0x8000_0000, 0xffff_ffff) | 0;
}

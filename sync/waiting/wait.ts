/**
 * Waiting for a word of shared memory, and waking who waits: the shape of
 * `Atomics.wait`, `Atomics.waitAsync` and `Atomics.notify`, between processes
 * (`futex(2)`); Linux.
 *
 * @module
 */

import { sleepOn, type SleepResult, wake, Word } from "../../ffi/sync/futex.ts";
import { checkInteger, describe } from "../../ffi/libc/integers.ts";
import { mappedRange } from "../../memory/mapping/mapped_range.ts";
import type { Mapping } from "../../memory/mapping/mapping.ts";
import { park } from "./parker.ts";

/** How a wait ended. */
export type WaitResult = SleepResult;

/** How {@linkcode waitAsync} waits. */
export interface WaitAsyncOptions {
  /** How long at most, in milliseconds. Default: for ever. */
  readonly timeoutMs?: number;
  /** Ends the wait with an error, the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Most that the kernel can wake in one call. */
const ALL = 0x7fff_ffff;

/**
 * The timed waits of libc go by the clock of the calendar, which may be set while
 * they sleep; so they sleep no longer than this at once.
 */
export const SLICE_MS = 100;

/**
 * Waits until a word is woken, blocking this thread.
 *
 * As with `Atomics.wait`, it waits only if the word has `value`; whoever
 * changes the word calls {@linkcode notify} afterwards. It uses no CPU. A
 * worker that waits cannot be terminated before the wait ends, as Deno cannot
 * end any worker that is busy.
 *
 * @param view An `Int32Array` over mapped memory.
 * @param index Element of the view.
 * @param value What the word must be to wait.
 * @param timeoutMs How long at most, in milliseconds.
 * @default Infinity
 * @returns `"ok"` when woken, `"not-equal"` when the word has another value,
 * `"timed-out"` when the time is over.
 * @throws {TypeError} When the view is not an `Int32Array` over mapped memory.
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
 */
export function wait(
  view: Int32Array,
  index: number,
  value: number,
  timeoutMs = Infinity,
): WaitResult {
  const { word } = locate(view, index, "wait");
  checkTimeout(timeoutMs, "wait");
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
 * Waits until a word is woken, blocking nothing.
 *
 * All pending waits of the program sleep together in the kernel, on one of
 * Deno's pool threads for up to 127 of them. They keep the program alive, as
 * any pending operation does.
 *
 * The word must change before it is notified, as it does wherever a word says
 * what happened: a wait also ends with `"ok"` when the word is seen to have
 * changed. A notification that changes nothing can be missed, and so can a word
 * that changes there and back.
 *
 * @param view An `Int32Array` over mapped memory.
 * @param index Element of the view.
 * @param value What the word must be to wait.
 * @param options Timeout and signal.
 * @returns `"ok"` when woken, `"not-equal"` when the word has another value,
 * `"timed-out"` when the time is over. Rejects with the signal's reason, or with
 * `Deno.errors.BadResource` when the memory is unmapped meanwhile.
 * @throws {TypeError} When the view is not an `Int32Array` over mapped memory.
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
  view: Int32Array,
  index: number,
  value: number,
  options: WaitAsyncOptions = {},
): Promise<WaitResult> {
  const { word, mapping } = locate(view, index, "wait");
  return await sleepAsync(word, checkValue(value), mapping, options);
}

/** Waits for a word until its memory goes; the word was checked before. */
export async function sleepAsync(
  word: Word,
  value: number,
  mapping: Mapping | undefined,
  { timeoutMs = Infinity, signal }: WaitAsyncOptions,
): Promise<WaitResult> {
  checkTimeout(timeoutMs, "wait");
  signal?.throwIfAborted();
  if (word.load() !== value) return "not-equal";
  if (timeoutMs === 0) return "timed-out";
  return await park(word, value, { timeoutMs, signal, mapping });
}

/**
 * Wakes who waits for a word, in any process and any language. Change the word
 * first.
 *
 * @param view An `Int32Array` over mapped memory.
 * @param index Element of the view.
 * @param count How many to wake at most.
 * @default Infinity
 * @returns How many were woken. Asynchronous waits that sleep together count
 * less while they are put in order again after a wake-up; none is missed,
 * because the word has changed.
 * @throws {TypeError} When the view is not an `Int32Array` over mapped memory.
 * @throws {RangeError} When the index lies outside, or the count is negative or NaN.
 */
export function notify(
  view: Int32Array,
  index: number,
  count = Infinity,
): number {
  const { word } = locate(view, index, "notify");
  if (!(count >= 0)) {
    throw new RangeError(
      `Cannot notify: the count must not be negative: received ${
        describe(count)
      }`,
    );
  }
  // The kernel would wake one for 0.
  if (count < 1) return 0;
  return wake(word, Math.min(Math.trunc(count), ALL));
}

/** Checks how long a wait may take. */
export function checkTimeout(timeoutMs: number, act: string): number {
  if (typeof timeoutMs !== "number" || !(timeoutMs >= 0)) {
    throw new RangeError(
      `Cannot ${act}: the timeout must be milliseconds, 0 or more: received ${
        describe(timeoutMs)
      }`,
    );
  }
  return timeoutMs;
}

function checkValue(value: number): number {
  return checkInteger(value, "value", -0x8000_0000, 0xffff_ffff) | 0;
}

/** The memory of a view. */
interface Located {
  readonly mapping: Mapping;
  /** Of the first element. */
  readonly address: bigint;
}

/** Views that were looked up before: doing so again takes as long as waking. */
const known = new WeakMap<Int32Array, Located>();

/** Finds the word that an element of a view is. */
function locate(
  view: Int32Array,
  index: number,
  act: string,
): { word: Word; mapping: Mapping } {
  let located = known.get(view);
  // Without its memory a view is empty.
  if (located === undefined || view.length === 0) {
    located = lookUp(view, act);
    known.set(view, located);
  }
  checkInteger(index, "index", 0, view.length - 1);
  const offset = index * Int32Array.BYTES_PER_ELEMENT;
  const word = new Word(view, located.address + BigInt(offset), index);
  return { word, mapping: located.mapping };
}

function lookUp(view: Int32Array, act: string): Located {
  if (!(view instanceof Int32Array)) {
    throw new TypeError(
      `Cannot ${act}: it takes an Int32Array over mapped memory: received ${
        Object.prototype.toString.call(view)
      }`,
    );
  }
  const { buffer } = view;
  if (buffer instanceof ArrayBuffer && buffer.detached) {
    throw new TypeError(
      `Cannot ${act}: the memory was unmapped, or transferred to another owner`,
    );
  }
  const { region, mapping, byteOffset } = mappedRange(view, act);
  return { mapping, address: region.address + BigInt(byteOffset) };
}

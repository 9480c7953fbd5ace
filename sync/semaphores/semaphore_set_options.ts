/**
 * What semaphore sets are made and changed with, read once, copied and checked.
 *
 * @module
 */

import { checkInteger, describe } from "../../ffi/libc/integers.ts";
import type { SemaphoreOperation } from "../../ffi/sysv/sysv_sem.ts";
import { requireKnown } from "../waiting/options.ts";

/** Largest value of a semaphore (`SEMVMX`), on Linux and macOS. */
export const MAX_VALUE = 32767;
/** Most semaphores in a set, and operations at once, that the checks let through to the kernel. */
const MAX_COUNT = 0xffff;

/** Options of {@linkcode SemaphoreSet.create}. */
export interface SemaphoreSetCreateOptions {
  /** How many semaphores, or the values that they start with. */
  readonly values: number | readonly number[];
  /** Key that other processes open the set with. Default: `IPC_PRIVATE`, none. */
  readonly key?: number;
  /** Permission bits; the umask is not applied. Default: 0o600. */
  readonly mode?: number;
  /** What to do when the key has a set. Default: `"fail"`, with EEXIST. */
  readonly ifExists?: "fail" | "open";
}

/** Which set {@linkcode SemaphoreSet.open} opens. */
export interface SemaphoreSetOpenOptions {
  /** Key that it was created with. Either this or `id`. */
  readonly key?: number;
  /** Identifier, as in {@linkcode SemaphoreSet.id}. Either this or `key`. */
  readonly id?: number;
}

/** What can be read of one semaphore of a set. */
export interface SemaphoreState {
  /** Value now. */
  readonly value: number;
  /** Process that changed it last; 0 before the first. */
  readonly lastPid: number;
  /** How many wait for it to grow. */
  readonly waitingForMore: number;
  /** How many wait for it to become 0. */
  readonly waitingForZero: number;
}

/** Checks the values of a set; returns a copy, and how many there are. */
export function checkValues(
  values: number | readonly number[],
): { count: number; values?: number[] } {
  if (typeof values === "number") {
    return { count: checkInteger(values, "values", 1, MAX_COUNT) };
  }
  const copy = copyOf(values, "the values");
  checkInteger(copy.length, "the number of values", 1, MAX_COUNT);
  for (const value of copy) checkInteger(value, "value", 0, MAX_VALUE);
  return { count: copy.length, values: copy.map((value) => value + 0) };
}

/** Checks values for all of so many semaphores; returns a copy. */
export function checkAllValues(
  values: readonly number[],
  count: number,
): number[] {
  const { count: received, values: copy = [] } = checkValues(values);
  if (received === count && copy.length === count) return copy;
  throw new RangeError(
    `Cannot set values: the set has ${count} semaphores, and received ${copy.length} values`,
  );
}

/** Checks operations on a set of so many semaphores; returns a copy. */
export function checkOperations(
  operations: readonly SemaphoreOperation[],
  count: number,
): SemaphoreOperation[] {
  const copy = copyOf(operations, "the operations");
  if (copy.length === 0) {
    throw new TypeError("Cannot operate semaphores: there is no operation");
  }
  return copy.map((operation) => {
    const names = ["index", "delta", "undo", "noWait"];
    requireKnown(operation, names, "operate semaphores");
    const { index, delta, undo, noWait } = operation;
    checkInteger(index, "index", 0, count - 1);
    checkInteger(delta, "delta", -MAX_VALUE, MAX_VALUE);
    return { index, delta, undo: Boolean(undo), noWait: Boolean(noWait) };
  });
}

/** A copy of a list, made once: it may answer differently the next time. */
function copyOf<Item>(list: readonly Item[], what: string): Item[] {
  if (typeof list !== "object" || list === null || !(Symbol.iterator in list)) {
    throw new TypeError(
      `Cannot use ${what}: it must be an array: received ${describe(list)}`,
    );
  }
  const copy: Item[] = [];
  for (const item of list) {
    // It need not have an end.
    if (copy.length === MAX_COUNT) {
      throw new RangeError(
        `Cannot use ${what}: there must be ${MAX_COUNT} at most`,
      );
    }
    copy.push(item);
  }
  return copy;
}

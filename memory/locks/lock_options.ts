/**
 * Options and results of `FileLock`.
 *
 * @module
 */

import type { LockKind } from "../../ffi/files/range_lock.ts";
import type { OptionNames } from "../checks/options.ts";
import type {
  BlockingWaitOptions,
  WaitOptions,
} from "../waiting/wait_options.ts";

/** Which bytes a `FileLock` covers. They need not be there. */
export interface FileLockRange {
  /** Where it starts, in bytes. Default: 0. */
  readonly byteOffset?: number;
  /** How many bytes. Default: all behind `byteOffset`, however many there will be. */
  readonly byteLength?: number;
}

/** Options of `FileLock.tryLock`. */
export interface FileLockOptions extends FileLockRange {
  /**
   * `"shared"` excludes exclusive locks only, and will do with a handle for
   * reading; `"exclusive"` excludes all. Default: `"exclusive"`.
   */
  readonly kind?: LockKind;
}

/** Options of `FileLock.lock`. */
export interface FileLockWaitOptions
  extends FileLockOptions, BlockingWaitOptions {
  /**
   * Ends the call with its reason, if it was aborted before; once the thread is
   * blocked nothing can end the wait but time.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `FileLock.lockAsync`. */
export interface FileLockAsyncOptions extends FileLockOptions, WaitOptions {}

/** A lock that `FileLock.test` found in the way. */
export interface FileLockHolder {
  /** Whether it is shared or exclusive. */
  readonly kind: LockKind;
  /**
   * Process that has it; null for a lock of this kind, which belongs to an
   * opening of the file and not to a process.
   */
  readonly pid: number | null;
  /** Where it starts, in bytes. */
  readonly byteOffset: number;
  /** How many bytes it covers; `Infinity` when it has no end. */
  readonly byteLength: number;
}

const RANGE_NAMES: OptionNames<FileLockRange> = {
  byteOffset: true,
  byteLength: true,
};
/** Every option of {@linkcode FileLockOptions}. */
export const LOCK_NAMES: OptionNames<FileLockOptions> = {
  kind: true,
  ...RANGE_NAMES,
};
/** Every option of {@linkcode FileLockAsyncOptions}. */
export const WAIT_NAMES: OptionNames<FileLockAsyncOptions> = {
  ...LOCK_NAMES,
  timeoutMs: true,
  signal: true,
};

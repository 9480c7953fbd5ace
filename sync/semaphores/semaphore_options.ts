import type { WaitOptions } from "../waiting/options.ts";

/** Options of `Semaphore.create()`. */
export interface SemaphoreCreateOptions {
  /** Value to start with, 0 to 2^31 - 1. Default: 0. */
  readonly value?: number;
  /** Permission bits; the umask is not applied. Default: 0o600. */
  readonly mode?: number;
  /** What to do when the name is taken. Default: `"fail"`, with EEXIST. */
  readonly ifExists?: "fail" | "open";
}

/** Options of `Semaphore.createAt()`. */
export type SemaphoreCreateAtOptions = Pick<SemaphoreCreateOptions, "value">;

/** Options of `Semaphore.wait()`: the same as {@linkcode WaitOptions}. */
export type SemaphoreWaitOptions = WaitOptions;

/** How a wait for a semaphore ended. */
export type SemaphoreResult = "ok" | "timed-out";

/**
 * Operations on a semaphore set that may have to wait.
 *
 * @module
 */

import { errnoNumber } from "../../ffi/errors/errno.ts";
import { hasCode, systemError } from "../../ffi/errors/system_error.ts";
import {
  operate,
  operateOnPool,
  packOperations,
  type SemaphoreOperation,
} from "../../ffi/sysv/sysv_sem.ts";
import { Deadline } from "../waiting/deadline.ts";
import type { Patience } from "../waiting/options.ts";
import { inTurn } from "../../memory/waiting/turns.ts";
import { Turnstile } from "../waiting/turnstile.ts";

/** How operations ended. */
export type OperationResult = "ok" | "timed-out";

/**
 * How long a blocking wait stays in the kernel at once, so that one that a signal
 * interrupts does not restart its timeout.
 */
const SLICE_MS = 100;
/** How long a wait stays in the kernel before it looks whether it was aborted. */
const POOL_SLICE_MS = 100;

/**
 * A wait inside libc holds one of Deno's 32 pool threads, which its file
 * operations need too: so no more than this at once, the rest queue.
 */
const turnstile = new Turnstile(4);

/** Operations, checked and packed. */
export class Operations {
  readonly #id: number;
  readonly #operation: string;
  readonly #packed: Uint8Array<ArrayBuffer>;
  readonly #mayWait: boolean;
  readonly #mayRefuse: boolean;

  /**
   * @param id The set.
   * @param operations What to do, checked.
   * @param operation For messages.
   */
  constructor(
    id: number,
    operations: readonly SemaphoreOperation[],
    operation: string,
  ) {
    this.#id = id;
    this.#operation = operation;
    this.#packed = packOperations(operations);
    this.#mayWait = operations.some(({ delta, noWait }) =>
      delta <= 0 && !noWait
    );
    this.#mayRefuse = operations.some(({ noWait }) => noWait);
  }

  /** Does them, blocking this thread until they can be done. */
  run({ timeoutMs }: Patience): OperationResult {
    if (!this.#mayWait) return this.#try(0) ? "ok" : "timed-out";
    const deadline = new Deadline(timeoutMs);
    let waited = false;
    for (;;) {
      const { leftMs } = deadline;
      const slice = new Slice(Math.min(leftMs, SLICE_MS));
      const call = () => this.#try(slice.ms);
      if (waited ? this.#afterWaiting(call) : call()) return "ok";
      waited = true;
      const refused = this.#mayRefuse && slice.early;
      if (leftMs <= slice.ms || refused) return "timed-out";
    }
  }

  /** Does them, waiting without blocking. */
  async runAsync({ timeoutMs, signal }: Patience): Promise<OperationResult> {
    const now = () => this.#try(0);
    if (now()) return inTurn("ok");
    if (!this.#mayWait) return inTurn("timed-out");
    const deadline = new Deadline(timeoutMs);
    for (;;) {
      const { leftMs } = deadline;
      if (leftMs === 0) return now() ? "ok" : "timed-out";
      const slice = new Slice(Math.min(leftMs, POOL_SLICE_MS));
      if (await this.#sleep(slice.ms, signal)) return "ok";
      if (this.#mayRefuse && slice.early) return "timed-out";
      // Not once more: what was aborted must not be done.
      signal?.throwIfAborted();
      if (this.#afterWaiting(now)) return "ok";
    }
  }

  /**
   * Waits a while on the pool. What the kernel does meanwhile is done, also when
   * the signal came: nobody could take it back from those who have used it.
   */
  async #sleep(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
    const place = await turnstile.enter(ms, signal);
    if (place === null) return false;
    try {
      // It may have come in the moment between.
      signal?.throwIfAborted();
      return await operateOnPool(this.#id, this.#packed, ms);
    } finally {
      place[Symbol.dispose]();
    }
  }

  #try(ms: number): boolean {
    return operate(this.#id, this.#packed, ms, this.#operation);
  }

  /** A set that is gone was removed while this waited for it: that is EIDRM. */
  #afterWaiting(call: () => boolean): boolean {
    try {
      return call();
    } catch (error) {
      if (!hasCode(error, "EINVAL")) throw error;
      throw systemError("semop", errnoNumber("EIDRM"), this.#operation);
    }
  }
}

/** One stay in the kernel, and how long it may take. */
class Slice {
  readonly ms: number;
  readonly #half: Deadline;

  constructor(ms: number) {
    this.ms = ms;
    this.#half = new Deadline(ms / 2);
  }

  /** Whether a wait came back before its time: one with `noWait` refused. */
  get early(): boolean {
    return this.#half.leftMs > 0;
  }
}

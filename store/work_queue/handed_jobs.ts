import type { StoreObject } from "../object/store_object.ts";
import { type Job, makeJob, type RetryOptions } from "./job.ts";
import type { JobTable, TakenJob } from "./job_table.ts";
import type { QueueLock } from "./queue_lock.ts";
import { readDelay } from "./queue_options.ts";
import type { QueueSide } from "./queue_side.ts";
import type { Taker } from "./taker.ts";

/** Parts of a queue that jobs need to end. */
interface Parts {
  readonly object: StoreObject<"read-write">;
  readonly table: JobTable;
  readonly lock: QueueLock;
  readonly taker: Taker;
  readonly takers: QueueSide;
  readonly putters: QueueSide;
}

/** How a job goes back. */
interface Return {
  readonly notBefore: number;
  readonly resetAttempts: boolean;
}

/** Jobs as programs have them, which end themselves in the table. */
export class HandedJobs {
  readonly #parts: Parts;

  /** Wraps jobs of a queue for programs. */
  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Takes a job, with the lock held. */
  take(): Job | undefined {
    const job = this.#parts.taker.take();
    if (job === undefined) return undefined;
    return makeJob(job.bytes, job.number, job.attempts, {
      done: () => this.#endTaken(job, undefined),
      retry: (options) => this.#endTaken(job, options ?? {}),
    });
  }

  /** The failed jobs, in their order. */
  failed(): Job[] {
    const { lock, table } = this.#parts;
    using _guard = lock.lockNow();
    return lock.change(() => table.failed()).map((job) =>
      makeJob(job.bytes, job.number, job.attempts, {
        done: () => this.#endFailed(job, undefined),
        retry: (options) => this.#endFailed(job, options ?? {}),
      })
    );
  }

  #endTaken(job: TakenJob, retry: RetryOptions | undefined): void {
    const { object, lock, taker } = this.#parts;
    const operation = `end job ${job.number} of ${object.what}`;
    const notBefore = readDelay(retry, operation);
    // Closing returned it.
    if (lock.closed && retry !== undefined) return;
    this.#end(job, retry && { notBefore, resetAttempts: false }, () => {
      if (taker.has(job)) return;
      throw new Deno.errors.InvalidData(
        `Cannot ${operation}: this process has it no longer: it was done, or went back to the queue`,
      );
    });
  }

  #endFailed(job: TakenJob, retry: RetryOptions | undefined): void {
    const { object, table } = this.#parts;
    const operation = `end failed job ${job.number} of ${object.what}`;
    const notBefore = readDelay(retry, operation);
    this.#end(job, retry && { notBefore, resetAttempts: true }, () => {
      if (table.hasFailed(job)) return;
      throw new Deno.errors.InvalidData(
        `Cannot ${operation}: another handle has ended it already`,
      );
    });
  }

  /** Ends a job, or returns it to the queue, if it is there still. */
  #end(job: TakenJob, again: Return | undefined, check: () => void): void {
    const { lock, table, putters, takers } = this.#parts;
    using _guard = lock.lockNow();
    lock.change(() => {
      check();
      if (again === undefined) table.remove(job.index);
      else table.putBack(job.index, again.notBefore, again.resetAttempts);
    });
    (again === undefined ? putters : takers).changes.wakeOne();
  }
}

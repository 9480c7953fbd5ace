/** Options of {@linkcode Job.retry}. */
export interface RetryOptions {
  /** How long it is kept back, in milliseconds. Default: 0. */
  readonly delayMs?: number;
}

/** What a job does with its queue. */
export interface JobActions {
  done(): void;
  retry(options: RetryOptions | undefined): void;
}

let construct: (
  bytes: Uint8Array<ArrayBuffer>,
  number: number,
  attempts: number,
  actions: JobActions,
) => Job;

/**
 * A job that this process has: no other gets it, unless this process ends.
 *
 * @example Do it, or let another one try
 * ```ts
 * import { WorkQueue } from "@shmem/shmem/store";
 *
 * const name = `/jobs-${crypto.randomUUID()}`;
 * using queue = WorkQueue.create(name, { jobs: 100, byteLength: 1000 });
 * await queue.put(new TextEncoder().encode("thumbnail.png"));
 * {
 *   using job = await queue.take();
 *   console.log(new TextDecoder().decode(job.bytes)); // thumbnail.png
 *   job.done(); // without it, it goes back here
 * }
 * console.log(queue.status().waiting); // 0
 * queue.unlink();
 * ```
 */
export class Job implements Disposable {
  /** What was put: a copy, which no other process writes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its number: the first job that was ever put is 1. */
  readonly number: number;
  /** How often it was taken, this time included. */
  readonly attempts: number;
  readonly #actions: JobActions;
  #ended = false;

  private constructor(
    bytes: Uint8Array<ArrayBuffer>,
    number: number,
    attempts: number,
    actions: JobActions,
  ) {
    this.bytes = bytes;
    this.number = number;
    this.attempts = attempts;
    this.#actions = actions;
  }

  static {
    construct = (...parts) => new Job(...parts);
  }

  /** Whether it was ended here, by `done()` or by being returned to the queue. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Says that it was done: it is gone.
   *
   * @throws {TypeError} When it has ended already.
   */
  done(): void {
    this.#end("end", () => this.#actions.done());
  }

  /**
   * Returns it to the queue, for this process or another one to take. It counts as an
   * attempt: after the queue's `maxAttempts` it becomes a failed one.
   *
   * @param options How long to wait with it.
   * @throws {TypeError} When it has ended already.
   */
  retry(options?: RetryOptions): void {
    this.#end("give back", () => this.#actions.retry(options));
  }

  /** Returns it to the queue, unless it has ended. */
  [Symbol.dispose](): void {
    if (!this.#ended) this.retry();
  }

  #end(operation: string, act: () => void): void {
    if (this.#ended) {
      throw new TypeError(
        `Cannot ${operation} job ${this.number}: it has ended`,
      );
    }
    try {
      act();
    } catch (error) {
      // It is another's by now, or lost; else it can be ended once more.
      if (error instanceof Deno.errors.InvalidData) this.#ended = true;
      throw error;
    }
    this.#ended = true;
  }
}

/** Creates a job, for the queue alone. */
export function makeJob(
  bytes: Uint8Array<ArrayBuffer>,
  number: number,
  attempts: number,
  actions: JobActions,
): Job {
  return construct(bytes, number, attempts, actions);
}

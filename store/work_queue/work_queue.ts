import type { WaitOptions } from "../../memory/waiting/wait_options.ts";
import { lookAgainMs } from "../../sync/waiting/safety_nets.ts";
import { inTurn } from "../../memory/waiting/turns.ts";
import type { Place } from "../object/place.ts";
import type { StoreObject } from "../object/store_object.ts";
import type { LayoutOptions } from "../../memory/checks/value_layout.ts";
import { readPatience, waitForLayout } from "../object/wait_for.ts";
import { HandedJobs } from "./handed_jobs.ts";
import type { Job } from "./job.ts";
import { JobTable } from "./job_table.ts";
import { QueueLock } from "./queue_lock.ts";
import { createQueue, openQueue, type QueueObject } from "./queue_object.ts";
import {
  checkJob,
  NOUN,
  type PutOptions,
  readDelay,
  readPutOptions,
  type WorkQueueOptions,
  type WorkQueueStatus,
} from "./queue_options.ts";
import { PUTTERS_SIDE, QueueSide, TAKERS_SIDE } from "./queue_side.ts";
import { DEATHS_MS, Taker } from "./taker.ts";

/** How often one looks for wake-ups that died with the one that was woken. */
const NET_MS = 250;

/**
 * A queue of jobs between any number of processes that put and that take: each
 * job goes to one of them. In order, bounded, waited for without using the
 * processor; Linux.
 *
 * The jobs of a process that dies go to the others, told by the kernel. So each
 * job is done at least once, and exactly once when no process dies after doing it and
 * before `done()`. In a file, the queue outlives a restart of the machine.
 *
 * @example Put and take
 * ```ts
 * import { WorkQueue } from "@shmem/shmem/store";
 *
 * const name = `/jobs-${crypto.randomUUID()}`;
 * using queue = WorkQueue.create(name, { jobs: 1000, byteLength: 200 });
 * await queue.put(new TextEncoder().encode("resize 1.png"));
 *
 * using worker = WorkQueue.open(name); // another process, or ten
 * for await (using job of worker) {
 *   console.log(new TextDecoder().decode(job.bytes)); // resize 1.png
 *   job.done();
 *   break;
 * }
 * queue.unlink();
 * ```
 */
export class WorkQueue implements Disposable, AsyncIterable<Job> {
  readonly #object: StoreObject<"read-write">;
  readonly #made: QueueObject;
  readonly #table: JobTable;
  readonly #lock: QueueLock;
  readonly #takers: QueueSide;
  readonly #putters: QueueSide;
  readonly #taker: Taker;
  readonly #handed: HandedJobs;

  private constructor(made: QueueObject) {
    const { object, jobs } = made;
    this.#object = object;
    this.#made = made;
    this.#table = new JobTable(object.mapping.bytes, jobs);
    this.#takers = new QueueSide(object, TAKERS_SIDE);
    this.#putters = new QueueSide(object, PUTTERS_SIDE);
    this.#lock = new QueueLock(object, this.#table, () => {
      this.#takers.changes.wakeAll();
      this.#putters.changes.wakeAll();
    });
    this.#taker = new Taker(object, this.#table, this.#lock);
    this.#handed = new HandedJobs({
      object,
      table: this.#table,
      lock: this.#lock,
      taker: this.#taker,
      takers: this.#takers,
      putters: this.#putters,
    });
  }

  /**
   * Creates a queue, empty.
   *
   * @param place A name, or `{ path }`.
   * @param options How many jobs of what size, and so on.
   * @returns The handle.
   * @throws {Deno.errors.AlreadyExists} When there is one (EEXIST).
   * @throws {RangeError} With `ifExists: "open"`, when the one that is there has
   * another size or other `maxAttempts`.
   * @throws {Deno.errors.InvalidData} The same, when it has jobs of another layout.
   */
  static create(place: Place, options: WorkQueueOptions): WorkQueue {
    return createQueue(place, options, (made) => new WorkQueue(made));
  }

  /**
   * Opens a queue.
   *
   * @param place A name, or `{ path }`.
   * @param options The layout that jobs should have.
   * @returns The handle.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   * @throws {Deno.errors.InvalidData} When it is, or holds, something else.
   */
  static open(place: Place, options?: LayoutOptions): WorkQueue {
    return openQueue(place, options, (made) => new WorkQueue(made));
  }

  /**
   * Opens a queue as soon as it is there.
   *
   * @param place A name, or `{ path }`.
   * @param options What {@linkcode WorkQueue.open} takes, and how long to wait.
   * @returns The handle. Rejects with `Deno.errors.TimedOut` when the time is
   * over, and with the signal's reason.
   */
  static async waitFor(
    place: Place,
    options?: LayoutOptions & WaitOptions,
  ): Promise<WorkQueue> {
    const open = (expected: LayoutOptions) => WorkQueue.open(place, expected);
    return await waitForLayout(NOUN, place, open, options);
  }

  /** Its name with a slash, or its path. */
  get name(): string {
    return this.#object.name;
  }

  /** The label that its creator gave it; empty when there is none. */
  get label(): string {
    return this.#object.label;
  }

  /** Whether this handle created it. */
  get created(): boolean {
    return this.#object.created;
  }

  /** Bytes of the largest job. */
  get byteLength(): number {
    return this.#made.jobs.capacity;
  }

  /**
   * Puts a job, waiting while there is no room.
   *
   * @param bytes What the job is; copied.
   * @param options A delay, how long to wait for room, and a signal.
   * @returns Its number. Rejects with `Deno.errors.TimedOut` when the time is
   * over, with the signal's reason, or with `Deno.errors.BadResource` when the
   * handle is closed meanwhile.
   * @throws {RangeError} When it is too long, or its length does not fit the layout.
   */
  async put(bytes: Uint8Array, options?: PutOptions): Promise<number> {
    const operation = `put a job into ${this.#object.what}`;
    const { notBefore, wait } = readPutOptions(options, operation);
    const patience = readPatience(wait, operation);
    checkJob(bytes, this.#made, operation);
    for (;;) {
      using guard = this.#lock.tryLock() ?? await this.#lock.lock(patience);
      checkJob(bytes, this.#made, operation);
      const { event } = this.#putters.changes;
      const number = this.#putNow(bytes, notBefore);
      if (number !== undefined) return inTurn(number);
      guard.unlock();
      await this.#putters.sleep(event, patience, NET_MS);
    }
  }

  /**
   * Puts a job if there is room.
   *
   * @param bytes What the job is; copied.
   * @param options A delay.
   * @returns Its number, or null when there is no room, or another process is in
   * the middle of a change.
   * @throws {RangeError} When it is too long, or its length does not fit the layout.
   */
  tryPut(
    bytes: Uint8Array,
    options?: Pick<PutOptions, "delayMs">,
  ): number | null {
    const operation = `put a job into ${this.#object.what}`;
    const notBefore = readDelay(options, operation);
    checkJob(bytes, this.#made, operation);
    using guard = this.#lock.tryLock();
    return guard === null ? null : this.#putNow(bytes, notBefore) ?? null;
  }

  /**
   * Takes the next job, waiting until there is one.
   *
   * @param options How long to wait, and a signal.
   * @returns The job. Rejects with `Deno.errors.TimedOut` when the timeout expires,
   * with the signal's reason, or with `Deno.errors.BadResource` when the handle
   * is closed meanwhile.
   * @throws {Deno.errors.Busy} When 1000 handles take already.
   */
  async take(options?: WaitOptions): Promise<Job> {
    const operation = `take a job from ${this.#object.what}`;
    const patience = readPatience(options, operation);
    this.#object.requireOpen("take a job from");
    for (;;) {
      using guard = this.#lock.tryLock() ?? await this.#lock.lock(patience);
      const { event } = this.#takers.changes;
      const job = this.#handed.take();
      if (job !== undefined) return inTurn(job);
      const longestMs = this.#sleepMs();
      guard.unlock();
      await this.#takers.sleep(event, patience, longestMs);
    }
  }

  /**
   * Takes the next job if there is one.
   *
   * @returns The job, or null when there is none, or another process is in the
   * middle of a change.
   */
  tryTake(): Job | null {
    this.#object.requireOpen("take a job from");
    using guard = this.#lock.tryLock();
    return guard === null ? null : this.#handed.take() ?? null;
  }

  /**
   * Takes one job after the other; end each with `using`.
   *
   * @param options A signal, and how long to wait for each.
   */
  async *jobs(options?: WaitOptions): AsyncGenerator<Job, void> {
    for (;;) yield await this.take(options);
  }

  /** The same as {@linkcode WorkQueue.jobs}, for `for await`. */
  [Symbol.asyncIterator](): AsyncGenerator<Job, void> {
    return this.jobs();
  }

  /**
   * Looks at the jobs that were taken too often: `done()` drops one, `retry()`
   * lets it be tried again. They take room until then.
   *
   * @returns Them, in the order in which they were put.
   */
  failed(): Job[] {
    return this.#handed.failed();
  }

  /**
   * Counts the jobs; those of processes that died meanwhile count as taken until
   * a process wants a job.
   */
  status(): WorkQueueStatus {
    this.#object.requireOpen("look at");
    return this.#table.status();
  }

  /** Removes the name or file; processes that have it open go on with it. */
  unlink(): void {
    this.#object.unlink();
  }

  /** Closes this handle; jobs that it has go back. Harmless when done before. */
  close(): void {
    this.#takers.changes.leave();
    this.#putters.changes.leave();
    this.#lock.close();
  }

  /** The same as {@linkcode WorkQueue.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Puts a job, with the lock held, and wakes a taker. */
  #putNow(bytes: Uint8Array, notBefore: number): number | undefined {
    const number = this.#lock.change(() => this.#table.put(bytes, notBefore));
    if (number !== undefined) this.#takers.changes.wakeOne();
    return number;
  }

  /** How long to sleep at most until there may be a job, with the lock held. */
  #sleepMs(): number {
    const dueMs = this.#lock.change(() => this.#table.nextDue) - Date.now();
    const net = this.#table.status().taken > 0
      ? DEATHS_MS
      : lookAgainMs(NET_MS);
    return Math.min(net, Math.max(1, dueMs));
  }
}

import { wake, type Word, wordAt } from "../../ffi/sync/futex.ts";
import { describe } from "../../memory/checks/integers.ts";
import { type OptionNames, readOptions } from "../../memory/checks/options.ts";
import { regionOf } from "../../memory/mapping/mapping.ts";
import type { WaitOptions } from "../../memory/waiting/wait_options.ts";
import { Mutex } from "../../sync/locks/mutex/mutex.ts";
import type { MutexGuard } from "../../sync/locks/mutex/mutex_guard.ts";
import { lookAgainMs } from "../../sync/waiting/safety_nets.ts";
import { sleepAsync } from "../../sync/waiting/wait.ts";
import { objectMutex } from "../object/object_mutex.ts";
import type { Place } from "../object/place.ts";
import {
  LOCKS,
  StoreObject,
  type StoreOptions,
} from "../object/store_object.ts";
import {
  type Patience,
  readPatience,
  waitForObject,
} from "../object/wait_for.ts";
import { type Job, makeJob, type RetryOptions } from "./job.ts";
import { Inconsistent, JobTable, type TakenJob } from "./job_table.ts";
import {
  ATTEMPTS_LIMIT,
  DELAYED_COUNT,
  FAILED_COUNT,
  isSound,
  type Jobs,
  JOBS_EVENT,
  JOBS_SLEEPERS,
  jobsFor,
  KIND,
  MOST_ATTEMPTS,
  MUTEX,
  ROOM_EVENT,
  ROOM_SLEEPERS,
  TAKEN_COUNT,
  TAKERS,
  WAITING_COUNT,
} from "./queue_layout.ts";

/** Options of {@linkcode WorkQueue.create}. */
export interface WorkQueueOptions extends StoreOptions {
  /** How many jobs there is room for, up to 2^24; failed ones count. */
  readonly jobs: number;
  /** Bytes of the largest job. */
  readonly byteLength: number;
  /**
   * How often a job may be taken, 1 to 4095, before it becomes a failed one
   * instead of going back. Default: 3.
   */
  readonly maxAttempts?: number;
}

/** How {@linkcode WorkQueue.put} puts. */
export interface PutOptions extends WaitOptions {
  /** How long nobody gets the job, in milliseconds. Default: 0. */
  readonly delayMs?: number;
}

/** How many jobs a queue has. */
export interface WorkQueueStatus {
  /** That can be taken now. */
  readonly waiting: number;
  /** That wait for their time. */
  readonly delayed: number;
  /** That someone has. */
  readonly taken: number;
  /** That were taken too often. */
  readonly failed: number;
}

const NOUN = "work queue";
const CREATE_NAMES: OptionNames<WorkQueueOptions> = {
  jobs: true,
  byteLength: true,
  maxAttempts: true,
  mode: true,
  ifExists: true,
  ifStale: true,
};
const PUT_NAMES: OptionNames<PutOptions> = {
  delayMs: true,
  timeoutMs: true,
  signal: true,
};

/** A process that dies wakes nobody: who waits for its jobs looks this often. */
const DEATHS_MS = 100;
/** The same for wake-ups that died with the one that was woken. */
const NET_MS = 250;
/** How long a job that ends waits for a process that was stopped in the middle. */
const END_MS = 10_000;

/** The right to change the table. */
interface Held extends Disposable {
  unlock(): void;
}

/**
 * The same while a task of this thread has the mutex and has not gone on yet:
 * between two changes, as far as anyone can see.
 */
const BORROWED: Held = { unlock() {}, [Symbol.dispose]() {} };

/** Counters and words that one side waits for. */
interface Side {
  readonly event: number;
  readonly sleepers: number;
  readonly word: Word;
  counted: number;
}

/**
 * A queue of jobs between any number of processes that put and that take: each
 * job goes to one of them. In order, bounded, waited for without using the
 * processor; Linux.
 *
 * The jobs of a process that dies go to the others, told by the kernel. So each
 * job is done at least once, and exactly once when nobody dies after doing it and
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
  readonly #jobs: Jobs;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #table: JobTable;
  readonly #mutex: Mutex;
  readonly #takers: Side;
  readonly #putters: Side;
  /** The place whose byte this handle has locked; -1 before it takes. */
  #taker = -1;
  /** When it looks for the dead again. */
  #looksAgainAt = 0;

  private constructor(object: StoreObject<"read-write">, jobs: Jobs) {
    const { bytes } = object.mapping;
    const region = regionOf(object.mapping);
    this.#object = object;
    this.#jobs = jobs;
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, MUTEX / 4);
    this.#table = new JobTable(bytes, jobs);
    this.#mutex = objectMutex(object, MUTEX);
    this.#takers = {
      event: JOBS_EVENT,
      sleepers: JOBS_SLEEPERS,
      word: wordAt(region, JOBS_EVENT * 4),
      counted: 0,
    };
    this.#putters = {
      event: ROOM_EVENT,
      sleepers: ROOM_SLEEPERS,
      word: wordAt(region, ROOM_EVENT * 4),
      counted: 0,
    };
  }

  /**
   * Creates a queue, empty.
   *
   * @param place A name, or `{ path }`.
   * @param options How many jobs of what size, and so on.
   * @returns The handle.
   * @throws {Deno.errors.AlreadyExists} When there is one (EEXIST).
   * @throws {RangeError} With `ifExists: "open"`, when the one that is there has
   * another size.
   */
  static create(place: Place, options: WorkQueueOptions): WorkQueue {
    const operation = `create ${NOUN}`;
    const read = readOptions(options, CREATE_NAMES, operation);
    const { jobs: count, byteLength, maxAttempts = 3 } = read;
    if (!isSound(count, byteLength)) {
      throw new RangeError(
        `Cannot ${operation}: it takes jobs, an integer from 1 to 2^24, and byteLength, from 1 to 2^31 - 1: received ${
          describe(count)
        } and ${describe(byteLength)}`,
      );
    }
    if (
      !(Number.isInteger(maxAttempts) && maxAttempts >= 1 &&
        maxAttempts <= ATTEMPTS_LIMIT)
    ) {
      throw new RangeError(
        `Cannot ${operation}: maxAttempts must be an integer from 1 to ${ATTEMPTS_LIMIT}: received ${
          describe(maxAttempts)
        }`,
      );
    }
    const jobs = jobsFor(count, byteLength);
    const object = StoreObject.create(NOUN, place, {
      ...(read.mode === undefined ? {} : { mode: read.mode }),
      ...(read.ifExists === undefined ? {} : { ifExists: read.ifExists }),
      ...(read.ifStale === undefined ? {} : { ifStale: read.ifStale }),
      header: {
        kind: KIND,
        size: jobs.size,
        hash: 0n,
        a: count,
        b: byteLength,
      },
      fill: (bytes) => {
        const words = new Int32Array(bytes.buffer, bytes.byteOffset, MUTEX / 4);
        words[MOST_ATTEMPTS] = maxAttempts;
        Mutex.create(bytes, MUTEX);
        new JobTable(bytes, jobs).rebuild();
      },
    });
    return WorkQueue.#over(object, (found) => {
      if (found.count === count && found.capacity === byteLength) return;
      throw new RangeError(
        `Cannot open ${object.what}: it has room for ${found.count} jobs of ${found.capacity} bytes, and ${count} of ${byteLength} were asked for`,
      );
    });
  }

  /**
   * Opens a queue.
   *
   * @param place A name, or `{ path }`.
   * @returns The handle.
   * @throws {Deno.errors.NotFound} When there is none (ENOENT).
   * @throws {Deno.errors.InvalidData} When it is something else, or damaged.
   */
  static open(place: Place): WorkQueue {
    return WorkQueue.#over(
      StoreObject.open(NOUN, place, "read-write"),
      () => {},
    );
  }

  /**
   * Opens a queue as soon as it is there.
   *
   * @param place A name, or `{ path }`.
   * @param options How long to wait, and a signal.
   * @returns The handle. Rejects with `Deno.errors.TimedOut` when the time is
   * over, and with the signal's reason.
   */
  static async waitFor(
    place: Place,
    options?: WaitOptions,
  ): Promise<WorkQueue> {
    return await waitForObject(
      NOUN,
      place,
      () => WorkQueue.open(place),
      options,
    );
  }

  static #over(
    object: StoreObject<"read-write">,
    check: (jobs: Jobs) => void,
  ): WorkQueue {
    using undo = new DisposableStack();
    undo.defer(() => {
      if (object.created) object.unlink();
      object.close();
    });
    const { a: count, b: capacity } = object.header(KIND);
    const jobs = jobsFor(count, capacity);
    if (!isSound(count, capacity) || jobs.size !== object.size) {
      throw new Deno.errors.InvalidData(
        `Cannot open ${object.what}: its header is damaged: ${count} jobs of ${capacity} bytes do not make ${object.size} bytes`,
      );
    }
    check(jobs);
    const queue = new WorkQueue(object, jobs);
    undo.move();
    return queue;
  }

  /** Its name with a slash, or its path. */
  get name(): string {
    return this.#object.name;
  }

  /** Whether this handle created it. */
  get created(): boolean {
    return this.#object.created;
  }

  /** Bytes of the largest job. */
  get byteLength(): number {
    return this.#jobs.capacity;
  }

  /**
   * Puts a job, waiting while there is no room.
   *
   * @param bytes What the job is; copied.
   * @param options A delay, how long to wait for room, and a signal.
   * @returns Its number. Rejects with `Deno.errors.TimedOut` when the time is
   * over, with the signal's reason, or with `Deno.errors.BadResource` when the
   * handle is closed meanwhile.
   * @throws {RangeError} When it is too long.
   */
  async put(bytes: Uint8Array, options?: PutOptions): Promise<number> {
    const operation = `put a job into ${this.#object.what}`;
    const { delayMs, ...wait } = readOptions(options, PUT_NAMES, operation);
    const notBefore = dueAfter(delayMs, operation);
    const patience = readPatience(wait, operation);
    this.#checkJob(bytes, operation);
    for (;;) {
      using guard = this.#tryLock() ?? await this.#lock(patience);
      const event = Atomics.load(this.#words, ROOM_EVENT);
      const number = this.#sound(() => this.#table.put(bytes, notBefore));
      if (number !== undefined) {
        this.#tell(this.#takers);
        return number;
      }
      guard.unlock();
      await this.#sleep(this.#putters, event, patience, NET_MS);
    }
  }

  /**
   * Puts a job if there is room.
   *
   * @param bytes What the job is; copied.
   * @param options A delay.
   * @returns Its number, or null when there is no room, or another process is in
   * the middle of a change.
   * @throws {RangeError} When it is too long.
   */
  tryPut(
    bytes: Uint8Array,
    options?: Pick<PutOptions, "delayMs">,
  ): number | null {
    const operation = `put a job into ${this.#object.what}`;
    const { delayMs } = readOptions(options, { delayMs: true }, operation);
    const notBefore = dueAfter(delayMs, operation);
    this.#checkJob(bytes, operation);
    using guard = this.#tryLock();
    if (guard === null) return null;
    const number = this.#sound(() => this.#table.put(bytes, notBefore));
    if (number === undefined) return null;
    this.#tell(this.#takers);
    return number;
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
    this.#becomeTaker();
    for (;;) {
      using guard = this.#tryLock() ?? await this.#lock(patience);
      const event = Atomics.load(this.#words, JOBS_EVENT);
      const job = this.#takeNow();
      if (job !== undefined) return job;
      const dueMs = this.#sound(() => this.#table.nextDue) - Date.now();
      const others = this.#words[TAKEN_COUNT]! > 0;
      guard.unlock();
      const net = others ? DEATHS_MS : lookAgainMs(NET_MS);
      await this.#sleep(
        this.#takers,
        event,
        patience,
        Math.min(net, Math.max(1, dueMs)),
      );
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
    this.#becomeTaker();
    using guard = this.#tryLock();
    return guard === null ? null : this.#takeNow() ?? null;
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
    using _guard = this.#lockNow();
    return this.#sound(() => this.#table.failed()).map((failed) =>
      makeJob(failed.bytes, failed.number, failed.attempts, {
        done: () => this.#endFailed(failed, undefined),
        retry: (options) => this.#endFailed(failed, options ?? {}),
      })
    );
  }

  /**
   * Counts the jobs; those of processes that died meanwhile count as taken until
   * someone wants a job.
   */
  status(): WorkQueueStatus {
    this.#object.requireOpen("look at");
    const count = (word: number) =>
      Math.min(Math.max(0, Atomics.load(this.#words, word)), this.#jobs.count);
    return {
      waiting: count(WAITING_COUNT),
      delayed: count(DELAYED_COUNT),
      taken: count(TAKEN_COUNT),
      failed: count(FAILED_COUNT),
    };
  }

  /** Removes the name or file; processes that have it open go on with it. */
  unlink(): void {
    this.#object.unlink();
  }

  /**
   * Closes this handle; jobs that it has go back. Harmless when that was done
   * before.
   */
  close(): void {
    if (this.#words.length > 0) {
      for (const side of [this.#takers, this.#putters]) {
        Atomics.sub(this.#words, side.sleepers, side.counted);
        side.counted = 0;
      }
    }
    this.#object.close();
  }

  /** The same as {@linkcode WorkQueue.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Takes a job, with the mutex held; looks for the dead when there is none. */
  #takeNow(): Job | undefined {
    const taken = this.#sound(() => {
      const job = this.#table.take(this.#taker, Date.now());
      if (job !== undefined || !this.#giveBackDead()) return job;
      return this.#table.take(this.#taker, Date.now());
    });
    if (taken === undefined) return undefined;
    return makeJob(taken.bytes, taken.number, taken.attempts, {
      done: () => this.#endTaken(taken, undefined),
      retry: (options) => this.#endTaken(taken, options ?? {}),
    });
  }

  /** Returns the jobs of dead processes to the queue; whether there was any. */
  #giveBackDead(): boolean {
    // It looks at every job: not each time that there is none.
    const now = performance.now();
    if (now < this.#looksAgainAt) return false;
    this.#looksAgainAt = now + DEATHS_MS;
    let found = false;
    for (const taker of this.#table.takers()) {
      if (taker === this.#taker) continue;
      const alive = taker < TAKERS &&
        this.#object.isLocked(LOCKS.takers + taker);
      if (!alive && this.#table.giveBackAllOf(taker) > 0) found = true;
    }
    return found;
  }

  #endTaken(job: TakenJob, retry: RetryOptions | undefined): void {
    const operation = `end job ${job.number} of ${this.#object.what}`;
    const notBefore = retry === undefined ? 0 : dueAfter(
      readOptions(retry, { delayMs: true }, operation).delayMs,
      operation,
    );
    // Closing gave it back.
    if (this.#words.length === 0 && retry !== undefined) return;
    using _guard = this.#lockNow();
    this.#sound(() => {
      if (!this.#table.has(job, this.#taker)) {
        throw new Deno.errors.InvalidData(
          `Cannot ${operation}: it is not in the hands of this process any more`,
        );
      }
      if (retry === undefined) this.#table.remove(job.index);
      else this.#table.giveBack(job.index, notBefore);
    });
    this.#tell(retry === undefined ? this.#putters : this.#takers);
  }

  #endFailed(job: TakenJob, retry: RetryOptions | undefined): void {
    const operation = `end failed job ${job.number} of ${this.#object.what}`;
    const notBefore = retry === undefined ? 0 : dueAfter(
      readOptions(retry, { delayMs: true }, operation).delayMs,
      operation,
    );
    using _guard = this.#lockNow();
    this.#sound(() => {
      if (!this.#table.hasFailed(job)) {
        throw new Deno.errors.InvalidData(
          `Cannot ${operation}: another one has ended it`,
        );
      }
      if (retry === undefined) this.#table.remove(job.index);
      else this.#table.giveBack(job.index, notBefore, true);
    });
    this.#tell(retry === undefined ? this.#putters : this.#takers);
  }

  /** Has a place of its own, by which others see that this handle is there. */
  #becomeTaker(): void {
    this.#object.requireOpen("take a job from");
    if (this.#taker !== -1) return;
    for (let place = 0; place < TAKERS; place++) {
      if (!this.#object.tryLock(LOCKS.takers + place)) continue;
      this.#taker = place;
      // What the one before left in this place is nobody's.
      using _guard = this.#lockNow();
      this.#sound(() => this.#table.giveBackAllOf(place));
      return;
    }
    throw new Deno.errors.Busy(
      `Cannot take a job from ${this.#object.what}: ${TAKERS} handles take already`,
    );
  }

  /**
   * Has the table to itself, without waiting when that can be: what is between
   * this and the end of a change never waits, so that a task of this program
   * finds the mutex held by another one only while that is about to go on.
   */
  async #lock({ end, signal }: Patience): Promise<Held> {
    const timeoutMs = Math.max(0, end - performance.now());
    return this.#mended(
      await this.#mutex.lockAsync(
        signal === undefined ? { timeoutMs } : { timeoutMs, signal },
      ),
    );
  }

  #tryLock(): Held | null {
    this.#object.requireOpen("use");
    const guard = this.#mutex.tryLock();
    if (guard !== null) return this.#mended(guard);
    return this.#mutex.heldHere ? BORROWED : null;
  }

  #lockNow(): Held {
    return this.#tryLock() ??
      this.#mended(this.#mutex.lock({ timeoutMs: END_MS }));
  }

  /** Mends what the one that had the mutex before left half-done. */
  #mended(guard: MutexGuard): Held {
    if (guard.ownerDied) {
      this.#table.rebuild();
      // It may have told nobody.
      this.#tell(this.#takers, true);
      this.#tell(this.#putters, true);
    }
    return guard;
  }

  /** Does something with the table, which is rebuilt when it does not fit. */
  #sound<Result>(change: () => Result): Result {
    try {
      return change();
    } catch (error) {
      if (!(error instanceof Inconsistent)) throw error;
    }
    try {
      this.#table.rebuild();
      return change();
    } catch (error) {
      if (!(error instanceof Inconsistent)) throw error;
      throw new Deno.errors.InvalidData(
        `Cannot use ${this.#object.what}: another program has overwritten it; remove it`,
      );
    }
  }

  /** Wakes one of a side, or all. */
  #tell({ event, sleepers, word }: Side, all = false): void {
    Atomics.add(this.#words, event, 1);
    if (Atomics.load(this.#words, sleepers) !== 0) {
      wake(word, all ? 0x7fff_ffff : 1);
    }
  }

  async #sleep(
    side: Side,
    event: number,
    { end, timeoutMs, signal }: Patience,
    longestMs: number,
  ): Promise<void> {
    signal?.throwIfAborted();
    const leftMs = end - performance.now();
    if (leftMs <= 0) {
      throw new Deno.errors.TimedOut(
        `Cannot wait any longer for ${this.#object.what}: ${
          side === this.#takers ? "there was no job" : "there was no room"
        } within ${timeoutMs} ms`,
      );
    }
    Atomics.add(this.#words, side.sleepers, 1);
    side.counted++;
    try {
      await sleepAsync(side.word, event, this.#object.mapping, {
        timeoutMs: Math.min(leftMs, longestMs),
        ...(signal === undefined ? {} : { signal }),
      });
    } finally {
      if (side.counted > 0 && this.#words.length > 0) {
        side.counted--;
        Atomics.sub(this.#words, side.sleepers, 1);
      }
    }
  }

  #checkJob(bytes: Uint8Array, operation: string): void {
    if (!(bytes instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot ${operation}: a job must be a Uint8Array: received ${
          describe(bytes)
        }`,
      );
    }
    if (bytes.byteLength > this.#jobs.capacity) {
      throw new RangeError(
        `Cannot ${operation}: a job may have ${this.#jobs.capacity} bytes: received ${bytes.byteLength}; create it with a larger byteLength`,
      );
    }
  }
}

/** When a job with a delay is due; 0 for at once. */
function dueAfter(delayMs: number | undefined, operation: string): number {
  if (delayMs === undefined || delayMs === 0) return 0;
  if (typeof delayMs === "number" && delayMs > 0 && delayMs <= 1e12) {
    return Date.now() + delayMs;
  }
  throw new RangeError(
    `Cannot ${operation}: delayMs must be milliseconds, 0 or more: received ${
      describe(delayMs)
    }`,
  );
}

import { requireStack } from "../../memory/checks/stack_room.ts";
import type { Mutex } from "../../sync/locks/mutex/mutex.ts";
import type { MutexGuard } from "../../sync/locks/mutex/mutex_guard.ts";
import { lockError, lockObject, objectMutex } from "../object/object_mutex.ts";
import { useRepaired } from "../object/repair.ts";
import type { StoreObject } from "../object/store_object.ts";
import type { Patience } from "../object/wait_for.ts";
import type { JobTable } from "./job_table.ts";
import { MUTEX } from "./queue_layout.ts";

/** How long a job that ends waits for a process that was stopped in the middle. */
const END_MS = 10_000;

/** The right to change the table. */
export interface Held extends Disposable {
  unlock(): void;
}

/**
 * The same while a task of this thread has the mutex and has not gone on yet:
 * between two changes, as far as anyone can see.
 */
const BORROWED: Held = { unlock() {}, [Symbol.dispose]() {} };

/**
 * The lock of a queue's table, which repairs what the one that had it before left
 * half-done.
 *
 * What is between taking it and the end of a change never waits, so that a task of
 * this program finds it held by another one only while that is about to go on.
 */
export class QueueLock {
  readonly #object: StoreObject<"read-write">;
  readonly #table: JobTable;
  readonly #mutex: Mutex;
  readonly #repaired: () => void;
  #closed = false;

  /**
   * Opens the lock.
   *
   * @param repaired Called when a process died with the lock, and may have woken
   * none of those that wait.
   */
  constructor(
    object: StoreObject<"read-write">,
    table: JobTable,
    repaired: () => void,
  ) {
    this.#object = object;
    this.#table = table;
    this.#mutex = objectMutex(object, MUTEX);
    this.#repaired = repaired;
  }

  /** Takes it, waiting while another process has it. */
  async lock({ end, signal }: Patience): Promise<Held> {
    const timeoutMs = Math.max(0, end - performance.now());
    const options = signal === undefined
      ? { timeoutMs }
      : { timeoutMs, signal };
    const guard = await this.#mutex.lockAsync(options).catch((error) => {
      this.#requireOpen();
      throw lockError(this.#object.what, error);
    });
    if (this.#closed) {
      guard.unlock();
      this.#closeObject();
      this.#requireOpen();
    }
    return this.#repair(guard);
  }

  /** Takes it if no other process has it. */
  tryLock(): Held | null {
    this.#requireOpen();
    requireStack("change");
    const guard = this.#mutex.tryLock();
    if (guard !== null) return this.#repair(guard);
    return this.#mutex.heldHere ? BORROWED : null;
  }

  /** Takes it, blocking this thread while another process has it. */
  lockNow(): Held {
    return this.tryLock() ??
      this.#repair(lockObject(this.#object.what, this.#mutex, END_MS));
  }

  /** Changes the table, which is rebuilt when it does not fit; with the lock. */
  change<Result>(change: () => Result): Result {
    return useRepaired(this.#object.what, this.#table, change);
  }

  /** Whether {@linkcode QueueLock.close} was called, or the memory is gone. */
  get closed(): boolean {
    return this.#closed || this.#object.mapping.closed;
  }

  /**
   * Closes the object. A task of this program that was given the lock and has not
   * gone on yet still needs the memory: then it is closed as soon as that does, and
   * no task gets the lock from here on.
   */
  close(): void {
    this.#closed = true;
    this.#closeObject();
  }

  #closeObject(): void {
    try {
      this.#object.close();
    } catch (error) {
      // A mutex in it is held.
      if (!(error instanceof Deno.errors.Busy)) throw error;
    }
  }

  #requireOpen(): void {
    if (!this.closed) return;
    throw new Deno.errors.BadResource(
      `Cannot use ${this.#object.what}: it is closed`,
    );
  }

  #repair(guard: MutexGuard): Held {
    if (guard.ownerDied) {
      this.#table.rebuild();
      this.#repaired();
    }
    return guard;
  }
}

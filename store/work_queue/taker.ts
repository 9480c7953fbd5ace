import { LOCKS, type StoreObject } from "../object/store_object.ts";
import type { JobTable, TakenJob } from "./job_table.ts";
import { TAKERS } from "./queue_layout.ts";
import type { QueueLock } from "./queue_lock.ts";

/** A process that dies wakes no other: those that wait for its jobs look this often. */
export const DEATHS_MS = 100;

/**
 * A handle as one that takes jobs: it has a place of its own, whose byte it has
 * locked, and by which others see that it is there.
 */
export class Taker {
  readonly #object: StoreObject<"read-write">;
  readonly #table: JobTable;
  readonly #lock: QueueLock;
  /** -1 before it takes. */
  #place = -1;
  /** When it looks for the dead again. */
  #looksAgainAt = 0;

  /** Is none yet. */
  constructor(
    object: StoreObject<"read-write">,
    table: JobTable,
    lock: QueueLock,
  ) {
    this.#object = object;
    this.#table = table;
    this.#lock = lock;
  }

  /**
   * Takes a job, with the lock held; looks for the dead when there is none.
   *
   * @throws {Deno.errors.Busy} When as many take as can.
   */
  take(): TakenJob | undefined {
    return this.#lock.change(() => {
      if (this.#place === -1) this.#enter();
      const job = this.#table.take(this.#place, Date.now());
      if (job !== undefined || !this.#putBackJobsOfDead()) return job;
      return this.#table.take(this.#place, Date.now());
    });
  }

  /** Whether a job is still in its hands, with the lock held. */
  has(job: TakenJob): boolean {
    return this.#table.has(job, this.#place);
  }

  /** Becomes one that takes. */
  #enter(): void {
    for (let place = 0; place < TAKERS; place++) {
      if (!this.#object.tryLock(LOCKS.takers + place)) continue;
      // What the taker before left in this place has no owner. Where that fails, the
      // place is not taken, and the next try returns them.
      this.#table.putBackAllOf(place);
      this.#place = place;
      return;
    }
    throw new Deno.errors.Busy(
      `Cannot take a job from ${this.#object.what}: ${TAKERS} handles take already`,
    );
  }

  /** Returns the jobs of dead processes to the queue; whether there was any. */
  #putBackJobsOfDead(): boolean {
    // It looks at every job: not each time that there is none.
    const now = performance.now();
    if (now < this.#looksAgainAt) return false;
    this.#looksAgainAt = now + DEATHS_MS;
    let found = false;
    for (const taker of this.#table.takers()) {
      if (taker === this.#place) continue;
      const alive = taker < TAKERS &&
        this.#object.isLocked(LOCKS.takers + taker);
      if (!alive && this.#table.putBackAllOf(taker) > 0) found = true;
    }
    return found;
  }
}

import { byteLengthOf } from "../../channel/buffers/typed_arrays.ts";
import { DelayedJobs } from "./delayed_jobs.ts";
import { JobSlots } from "./job_slots.ts";
import {
  ATTEMPTS_LIMIT,
  attemptsOf,
  DELAYED_COUNT,
  FAILED,
  FAILED_COUNT,
  FIRST,
  FREE,
  FREE_LIST,
  type Jobs,
  LAST,
  LENGTH,
  MOST_ATTEMPTS,
  NEXT,
  packState,
  STATE,
  stateOf,
  TAKEN,
  TAKEN_COUNT,
  takerOf,
  VALUE,
  WAITING,
  WAITING_COUNT,
} from "./queue_layout.ts";
import type { WorkQueueStatus } from "./queue_options.ts";

/** A job that was taken, as the table knows it. */
export interface TakenJob {
  readonly index: number;
  readonly number: number;
  readonly attempts: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * The jobs of a queue and the lists that find them; to be used while the mutex is
 * held. What does not fit is `Inconsistent`, and `rebuild` repairs it.
 */
export class JobTable {
  readonly #slots: JobSlots;
  readonly #delayed: DelayedJobs;
  readonly #words: Int32Array<ArrayBuffer>;

  /** Looks at the jobs of an object. */
  constructor(bytes: Uint8Array<ArrayBuffer>, jobs: Jobs) {
    this.#slots = new JobSlots(bytes, jobs);
    this.#delayed = new DelayedJobs(this.#slots);
    this.#words = this.#slots.words;
  }

  /**
   * Adds a job.
   *
   * @returns Its number, or nothing when there is no room.
   */
  put(value: Uint8Array, notBefore: number): number | undefined {
    const words = this.#words;
    const slots = this.#slots;
    const index = words[FREE_LIST]! - 1;
    if (index === -1) return undefined;
    const slot = slots.withState(index, FREE);
    slots.bytes.set(value, slot * 4 + VALUE);
    const number = slots.lastNumber + 1;
    slots.lastNumber = number;
    words[slot + LENGTH] = byteLengthOf(value);
    slots.setNumberAt(slot, number);
    slots.setDueTimeAt(slot, notBefore);
    words[FREE_LIST] = words[slot + NEXT]!;
    // From here on it is a job, whatever happens to its process.
    Atomics.store(words, slot + STATE, packState(WAITING, 0, 0));
    this.#enter(index, slot, notBefore);
    return number;
  }

  /**
   * Takes the job whose turn it is.
   *
   * @returns It, or nothing when none is due.
   */
  take(taker: number, now: number): TakenJob | undefined {
    const words = this.#words;
    const slots = this.#slots;
    this.#admitDue(now);
    const index = words[FIRST]! - 1;
    if (index === -1) return undefined;
    const slot = slots.withState(index, WAITING);
    const bytes = slots.copyOf(slot);
    const attempts = Math.min(
      attemptsOf(words[slot + STATE]!) + 1,
      ATTEMPTS_LIMIT,
    );
    words[FIRST] = words[slot + NEXT]!;
    if (words[FIRST] === 0) words[LAST] = 0;
    Atomics.store(words, slot + STATE, packState(TAKEN, attempts, taker));
    words[WAITING_COUNT]!--;
    words[TAKEN_COUNT]!++;
    return { index, number: slots.numberAt(slot), attempts, bytes };
  }

  /** Whether a job is still this taker's. */
  has({ index, number }: TakenJob, taker: number): boolean {
    const slot = this.#slots.at(index);
    const word = this.#words[slot + STATE]!;
    return stateOf(word) === TAKEN && takerOf(word) === taker &&
      this.#slots.numberAt(slot) === number;
  }

  /** Whether a job has failed and is still the same one. */
  hasFailed({ index, number }: TakenJob): boolean {
    const slot = this.#slots.at(index);
    return stateOf(this.#words[slot + STATE]!) === FAILED &&
      this.#slots.numberAt(slot) === number;
  }

  /** Ends a job. */
  remove(index: number): void {
    const slot = this.#slots.at(index);
    const state = stateOf(this.#words[slot + STATE]!);
    Atomics.store(this.#words, slot + STATE, FREE);
    this.#free(index, slot);
    this.#uncount(state);
  }

  /**
   * Returns a job to the queue, or makes it a failed one when it was taken too
   * often.
   *
   * @param notBefore When it is due: 0 for at once, as the next one.
   * @param resetAttempts Whether its attempts are counted from 0 again.
   */
  putBack(index: number, notBefore: number, resetAttempts = false): void {
    const words = this.#words;
    const slot = this.#slots.at(index);
    const word = words[slot + STATE]!;
    const attempts = resetAttempts ? 0 : attemptsOf(word);
    const failed = !resetAttempts && attempts >= words[MOST_ATTEMPTS]!;
    this.#slots.setDueTimeAt(slot, notBefore);
    Atomics.store(
      words,
      slot + STATE,
      packState(failed ? FAILED : WAITING, attempts, 0),
    );
    this.#uncount(stateOf(word));
    if (failed) words[FAILED_COUNT]!++;
    else if (notBefore > 0) this.#enter(index, slot, notBefore);
    else this.#enterFirst(index, slot);
  }

  /** Counts the jobs; without the lock, too. */
  status(): WorkQueueStatus {
    const { count } = this.#slots.jobs;
    const read = (word: number) =>
      Math.min(Math.max(0, Atomics.load(this.#words, word)), count);
    return {
      waiting: read(WAITING_COUNT),
      delayed: read(DELAYED_COUNT),
      taken: read(TAKEN_COUNT),
      failed: read(FAILED_COUNT),
    };
  }

  /** When the next delayed job is due; `Infinity` without one. */
  get nextDue(): number {
    return this.#delayed.nextDue;
  }

  /** The takers that have jobs. */
  takers(): Set<number> {
    const takers = new Set<number>();
    if (this.#words[TAKEN_COUNT] === 0) return takers;
    for (const { word } of this.#all(TAKEN)) takers.add(takerOf(word));
    return takers;
  }

  /** Returns all jobs of a dead taker to the queue; how many there were. */
  putBackAllOf(taker: number): number {
    const own = [...this.#all(TAKEN)]
      .filter(({ word }) => takerOf(word) === taker)
      .map(({ index, slot }) => ({
        index,
        number: this.#slots.numberAt(slot),
      }));
    // From the last on: each becomes the first, and they stay in order.
    own.sort((a, b) => b.number - a.number);
    for (const { index } of own) this.putBack(index, 0);
    return own.length;
  }

  /** The failed jobs, in their order. */
  failed(): TakenJob[] {
    return [...this.#all(FAILED)]
      .map(({ index, slot, word }) => ({
        index,
        number: this.#slots.numberAt(slot),
        attempts: attemptsOf(word),
        bytes: this.#slots.copyOf(slot),
      }))
      .sort((a, b) => a.number - b.number);
  }

  /** Rebuilds lists, heap and numbers from the states. */
  rebuild(): void {
    const words = this.#words;
    const slots = this.#slots;
    const waiting: { index: number; number: number }[] = [];
    words[FREE_LIST] = 0;
    words[FIRST] = 0;
    words[LAST] = 0;
    words.fill(0, WAITING_COUNT, FAILED_COUNT + 1);
    let highest = slots.lastNumber;
    for (let index = slots.jobs.count - 1; index >= 0; index--) {
      const slot = slots.at(index);
      const state = stateOf(words[slot + STATE]!);
      const number = slots.numberAt(slot);
      if (state !== FREE) highest = Math.max(highest, number);
      if (state === WAITING) waiting.push({ index, number });
      else if (state === TAKEN) words[TAKEN_COUNT]!++;
      else if (state === FAILED) words[FAILED_COUNT]!++;
      else {
        words[slot + STATE] = FREE;
        this.#free(index, slot);
      }
    }
    slots.lastNumber = highest;
    for (const { index } of waiting.sort((a, b) => a.number - b.number)) {
      this.#enter(index, slots.at(index), slots.dueTime(index));
    }
  }

  /** Jobs of a state, in the order of their places. */
  *#all(state: number) {
    for (let index = 0; index < this.#slots.jobs.count; index++) {
      const slot = this.#slots.at(index);
      const word = this.#words[slot + STATE]!;
      if (stateOf(word) === state) yield { index, slot, word };
    }
  }

  /** Puts a job into the line, or among the delayed ones. */
  #enter(index: number, slot: number, notBefore: number): void {
    const words = this.#words;
    if (notBefore > 0) return this.#delayed.push(index);
    words[slot + NEXT] = 0;
    const last = words[LAST]! - 1;
    if (last === -1) words[FIRST] = index + 1;
    else words[this.#slots.at(last) + NEXT] = index + 1;
    words[LAST] = index + 1;
    words[WAITING_COUNT]!++;
  }

  #enterFirst(index: number, slot: number): void {
    const words = this.#words;
    words[slot + NEXT] = words[FIRST]!;
    words[FIRST] = index + 1;
    if (words[LAST] === 0) words[LAST] = index + 1;
    words[WAITING_COUNT]!++;
  }

  #free(index: number, slot: number): void {
    this.#words[slot + NEXT] = this.#words[FREE_LIST]!;
    this.#words[FREE_LIST] = index + 1;
  }

  /** Counts one less of a state that jobs are ended in. */
  #uncount(state: number): void {
    if (state === TAKEN) this.#words[TAKEN_COUNT]!--;
    else if (state === FAILED) this.#words[FAILED_COUNT]!--;
  }

  /** Moves delayed jobs whose time has come into the queue. */
  #admitDue(now: number): void {
    while (this.nextDue <= now) {
      const index = this.#delayed.pop();
      const slot = this.#slots.withState(index, WAITING);
      this.#slots.setDueTimeAt(slot, 0);
      this.#enter(index, slot, 0);
    }
  }
}

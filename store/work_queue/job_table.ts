import {
  ATTEMPTS_LIMIT,
  attemptsOf,
  DELAYED_COUNT,
  FAILED,
  FAILED_COUNT,
  FIRST,
  FREE,
  FREE_LIST,
  HEAP,
  JOB_NUMBER,
  type Jobs,
  LAST,
  LENGTH,
  MOST_ATTEMPTS,
  NEXT,
  NOT_BEFORE,
  NUMBER,
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

const TWO_32 = 2 ** 32;

/** A job that was taken, as the table knows it. */
export interface TakenJob {
  readonly index: number;
  readonly number: number;
  readonly attempts: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Lists that do not fit the states: someone died, or overwrote them. */
export class Inconsistent extends Error {
  override name = "Inconsistent";
}

/**
 * The jobs of a queue and the lists that find them; to be used while the mutex is
 * held. Nothing that it reads from memory is believed unchecked: an index outside,
 * or a job of the wrong state, is {@linkcode Inconsistent}, and `rebuild` mends
 * it.
 */
export class JobTable {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #times: DataView;
  readonly #jobs: Jobs;

  /** Looks at the jobs of an object. */
  constructor(bytes: Uint8Array<ArrayBuffer>, jobs: Jobs) {
    this.#bytes = bytes;
    this.#jobs = jobs;
    this.#words = new Int32Array(bytes.buffer, bytes.byteOffset, jobs.size / 4);
    this.#times = new DataView(bytes.buffer, bytes.byteOffset, jobs.size);
  }

  /**
   * Adds a job.
   *
   * @returns Its number, or nothing when there is no room.
   */
  put(value: Uint8Array, notBefore: number): number | undefined {
    const words = this.#words;
    const index = words[FREE_LIST]! - 1;
    if (index === -1) return undefined;
    const slot = this.#slotOf(index, FREE);
    const start = slot * 4;
    this.#bytes.set(value, start + VALUE);
    const number = this.#nextNumber();
    words[slot + LENGTH] = value.byteLength;
    words[slot + JOB_NUMBER] = number | 0;
    words[slot + JOB_NUMBER + 1] = (number / TWO_32) | 0;
    this.#times.setFloat64(start + NOT_BEFORE, notBefore, true);
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
    this.#admitDue(now);
    const index = words[FIRST]! - 1;
    if (index === -1) return undefined;
    const slot = this.#slotOf(index, WAITING);
    const length = words[slot + LENGTH]!;
    if (length < 0 || length > this.#jobs.capacity) throw new Inconsistent();
    const start = slot * 4 + VALUE;
    const bytes = this.#bytes.slice(start, start + length);
    const attempts = Math.min(
      attemptsOf(words[slot + STATE]!) + 1,
      ATTEMPTS_LIMIT,
    );
    words[FIRST] = words[slot + NEXT]!;
    if (words[FIRST] === 0) words[LAST] = 0;
    Atomics.store(words, slot + STATE, packState(TAKEN, attempts, taker));
    words[WAITING_COUNT]!--;
    words[TAKEN_COUNT]!++;
    return { index, number: this.#numberOf(slot), attempts, bytes };
  }

  /** Whether a job is still this taker's. */
  has({ index, number }: TakenJob, taker: number): boolean {
    const slot = this.#slotAt(index);
    const word = this.#words[slot + STATE]!;
    return stateOf(word) === TAKEN && takerOf(word) === taker &&
      this.#numberOf(slot) === number;
  }

  /** Ends a job. */
  remove(index: number): void {
    const words = this.#words;
    const slot = this.#slotAt(index);
    const state = stateOf(words[slot + STATE]!);
    Atomics.store(words, slot + STATE, FREE);
    words[slot + NEXT] = words[FREE_LIST]!;
    words[FREE_LIST] = index + 1;
    if (state === TAKEN) words[TAKEN_COUNT]!--;
    else if (state === FAILED) words[FAILED_COUNT]!--;
  }

  /**
   * Returns a job to the queue, or makes it a failed one when it was taken too often.
   *
   * @param front Whether it is the next one, or comes last.
   */
  giveBack(index: number, notBefore: number, anew = false): void {
    const words = this.#words;
    const slot = this.#slotAt(index);
    const word = words[slot + STATE]!;
    const attempts = anew ? 0 : attemptsOf(word);
    const failed = !anew && attempts >= words[MOST_ATTEMPTS]!;
    this.#times.setFloat64(slot * 4 + NOT_BEFORE, notBefore, true);
    Atomics.store(
      words,
      slot + STATE,
      packState(failed ? FAILED : WAITING, attempts, 0),
    );
    if (stateOf(word) === TAKEN) words[TAKEN_COUNT]!--;
    else if (stateOf(word) === FAILED) words[FAILED_COUNT]!--;
    if (failed) words[FAILED_COUNT]!++;
    else if (notBefore > 0) this.#enter(index, slot, notBefore);
    else this.#enterFirst(index, slot);
  }

  /** When the next delayed job is due; `Infinity` without one. */
  get nextDue(): number {
    if (this.#words[DELAYED_COUNT] === 0) return Infinity;
    return this.#timeOf(this.#heapAt(0));
  }

  /** The takers that have jobs. */
  takers(): Set<number> {
    const takers = new Set<number>();
    if (this.#words[TAKEN_COUNT] === 0) return takers;
    for (let index = 0; index < this.#jobs.count; index++) {
      const word = this.#words[this.#slotAt(index) + STATE]!;
      if (stateOf(word) === TAKEN) takers.add(takerOf(word));
    }
    return takers;
  }

  /** Returns all jobs of a dead taker to the queue. */
  giveBackAllOf(taker: number): number {
    let found = 0;
    // From the last on: each becomes the first, and they stay in order.
    const numbers: { index: number; number: number }[] = [];
    for (let index = 0; index < this.#jobs.count; index++) {
      const slot = this.#slotAt(index);
      const word = this.#words[slot + STATE]!;
      if (stateOf(word) !== TAKEN || takerOf(word) !== taker) continue;
      numbers.push({ index, number: this.#numberOf(slot) });
      found++;
    }
    for (const { index } of numbers.sort((a, b) => b.number - a.number)) {
      this.giveBack(index, 0);
    }
    return found;
  }

  /** The failed jobs, in their order. */
  failed(): TakenJob[] {
    const failed: TakenJob[] = [];
    for (let index = 0; index < this.#jobs.count; index++) {
      const slot = this.#slotAt(index);
      const word = this.#words[slot + STATE]!;
      if (stateOf(word) !== FAILED) continue;
      const start = slot * 4 + VALUE;
      const length = Math.min(
        this.#words[slot + LENGTH]! >>> 0,
        this.#jobs.capacity,
      );
      failed.push({
        index,
        number: this.#numberOf(slot),
        attempts: attemptsOf(word),
        bytes: this.#bytes.slice(start, start + length),
      });
    }
    return failed.sort((a, b) => a.number - b.number);
  }

  /** Whether a job has failed and is still the same one. */
  hasFailed({ index, number }: TakenJob): boolean {
    const slot = this.#slotAt(index);
    return stateOf(this.#words[slot + STATE]!) === FAILED &&
      this.#numberOf(slot) === number;
  }

  /** Rebuilds lists, heap and numbers from the states. */
  rebuild(): void {
    const words = this.#words;
    const waiting: { index: number; number: number }[] = [];
    words[FREE_LIST] = 0;
    words[FIRST] = 0;
    words[LAST] = 0;
    words.fill(0, WAITING_COUNT, FAILED_COUNT + 1);
    let highest = this.#number();
    for (let index = this.#jobs.count - 1; index >= 0; index--) {
      const slot = this.#slotAt(index);
      const state = stateOf(words[slot + STATE]!);
      const number = this.#numberOf(slot);
      if (state !== FREE) highest = Math.max(highest, number);
      if (state === WAITING) waiting.push({ index, number });
      else if (state === TAKEN) words[TAKEN_COUNT]!++;
      else if (state === FAILED) words[FAILED_COUNT]!++;
      else {
        words[slot + STATE] = FREE;
        words[slot + NEXT] = words[FREE_LIST]!;
        words[FREE_LIST] = index + 1;
      }
    }
    this.#setNumber(highest);
    for (const { index } of waiting.sort((a, b) => a.number - b.number)) {
      this.#enter(index, this.#slotAt(index), this.#timeOf(index));
    }
  }

  /** Puts a job into the line, or among the delayed ones. */
  #enter(index: number, slot: number, notBefore: number): void {
    const words = this.#words;
    if (notBefore > 0) return this.#pushHeap(index);
    words[slot + NEXT] = 0;
    const last = words[LAST]! - 1;
    if (last === -1) words[FIRST] = index + 1;
    else words[this.#slotAt(last) + NEXT] = index + 1;
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

  /** Lets delayed jobs join the line whose time has come. */
  #admitDue(now: number): void {
    while (this.nextDue <= now) {
      const index = this.#popHeap();
      const slot = this.#slotOf(index, WAITING);
      this.#times.setFloat64(slot * 4 + NOT_BEFORE, 0, true);
      this.#enter(index, slot, 0);
    }
  }

  // A binary heap, the earliest time first.

  #heapAt(place: number): number {
    const index = this.#words[HEAP / 4 + place]!;
    if (index < 0 || index >= this.#jobs.count) throw new Inconsistent();
    return index;
  }

  #heapCount(): number {
    const count = this.#words[DELAYED_COUNT]!;
    if (count < 0 || count > this.#jobs.count) throw new Inconsistent();
    return count;
  }

  #pushHeap(index: number): void {
    const words = this.#words;
    const heap = HEAP / 4;
    let place = this.#heapCount();
    if (place === this.#jobs.count) throw new Inconsistent();
    const time = this.#timeOf(index);
    words[DELAYED_COUNT] = place + 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const other = this.#heapAt(parent);
      if (this.#timeOf(other) <= time) break;
      words[heap + place] = other;
      place = parent;
    }
    words[heap + place] = index;
  }

  #popHeap(): number {
    const words = this.#words;
    const heap = HEAP / 4;
    const first = this.#heapAt(0);
    const count = this.#heapCount() - 1;
    words[DELAYED_COUNT] = count;
    if (count === 0) return first;
    const moved = this.#heapAt(count);
    const time = this.#timeOf(moved);
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= count) break;
      const right = child + 1;
      if (
        right < count &&
        this.#timeOf(this.#heapAt(right)) < this.#timeOf(this.#heapAt(child))
      ) child = right;
      const other = this.#heapAt(child);
      if (this.#timeOf(other) >= time) break;
      words[heap + place] = other;
      place = child;
    }
    words[heap + place] = moved;
    return first;
  }

  #timeOf(index: number): number {
    const time = this.#times.getFloat64(
      this.#slotAt(index) * 4 + NOT_BEFORE,
      true,
    );
    return time > 0 ? time : 0;
  }

  /** Where a job lies, in words. */
  #slotAt(index: number): number {
    if (index < 0 || index >= this.#jobs.count) throw new Inconsistent();
    return (this.#jobs.start + index * this.#jobs.stride) / 4;
  }

  /** The same, of a job that must have a state. */
  #slotOf(index: number, state: number): number {
    const slot = this.#slotAt(index);
    if (stateOf(this.#words[slot + STATE]!) !== state) throw new Inconsistent();
    return slot;
  }

  #numberOf(slot: number): number {
    return (this.#words[slot + JOB_NUMBER]! >>> 0) +
      (this.#words[slot + JOB_NUMBER + 1]! >>> 0) * TWO_32;
  }

  #number(): number {
    return (this.#words[NUMBER]! >>> 0) +
      (this.#words[NUMBER + 1]! >>> 0) * TWO_32;
  }

  #setNumber(number: number): void {
    this.#words[NUMBER] = number | 0;
    this.#words[NUMBER + 1] = (number / TWO_32) | 0;
  }

  #nextNumber(): number {
    const number = this.#number() + 1;
    this.#setNumber(number);
    return number;
  }
}

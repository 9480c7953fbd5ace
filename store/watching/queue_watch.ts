import type { ReadonlyBytes } from "../../memory/views/readonly_bytes.ts";
import { finishLoads } from "../../channel/watching/positions.ts";
import {
  attemptsOf,
  FAILED,
  FREE,
  FREE_LIST,
  isSound,
  JOB_NUMBER,
  type Jobs,
  JOBS_EVENT,
  jobsFor,
  KIND,
  LENGTH,
  NUMBER,
  packState,
  ROOM_EVENT,
  STATE,
  stateOf,
  TAKEN,
  VALUE,
  WAITING,
} from "../work_queue/queue_layout.ts";
import { isLayoutArea } from "../object/layout_area.ts";
import { damagedHeader, viewObject } from "./object_view.ts";

const TWO_32 = 2 ** 32;
/** The state of a job that was put, and not taken yet. */
const PUT = packState(WAITING, 0, 0);
/** How many jobs are looked at in one turn. */
const LOOKS = 4096;

/** What happened to a job. */
export type JobEvent = "put" | "taken" | "returned" | "failed" | "gone";

/** A job to which something happened. */
export interface WatchedJob {
  readonly event: JobEvent;
  /** 1 for the first that was ever put. */
  readonly number: number;
  /** How often it was taken. */
  readonly attempts: number;
  /** A copy; empty when it is gone, for it may be another one's by now. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What is known of the job in a slot. */
interface Known {
  readonly word: number;
  readonly number: number;
}

/**
 * Watches the jobs of a `WorkQueue` without a lock: it compares their states with
 * those that it saw before. What happens twice to a job in between is seen once.
 */
export class QueueWatch {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #jobs: Jobs;
  readonly #known = new Map<number, Known>();
  #signs = "";
  /** Whether a look at all is under way, and where it goes on. */
  #looking = false;
  #index = 0;
  /** Number of the last job before the watch, and before the last look at all. */
  readonly #firstNumber: number;
  #lastNumber: number;
  /** The same of the look that is under way. */
  #nextNumber = 0;
  #seen = 0;

  /**
   * Begins to watch.
   *
   * @param memory The queue, mapped for reading.
   * @param from `"oldest"`: jobs that are there count as put.
   * @throws {Deno.errors.InvalidData} When it is something else.
   */
  constructor(
    memory: ReadonlyBytes,
    what: string,
    from: "oldest" | "now" = "now",
  ) {
    const { header, bytes, words } = viewObject(memory, what, KIND);
    const { a: count, b: capacity, hash } = header;
    const jobs = jobsFor(count, capacity);
    const area = memory.byteLength - jobs.size;
    if (!isSound(count, capacity) || !isLayoutArea(area, hash)) {
      throw damagedHeader(what);
    }
    this.#bytes = bytes;
    this.#words = words;
    this.#jobs = jobs;
    this.#firstNumber = this.#lastNumber = this.#number(NUMBER);
    if (from === "oldest") return;
    for (let index = 0; index < count; index++) {
      const word = this.#stateAt(index);
      if (stateOf(word) === FREE) continue;
      this.#known.set(index, { word, number: this.#numberAt(index) });
    }
  }

  /** How many jobs came and went between two looks. */
  get missed(): number {
    return Math.max(0, this.#lastNumber - this.#firstNumber - this.#seen);
  }

  /** The next job to which something happened; nothing when nothing did. */
  next(): WatchedJob | undefined {
    const { count } = this.#jobs;
    if (!this.#looking && !this.#hasChanged()) return undefined;
    this.#looking = true;
    for (let looks = 0; looks < LOOKS && this.#index < count; looks++) {
      const found = this.#look(this.#index);
      // The same slot once more: a job may have taken another one's place.
      if (found !== undefined) return found;
      this.#index++;
    }
    if (this.#index >= count) {
      this.#looking = false;
      this.#index = 0;
      this.#lastNumber = this.#nextNumber;
    }
    return undefined;
  }

  /** Whether a state may have changed since the last look at all. */
  #hasChanged(): boolean {
    const words = this.#words;
    const signs = [JOBS_EVENT, ROOM_EVENT]
      .map((word) => Atomics.load(words, word))
      .concat(...words.slice(FREE_LIST, FREE_LIST + 7))
      .concat(this.#number(NUMBER))
      .join();
    if (signs === this.#signs) return false;
    this.#signs = signs;
    this.#nextNumber = this.#number(NUMBER);
    return true;
  }

  #look(index: number): WatchedJob | undefined {
    // The number first: another job in its place may have the same state.
    const number = this.#numberAt(index);
    const word = this.#stateAt(index);
    const known = this.#known.get(index);
    if (known === undefined && stateOf(word) === FREE) return undefined;
    if (known?.word === word && known.number === number) return undefined;
    const isSame = known?.number === number && stateOf(word) !== FREE;
    if (known !== undefined && !isSame) {
      this.#known.delete(index);
      return this.#event("gone", known.number, known.word, new Uint8Array());
    }
    const start = this.#slotOf(index) * 4 + VALUE;
    const length = this.#words[this.#slotOf(index) + LENGTH]!;
    const isSound = length >= 0 && length <= this.#jobs.capacity;
    const bytes = this.#bytes.slice(start, start + (isSound ? length : 0));
    finishLoads();
    // It is another one by now: the next look tells.
    if (this.#stateAt(index) !== word || this.#numberAt(index) !== number) {
      return undefined;
    }
    if (known === undefined) {
      // It was put, whatever became of it: the next look tells that.
      if (number > this.#firstNumber) this.#seen++;
      this.#known.set(index, { word: PUT, number });
      return this.#event("put", number, PUT, bytes);
    }
    this.#known.set(index, { word, number });
    const event = eventOf(word);
    return event && this.#event(event, number, word, bytes);
  }

  #event(
    event: JobEvent,
    number: number,
    word: number,
    bytes: Uint8Array<ArrayBuffer>,
  ): WatchedJob {
    return { event, number, attempts: attemptsOf(word), bytes };
  }

  #stateAt(index: number): number {
    return Atomics.load(this.#words, this.#slotOf(index) + STATE);
  }

  #numberAt(index: number): number {
    return this.#number(this.#slotOf(index) + JOB_NUMBER);
  }

  #number(word: number): number {
    const words = this.#words;
    const low = Atomics.load(words, word) >>> 0;
    return low + (Atomics.load(words, word + 1) >>> 0) * TWO_32;
  }

  #slotOf(index: number): number {
    return (this.#jobs.start + index * this.#jobs.stride) / 4;
  }
}

function eventOf(word: number): JobEvent | undefined {
  switch (stateOf(word)) {
    case WAITING:
      return "returned";
    case TAKEN:
      return "taken";
    case FAILED:
      return "failed";
    default:
      return undefined;
  }
}

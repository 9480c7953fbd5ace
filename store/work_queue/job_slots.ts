import { Inconsistent } from "../object/repair.ts";
import {
  JOB_NUMBER,
  type Jobs,
  LENGTH,
  NOT_BEFORE,
  NUMBER,
  STATE,
  stateOf,
  VALUE,
} from "./queue_layout.ts";

const TWO_32 = 2 ** 32;

/**
 * The memory of a queue, and where its jobs lie in it. Nothing that is read from
 * it is believed unchecked: an index outside, or a job of the wrong state, is
 * {@linkcode Inconsistent}.
 */
export class JobSlots {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
  readonly jobs: Jobs;
  readonly #times: DataView;

  /** Looks at the jobs of an object. */
  constructor(bytes: Uint8Array<ArrayBuffer>, jobs: Jobs) {
    this.bytes = bytes;
    this.jobs = jobs;
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, jobs.size / 4);
    this.#times = new DataView(bytes.buffer, bytes.byteOffset, jobs.size);
  }

  /** Where a job lies, in words. */
  at(index: number): number {
    if (index < 0 || index >= this.jobs.count) throw new Inconsistent();
    return (this.jobs.start + index * this.jobs.stride) / 4;
  }

  /** The same, of a job that must have a state. */
  withState(index: number, state: number): number {
    const slot = this.at(index);
    if (stateOf(this.words[slot + STATE]!) !== state) throw new Inconsistent();
    return slot;
  }

  /** The number of the job in a slot. */
  numberAt(slot: number): number {
    return (this.words[slot + JOB_NUMBER]! >>> 0) +
      (this.words[slot + JOB_NUMBER + 1]! >>> 0) * TWO_32;
  }

  /** Sets the number of the job in a slot. */
  setNumberAt(slot: number, number: number): void {
    this.words[slot + JOB_NUMBER] = number | 0;
    this.words[slot + JOB_NUMBER + 1] = (number / TWO_32) | 0;
  }

  /** When a job is due, in milliseconds since 1970; 0 for at once. */
  dueTime(index: number): number {
    const time = this.#times.getFloat64(
      this.at(index) * 4 + NOT_BEFORE,
      true,
    );
    return time > 0 ? time : 0;
  }

  /** Says when the job in a slot is due. */
  setDueTimeAt(slot: number, time: number): void {
    this.#times.setFloat64(slot * 4 + NOT_BEFORE, time, true);
  }

  /** Copies the value of the job in a slot; what is too long is not believed. */
  copyOf(slot: number): Uint8Array<ArrayBuffer> {
    const length = this.words[slot + LENGTH]!;
    if (length < 0 || length > this.jobs.capacity) throw new Inconsistent();
    const start = slot * 4 + VALUE;
    return this.bytes.slice(start, start + length);
  }

  /** The number of the last job that was put. */
  get lastNumber(): number {
    return (this.words[NUMBER]! >>> 0) +
      (this.words[NUMBER + 1]! >>> 0) * TWO_32;
  }

  set lastNumber(number: number) {
    this.words[NUMBER] = number | 0;
    this.words[NUMBER + 1] = (number / TWO_32) | 0;
  }
}

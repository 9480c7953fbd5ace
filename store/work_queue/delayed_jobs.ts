import { Inconsistent } from "../object/repair.ts";
import type { JobSlots } from "./job_slots.ts";
import { DELAYED_COUNT, HEAP } from "./queue_layout.ts";

const START = HEAP / 4;

/** The jobs that wait for their time: a binary heap, the earliest first. */
export class DelayedJobs {
  readonly #slots: JobSlots;
  readonly #words: Int32Array<ArrayBuffer>;

  /** Looks at the delayed jobs of a queue. */
  constructor(slots: JobSlots) {
    this.#slots = slots;
    this.#words = slots.words;
  }

  /** When the next one is due; `Infinity` without one. */
  get nextDue(): number {
    if (this.#words[DELAYED_COUNT] === 0) return Infinity;
    return this.#slots.dueTime(this.#at(0));
  }

  /** Adds a job, whose time is set already. */
  push(index: number): void {
    const words = this.#words;
    const slots = this.#slots;
    let place = this.#count();
    if (place === slots.jobs.count) throw new Inconsistent();
    const time = slots.dueTime(index);
    words[DELAYED_COUNT] = place + 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const other = this.#at(parent);
      if (slots.dueTime(other) <= time) break;
      words[START + place] = other;
      place = parent;
    }
    words[START + place] = index;
  }

  /** Takes out the one that is due first; there must be one. */
  pop(): number {
    const words = this.#words;
    const slots = this.#slots;
    const first = this.#at(0);
    const count = this.#count() - 1;
    words[DELAYED_COUNT] = count;
    if (count === 0) return first;
    const moved = this.#at(count);
    const time = slots.dueTime(moved);
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= count) break;
      const right = child + 1;
      if (
        right < count &&
        slots.dueTime(this.#at(right)) < slots.dueTime(this.#at(child))
      ) child = right;
      const other = this.#at(child);
      if (slots.dueTime(other) >= time) break;
      words[START + place] = other;
      place = child;
    }
    words[START + place] = moved;
    return first;
  }

  #at(place: number): number {
    const index = this.#words[START + place]!;
    if (index < 0 || index >= this.#slots.jobs.count) throw new Inconsistent();
    return index;
  }

  #count(): number {
    const count = this.#words[DELAYED_COUNT]!;
    if (count < 0 || count > this.#slots.jobs.count) throw new Inconsistent();
    return count;
  }
}

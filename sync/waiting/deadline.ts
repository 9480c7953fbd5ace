// Taken now: a program may put a clock of its own in place of this one.
const now = performance.now.bind(performance);

/** A point in time on the monotonic clock. */
export class Deadline {
  readonly #end: number;

  /**
   * @param timeoutMs How far off it is, in milliseconds; Infinity: never.
   */
  constructor(timeoutMs: number) {
    this.#end = now() + timeoutMs;
  }

  /** How much time is left, in milliseconds; 0 when it is over. */
  get leftMs(): number {
    return Math.max(0, this.#end - now());
  }
}

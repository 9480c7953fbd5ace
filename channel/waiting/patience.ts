import { GrowingPause } from "./pacing.ts";

/** How long something is waited for, and how often it was about to come. */
export class Patience {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Between looks at a sender that is about to go. */
  readonly pause = new GrowingPause();
  /** How many of these there were. */
  looks = 0;
  readonly #end: number;

  constructor(timeoutMs: number, signal: AbortSignal | undefined) {
    this.timeoutMs = timeoutMs;
    this.signal = signal;
    this.#end = timeoutMs === Infinity
      ? Infinity
      : performance.now() + timeoutMs;
  }

  /** Begins again with short pauses: something came. */
  reset(): void {
    this.looks = 0;
    this.pause.reset();
  }

  /** What is left, in milliseconds. */
  get leftMs(): number {
    return this.#end === Infinity ? Infinity : this.#end - performance.now();
  }
}

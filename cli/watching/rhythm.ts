import type { Followed } from "./followed.ts";

/** Bytes of a header, and what records are rounded up to. */
const HEADER = 8;

/** What came in an interval. */
export interface Interval {
  /** How many came. */
  readonly count: number;
  readonly perSecond: number;
  /** Bytes of the messages; of a ring with their headers. */
  readonly bytesPerSecond: number;
  /** Whether the count was computed, because some came and went unseen. */
  readonly estimated: boolean;
  /** Times between one and the next; null without two messages. */
  readonly meanMs: number | null;
  readonly spreadMs: number | null;
  readonly longestMs: number | null;
}

/** Counts what comes, and the times in between. */
export class Rhythm {
  /** What is counted. */
  readonly followed: Followed;
  #start: number;
  #last: number | undefined;
  #seen = 0;
  #bytes = 0;
  #gaps = 0;
  #sum = 0;
  #squares = 0;
  #longest = 0;
  /** Mean length of those that were seen last. */
  #mean = 0;
  #missed = { messages: 0, bytes: 0 };

  /** Starts the first interval. */
  constructor(followed: Followed, now: number) {
    this.followed = followed;
    this.#start = now;
  }

  /** Counts a message. */
  add(now: number, length: number): void {
    this.#seen++;
    this.#bytes += this.#isRing ? HEADER + (length + 7 & -8) : length;
    if (this.#last !== undefined) {
      const gap = now - this.#last;
      this.#gaps++;
      this.#sum += gap;
      this.#squares += gap * gap;
      this.#longest = Math.max(this.#longest, gap);
    }
    this.#last = now;
  }

  /** Ends an interval, and starts the next. */
  take(now: number): Interval {
    const seconds = (now - this.#start) / 1000;
    const { messages, bytes } = this.followed.missed;
    const missedBytes = bytes - this.#missed.bytes;
    const missed = messages - this.#missed.messages;
    if (this.#seen > 0) this.#mean = this.#bytes / this.#seen;
    const mean = this.#mean;
    const unseen = missed + (mean > 0 ? missedBytes / mean : 0);
    const count = Math.round(this.#seen + unseen);
    // Those that nobody saw came in between: the longest gap is an upper limit.
    const gaps = this.#gaps + unseen;
    const meanMs = gaps > 0 ? this.#sum / gaps : null;
    const result: Interval = {
      count,
      perSecond: count / seconds,
      bytesPerSecond: (this.#bytes + missedBytes + missed * mean) / seconds,
      estimated: unseen > 0,
      meanMs,
      spreadMs: meanMs === null
        ? null
        : Math.sqrt(Math.max(0, this.#squares / gaps - meanMs * meanMs)),
      longestMs: meanMs === null ? null : this.#longest,
    };
    this.#start = now;
    this.#missed = { messages, bytes };
    this.#seen = 0;
    this.#bytes = 0;
    this.#gaps = 0;
    this.#sum = 0;
    this.#squares = 0;
    this.#longest = 0;
    return result;
  }

  get #isRing(): boolean {
    const { kind } = this.followed;
    return kind === "channel" || kind === "channel-many" || kind === "ring";
  }
}

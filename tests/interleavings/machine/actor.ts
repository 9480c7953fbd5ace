/**
 * A participant as the machine knows it, and what it is seen to do.
 *
 * @module
 */

import { mix, type Span } from "./memory/view.ts";
import { Violation } from "./options.ts";

/** The step of one that was woken. */
export const WAKE = "wake";

/** A participant, between and during its runs. */
export class Actor {
  readonly index: number;
  readonly name: string;
  /** Results of all its steps so far. */
  log: number[] = [];
  /** What each of these steps was, at its first result. */
  steps: (string | number)[] = [];
  /** How many of them this run has used. */
  position = 0;
  /** Two hashes of them. */
  hash1 = 1;
  hash2 = 2;
  finished = false;
  dead = false;
  /** Whether it sleeps until someone does something. */
  blocked = false;
  /** Whether its next step was chosen already. */
  granted = false;
  /** How its sleep ended. */
  wake = 0;
  /** What happened in the pool or in time: which call, and its result. */
  events: [number, number][] = [];
  notes: unknown[] = [];
  calls = 0;
  /** How many words of its own the kernel knows. */
  words = 0;
  /** The head of its list of locks, as it was at its last step. */
  head: BigInt64Array | null = null;
  /** What it is about to touch; nothing when that is not known. */
  pending: readonly Span[] | null = null;
  /** Words that it has looked at since its last pause. */
  readonly watched = new Set<number>();
  /** Whether another has stored to one of them since. */
  changed = false;
  /** Whether it waits for that. */
  paused = false;
  /** Whether it waits in its event loop. */
  loops = false;
  /** Whether its event loop has timers that look again. */
  hasTimers = false;
  /** Whether it does so for a while only. */
  dozes = false;

  constructor(index: number, name: string) {
    this.index = index;
    this.name = name;
  }

  /** Tells it how a call of the pool has ended; 0 is that of a blocked thread. */
  tell(call: number, result: number): void {
    if (call === 0) this.wake = result;
    else this.events.push([call, result]);
    // A thread that is blocked hears of others when it is back in its loop.
    if (call === 0 || this.loops) this.blocked = false;
  }

  /** Notes what a step of it has found. */
  noteResult(step: string | number, value: number): void {
    this.steps.push(step);
    this.log.push(value);
    this.hash1 = mix(this.hash1, value);
    this.hash2 = mix(this.hash2, ~value);
  }

  /**
   * What is wrong when its next step is another one than before: it has kept something
   * of an earlier run, and what follows would say nothing of the program.
   */
  misstepOf(step: string | number): Violation | undefined {
    const before = this.steps[this.position];
    if (step === before) return undefined;
    return new Violation(
      `${this.name} does not repeat itself: its step ${this.position} was ${before} and is ${step}`,
    );
  }

  /** Another has stored: it looks again, if it waits for that. */
  noteStore(spans: readonly Span[] | null): void {
    if (this.changed) return;
    this.changed = spans === null || spans.some(({ offset, width }) => {
      const last = (offset + width - 1) >> 2;
      return this.watched.has(offset >> 2) || this.watched.has(last);
    });
    if (!this.changed || !this.paused) return;
    this.paused =
      this.blocked =
      this.changed =
      this.dozes =
        false;
    this.wake = 0;
    this.watched.clear();
  }

  /** Whether it can make a step. */
  get enabled(): boolean {
    return !this.finished && !this.dead && !this.blocked;
  }
}

/** What is wrong when nobody can go on any more, and some are not done. */
export function stuckOf(
  actors: readonly Actor[],
  daemons: readonly string[],
): Violation | undefined {
  const stuck = actors.filter((one) =>
    !one.finished && !one.dead && !daemons.includes(one.name)
  );
  if (stuck.length === 0) return undefined;
  const names = stuck.map(({ name }) => name).join(" and ");
  return new Violation(`${names} would wait indefinitely`);
}

/** What one step did, for a trace. */
export interface Event {
  readonly who: string;
  readonly site: number;
  readonly what: string;
  readonly offset: number;
  readonly before: string;
  readonly after: string;
}

/**
 * What schedules are made of.
 *
 * @module
 */

import type { Actor } from "../actor.ts";
import type { Machine } from "../machine.ts";

/** Part of a schedule: a participant makes steps, or something happens. */
export type Token =
  | { run: number; count: number }
  | { pick: number }
  | { flush: number; place: number }
  | { kill: number }
  | { start: number; place: number }
  | { return: number; place: number }
  | { rouse: number; place: number }
  | { expire: number; place: number }
  | { grant: number; place: number }
  | { lapse: number; place: number }
  | { doze: number; place: number };

/** A schedule. */
export type Tokens = Token[];

/** Name of the property that tells steps from the rest. */
export const RUN = "run";

/** Decides what happens next. */
export interface Strategy {
  /**
   * Who makes a step; nobody when nobody can; undefined: stop here; or what has
   * been done besides, to be asked again.
   */
  next(machine: Machine): Actor | null | undefined | Token;
  /** Decides between things that may happen. */
  pick(count: number): number;
}

/** What may happen at all, and how often. */
export interface Limits {
  /** How often one who could go on is made to stop. */
  readonly preemptions: number;
  readonly deaths: number;
  readonly spurious: number;
  readonly timeouts: number;
  readonly mortal: readonly number[];
  /** Within how many steps they die at random, if that is said. */
  readonly lifetime: number;
}

/** What was used up of the limits. */
export interface Used {
  /** Timers that ended a wait after a death. */
  nets: number;
  preemptions: number;
  deaths: number;
  spurious: number;
  timeouts: number;
}

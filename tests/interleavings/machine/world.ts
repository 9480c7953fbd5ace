/**
 * What a world is: a few participants over shared memory, and what must hold
 * when they have run, in whatever order.
 *
 * @module
 */

import type { Files } from "./kernel/files.ts";

/** How the processor shows the stores of one participant to the others. */
export type MemoryOrder = "in order" | "x86-64" | "aarch64";

/** What a participant is given to run with. */
export interface Participant {
  /** The shared memory. */
  readonly memory: Uint8Array<ArrayBuffer>;
  /** Its number, from 1 on: a thread id that is never 0. */
  readonly id: number;
  /** Notes something for the check at the end. */
  note(value: unknown): void;
  /** What was noted so far. */
  readonly notes: readonly unknown[];
  /** Fails when another living participant is in this place. */
  enter(place: string): void;
  /** Leaves a place. */
  leave(place: string): void;
  /** Whether one is dead, by the kernel's word. */
  isDead(name: string): boolean;
  /** Waits until another participant has changed memory; for loops that look. */
  pause(): void;
}

/** How a schedule ended. */
export interface Ending {
  /** The shared memory, all stores done. */
  readonly memory: Uint8Array<ArrayBuffer>;
  /** What each participant noted, by its name. */
  readonly notes: Readonly<Record<string, readonly unknown[]>>;
  /** The files that there are. */
  readonly files: Files;
  /** Values of the semaphore set. */
  readonly values: readonly number[];
  /** Who died. */
  readonly dead: ReadonlySet<string>;
}

/** A line of a file changed: a smaller constant, or a mutant. */
export interface Edit {
  readonly file: string;
  /** Stands there once. */
  readonly find: string;
  readonly replace: string;
}

/** A protocol, set up to be explored. */
export interface World {
  /** Bytes of shared memory, a multiple of 8. */
  readonly byteLength: number;
  /**
   * Bytes of each file, where several have some: they follow one another in the
   * memory, in the order in which they were sized. Default: the first has all.
   */
  readonly fileLength?: number;
  /** Who takes part; each is a process of its own. */
  readonly participants: Readonly<
    Record<string, (self: Participant) => void | Promise<void>>
  >;
  /** Makes the memory ready, before anyone runs. */
  readonly setup?: (memory: Uint8Array<ArrayBuffer>) => void;
  /** Fails when something does not hold at the end. */
  readonly check?: (ending: Ending) => void;
  /** Who may wait for more at the end. */
  readonly daemons?: readonly string[];
  /**
   * Whether timers that look again may end a wait, when somebody has died and
   * nothing else can happen: for what no protocol on a futex can pass on.
   */
  readonly nets?: boolean;
  /** First values of the semaphore set, if there is one. */
  readonly semaphores?: readonly number[];
  /** Constants that are made smaller, so that what they bound is reached. */
  readonly constants?: readonly Edit[];
  /** Who may die, at any access. */
  readonly mortal?: readonly string[];
  /**
   * Within so many steps they die at random, each step as likely as another.
   * Default: most often at the beginning.
   */
  readonly lifetime?: number;
  /** Whose call may end in a wake-up that nobody sent, and how often in all. */
  readonly spurious?: number;
  /** How many time limits may run out in all. Default: none ever does. */
  readonly timeouts?: number;
  /** Most accesses in one schedule; more are an endless loop. */
  readonly longest?: number;
}

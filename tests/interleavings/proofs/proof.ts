/**
 * How far the worlds of a protocol are explored.
 *
 * @module
 */

import type { Bounds } from "../machine/explore.ts";

/** One world, explored in several ways. */
export interface Proof {
  /** What it is called in the table. */
  readonly protocol: string;
  /** File in `worlds/` and name of the world. */
  readonly file: string;
  readonly world: string;
  readonly ways: readonly Bounds[];
}

/** How many schedules of one way, by how long they take. */
export interface Size {
  /** In depth, explored or not. */
  readonly most: number;
  /** At random, where the bound leaves some out. */
  readonly random: number;
}

export const TINY: Size = { most: 60_000, random: 30_000 };
export const SHORT: Size = { most: 15_000, random: 5_000 };
export const MIDDLE: Size = { most: 5_000, random: 2_000 };
export const LONG: Size = { most: 800, random: 300 };
export const LONGEST: Size = { most: 600, random: 200 };
export const HUGE: Size = { most: 200, random: 60 };

const [X86, ARM] = ["x86-64", "aarch64"] as const;

/** Every schedule. */
export const all: Bounds = { order: X86 };
/** All with at most so many preemptions, and at random beyond. */
export function within(
  preemptions: number,
  { most, random }: Size,
): Bounds[] {
  return [
    { order: X86, preemptions, most },
    { order: X86, random, seed: 1 },
    { order: ARM, preemptions: Math.max(0, preemptions - 1), most },
    { order: ARM, random, seed: 2 },
  ];
}

/** The same with a death at each access. */
export function deadly(
  preemptions: number,
  { most, random }: Size,
): Bounds[] {
  return [
    { order: X86, preemptions, deaths: 1, most },
    { order: X86, deaths: 1, random, seed: 3 },
    { order: ARM, preemptions: 0, deaths: 1, most },
  ];
}

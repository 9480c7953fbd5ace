/**
 * A line of a shipped file, broken in one way that the machine must find.
 *
 * @module
 */

import type { Bounds } from "../machine/explore.ts";
import type { Edit } from "../machine/world.ts";

/** One line broken. */
export interface Mutant extends Edit {
  /** What is wrong with it. */
  readonly fault: string;
  /** In which world that shows, within which bounds. */
  readonly world: readonly [file: string, name: string];
  readonly bounds: Bounds;
  /** The same fault at a second place, where one would make up for the other. */
  readonly also?: Edit;
}

/** The lines that are broken. */
export function editsOf(mutant: Mutant): readonly Edit[] {
  return mutant.also === undefined ? [mutant] : [mutant, mutant.also];
}

const X86 = "x86-64";
const ARM = "aarch64";

/** In any schedule, or in those with so many preemptions. */
export const ANY: Bounds = { order: X86 };
export const TWO: Bounds = { order: X86, preemptions: 2 };
export const ONE: Bounds = { order: X86, preemptions: 1 };
/** With a death, and no preemptions. */
export const DEADLY: Bounds = { order: X86, preemptions: 0, deaths: 1 };
/** At random, with deaths: where the bound would leave too much. */
export const CHANCE: Bounds = {
  order: X86,
  deaths: 1,
  random: 100_000,
  seed: 7,
};
/** As aarch64 orders memory. */
export const WEAK: Bounds = { order: ARM, preemptions: 1 };
export const WEAK_CHANCE: Bounds = { order: ARM, random: 100_000, seed: 7 };

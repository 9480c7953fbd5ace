/**
 * Explores the schedules of a world: all within bounds, then some at random.
 *
 * Of schedules that lead to the same state only one goes on. A state is what
 * memory holds, what waits in buffers, what the kernel knows, and the results
 * that each participant has had of all its steps, which decide what it does
 * next. So two independent accesses are tried in both orders once, and what
 * follows is explored once. States are compared by 53 bits of hash.
 *
 * @module
 */

import type { Actor } from "../actor.ts";
import type { Machine } from "../machine.ts";
import { hashOf } from "../state_hash.ts";
import { apply, type Option, optionsOf } from "./choices.ts";
import type { Limits, Strategy, Token, Used } from "./schedule.ts";

/** A place where there was a choice. */
interface Choice {
  taken: number;
  readonly count: number;
}

/** States that were met, with how many preemptions were left. */
class States {
  #low = new Uint32Array(1 << 16);
  #high = new Uint32Array(1 << 16);
  #left = new Uint8Array(1 << 16);
  size = 0;
  static readonly MOST = 1 << 24;

  clear(): void {
    this.#low = new Uint32Array(1 << 16);
    this.#high = new Uint32Array(1 << 16);
    this.#left = new Uint8Array(1 << 16);
    this.size = 0;
  }

  /** Notes a state; whether it was met with at least as much left. */
  met(low: number, high: number, left: number): boolean {
    if (2 * this.size > this.#low.length) this.#grow();
    const place = this.#find(low >>> 0, (high >>> 0) | 1);
    const known = this.#high[place] !== 0;
    if (known && this.#left[place]! > left) return true;
    if (!known) {
      if (this.size >= States.MOST) return false;
      this.size++;
      this.#low[place] = low;
      this.#high[place] = high | 1;
    }
    this.#left[place] = left + 1;
    return false;
  }

  #find(low: number, high: number): number {
    const mask = this.#low.length - 1;
    let place = (low ^ (high >>> 7)) & mask;
    while (
      this.#high[place] !== 0 &&
      (this.#high[place] !== high || this.#low[place] !== low)
    ) place = (place + 1) & mask;
    return place;
  }

  #grow(): void {
    const low = this.#low;
    const high = this.#high;
    const left = this.#left;
    this.#low = new Uint32Array(2 * low.length);
    this.#high = new Uint32Array(2 * low.length);
    this.#left = new Uint8Array(2 * low.length);
    for (let i = 0; i < low.length; i++) {
      if (high[i] === 0) continue;
      const place = this.#find(low[i]!, high[i]!);
      this.#low[place] = low[i]!;
      this.#high[place] = high[i]!;
      this.#left[place] = left[i]!;
    }
  }
}

/** Does what an option says, as far as it is no step. */
function take(machine: Machine, option: Option, used: Used): Actor | Token {
  const { actor, token, flushes, cost } = option;
  for (const flush of flushes) {
    apply(machine, flush, used);
    machine.tokens.push(flush);
  }
  if (token !== null) {
    apply(machine, token, used);
    return token;
  }
  used.preemptions += cost;
  return actor!;
}

function nothing(): Used {
  return { nets: 0, preemptions: 0, deaths: 0, spurious: 0, timeouts: 0 };
}

/** Tries everything within limits, depth first. */
export class DepthFirst implements Strategy {
  readonly #limits: Limits;
  readonly #states = new States();
  #choices: Choice[] = [];
  #depth = 0;
  #used = nothing();
  #picked = false;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** How many states were met. */
  get states(): number {
    return this.#states.size;
  }

  /** Begins anew, because something has turned out to be a choice. */
  restart(): void {
    this.#choices = [];
    this.#states.clear();
  }

  /** Begins a schedule. */
  begin(): void {
    this.#depth = 0;
    this.#used = nothing();
    this.#picked = false;
  }

  /** Goes to the next schedule; false when there is none. */
  advance(): boolean {
    const choices = this.#choices;
    choices.length = this.#depth;
    for (;;) {
      const choice = choices.at(-1);
      if (choice === undefined) return false;
      if (++choice.taken < choice.count) return true;
      choices.pop();
    }
  }

  next(machine: Machine): Actor | null | undefined | Token {
    const used = this.#used;
    const options = optionsOf(machine, this.#limits, used);
    if (options.length === 0) return null;
    // Where a load might have found something else, paths meet again, too.
    const picked = this.#picked;
    this.#picked = false;
    if (options.length === 1 && !picked) {
      return take(machine, options[0]!, used);
    }
    if (this.#depth === this.#choices.length) {
      const seed = 16 * used.deaths + 4 * used.spurious + used.timeouts;
      const left = Math.min(254, this.#limits.preemptions - used.preemptions);
      const low = hashOf(machine, 1) ^ Math.imul(seed, 0x9e3779b1);
      const high = hashOf(machine, 2) + seed;
      if (this.#states.met(low, high, left)) return undefined;
    }
    const choice = options.length === 1 ? 0 : this.#choose(options.length);
    return take(machine, options[choice]!, used);
  }

  pick(count: number): number {
    this.#picked = true;
    return this.#choose(count);
  }

  #choose(count: number): number {
    const depth = this.#depth++;
    this.#choices[depth] ??= { taken: 0, count };
    return this.#choices[depth].taken;
  }
}

/** Tries schedules at random, from a seed. */
export class RandomWalk implements Strategy {
  readonly #limits: Limits;
  #state: number;
  #used = nothing();
  /** Step from which on someone dies, where that was drawn. */
  #end = 0;

  constructor(limits: Limits, seed: number) {
    this.#limits = limits;
    this.#state = seed | 1;
  }

  /** Deaths alone when it is time for one, or nothing else can happen. */
  #atItsEnd({ steps }: Machine, options: Option[]): Option[] {
    const isDeath = ({ token }: Option) => token !== null && "kill" in token;
    const deaths = options.filter(isDeath);
    const rest = options.filter((option) => !isDeath(option));
    const isTime = steps >= this.#end || rest.length === 0;
    return isTime && deaths.length > 0 ? deaths : rest;
  }

  begin(): void {
    this.#used = nothing();
    const { lifetime } = this.#limits;
    this.#end = lifetime > 0 ? this.pick(lifetime) : 0;
  }

  next(machine: Machine): Actor | null | Token {
    const used = this.#used;
    let options = optionsOf(machine, this.#limits, used);
    if (this.#limits.lifetime > 0) options = this.#atItsEnd(machine, options);
    if (options.length === 0) return null;
    // Mostly the same one goes on: errors need few, but odd, preemptions.
    const steps = options.filter(({ actor }) => actor !== null);
    const stay = steps.length > 0 && this.pick(8) > 0;
    const among = stay && steps[0]!.actor === machine.last && this.pick(4) > 0
      ? steps.slice(0, 1)
      : stay
      ? steps
      : options;
    return take(machine, among[this.pick(among.length)]!, used);
  }

  pick(count: number): number {
    // Marsaglia's xorshift.
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % count;
  }
}

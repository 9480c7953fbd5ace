/**
 * Explores a world, and says what was found.
 *
 * @module
 */

import { DepthFirst, RandomWalk } from "./search/explorer.ts";
import { sites } from "./program/instrument.ts";
import type { Actor, Event } from "./actor.ts";
import { Machine } from "./machine.ts";
import { Violation } from "./options.ts";
import { Program } from "./program/modules.ts";
import { parseSchedule, printSchedule, Replay } from "./search/print.ts";
import type { Limits, Strategy } from "./search/schedule.ts";
import type { Edit, Ending, MemoryOrder, Participant, World } from "./world.ts";

/** How far to explore. */
export interface Bounds {
  /** Default: as x86-64 has it. */
  readonly order?: MemoryOrder;
  /** How often one that could go on is stopped. Default: without a bound. */
  readonly preemptions?: number;
  /** How many of the mortal die. Default: 0. */
  readonly deaths?: number;
  /** Schedules after which to stop, explored or not. */
  readonly most?: number;
  /** Schedules at random, in place of all. */
  readonly random?: number;
  /** Where chance starts. */
  readonly seed?: number;
  /** What to change in the shipped files. */
  readonly edits?: readonly Edit[];
}

/** What was explored. */
export interface Report {
  /** Schedules that were begun. */
  readonly schedules: number;
  /** Those of them that led to nothing that was known. */
  readonly ended: number;
  /** Different states. */
  readonly states: number;
  /** Accesses and calls of the kernel. */
  readonly steps: number;
  /** Times that a participant died. */
  readonly deaths: number;
  /** Whether there is nothing left within the bounds. */
  readonly complete: boolean;
  /** The last schedule, when all went well. */
  readonly last?: string;
  /** What must not be, and the schedule that leads to it. */
  readonly violation?: { readonly message: string; readonly schedule: string };
}

const FOLDER = "tests/interleavings/worlds/";

/** A world in its machine. */
class Stage {
  readonly machine: Machine;
  readonly world: World;
  readonly #run: (actor: Actor, self: Participant) => void;

  constructor(
    file: string,
    name: string,
    { order = "x86-64", edits = [] }: Bounds,
  ) {
    const arch = order === "aarch64" ? "aarch64" : "x86_64";
    // Made first without memory, to learn what the world is like.
    const probe = new Machine({ byteLength: 8, names: [], order, longest: 0 });
    const { exports } = new Program(FOLDER + file).instantiate(probe, arch);
    const first = exports[name] as World;
    if (first === undefined) throw new Error(`${file} has no world ${name}`);
    const changes = [...first.constants ?? [], ...edits];
    const program = new Program(FOLDER + file, changes);
    const names = Object.keys(first.participants);
    this.machine = new Machine({
      byteLength: first.byteLength,
      fileLength: first.fileLength ?? 0,
      names,
      order,
      longest: first.longest ?? 4000,
      daemons: first.daemons ?? [],
      timeouts: first.timeouts ?? 0,
      nets: first.nets ?? false,
      semaphores: first.semaphores ?? [],
    });
    const make = () => program.instantiate(this.machine, arch);
    this.world = make().exports[name] as World;
    const own = names.map(make);
    this.#run = (actor, self) => {
      const { exports, tasks, reset } = own[actor.index]!;
      reset();
      const world = exports[name] as World;
      const result = world.participants[actor.name]!(self);
      if (typeof result?.then === "function") tasks.runUntil(result);
    };
    const memory = new Uint8Array(
      this.machine.decoys.whole,
      0,
      first.byteLength,
    );
    this.world.setup?.(memory);
    this.machine.keep();
  }

  limits({ preemptions = 254, deaths = 0 }: Bounds): Limits {
    const { mortal = [], spurious = 0, timeouts = 0, lifetime = 0 } =
      this.world;
    const { names } = this.machine;
    const numbers = mortal.map((name) => names.indexOf(name));
    const allowed = { preemptions, deaths, spurious, timeouts };
    return { ...allowed, mortal: numbers, lifetime };
  }

  run(strategy: Strategy): void {
    const { machine, world } = this;
    machine.schedule(strategy, this.#run);
    if (machine.violation !== null || machine.pruned) return;
    const { actors } = machine;
    const ending: Ending = {
      memory: new Uint8Array(machine.decoys.whole, 0, machine.byteLength),
      notes: Object.fromEntries(actors.map(({ name, notes }) => [name, notes])),
      files: machine.kernel.files,
      values: machine.kernel.semaphores.values,
      dead: new Set(actors.filter(({ dead }) => dead).map(({ name }) => name)),
    };
    try {
      world.check?.(ending);
    } catch (error) {
      machine.violation = error instanceof Error
        ? error
        : new Violation(String(error));
    }
  }
}

/** Explores a world that a file in `worlds/` exports. */
export function explore(file: string, name: string, bounds: Bounds): Report {
  const stage = new Stage(file, name, bounds);
  const { machine } = stage;
  const limits = stage.limits(bounds);
  const { random, most = Infinity, seed = 1 } = bounds;
  const walk = new RandomWalk(limits, seed);
  const search = new DepthFirst(limits);
  const count = { schedules: 0, ended: 0, steps: 0, deaths: 0 };
  let complete = false;
  while (count.schedules < (random ?? most)) {
    count.schedules++;
    const strategy = random === undefined ? search : walk;
    strategy.begin();
    stage.run(strategy);
    count.steps += machine.steps;
    count.deaths += machine.actors.filter(({ dead }) => dead).length;
    if (!machine.pruned) count.ended++;
    if (machine.words.grown) {
      // What was explored took one word more for a participant's own.
      machine.words.grown = false;
      search.restart();
      continue;
    }
    if (machine.violation !== null) {
      const { message } = machine.violation;
      const schedule = printSchedule(machine.tokens, machine);
      const violation = { message, schedule };
      return { ...count, states: search.states, complete, violation };
    }
    if (random !== undefined) continue;
    if (!search.advance()) {
      complete = true;
      break;
    }
  }
  const last = printSchedule(machine.tokens, machine);
  return { ...count, states: search.states, complete, last };
}

/**
 * Whether a world holds as it ships for as many schedules as it took to find it
 * broken: else what was found is not the fault of the line.
 */
export function holdsUnbroken(
  file: string,
  name: string,
  bounds: Bounds,
  schedules: number,
): boolean {
  const { edits: _, ...rest } = bounds;
  const { random } = bounds;
  const cap = random === undefined
    ? { most: schedules }
    : { random: schedules };
  return explore(file, name, { ...rest, ...cap }).violation === undefined;
}

/** What a schedule leads to. */
export interface Replayed {
  /** What must not be, if it was. */
  readonly violation: Error | null;
  readonly trace: readonly Event[];
}

/** Follows a printed schedule, step by step. */
export function replay(
  file: string,
  name: string,
  bounds: Bounds,
  schedule: string,
): Replayed {
  const stage = new Stage(file, name, bounds);
  const { machine } = stage;
  const { tokens, shared } = parseSchedule(schedule);
  for (const word of shared) machine.words.shared[word] = 1;
  machine.words.everywhere = true;
  machine.trace = [];
  stage.run(new Replay(tokens));
  return { violation: machine.violation, trace: machine.trace };
}

/** Shows what happened, one line each: who, where, which word, from what to what. */
export function printTrace(trace: readonly Event[]): string {
  return trace.map(({ who, site, what, offset, before, after }) => {
    const { file, line, text } = sites[site]!;
    const word = offset < 0 ? "" : ` at ${offset}:`;
    const change = before === after || before === ""
      ? after
      : `${before} -> ${after}`;
    const where = site === 0 ? "" : `  ${file}:${line}  ${text.slice(0, 60)}`;
    return `${who.padEnd(10)} ${what}${word} ${change}${where}`;
  }).join("\n");
}

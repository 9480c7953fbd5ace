/**
 * Runs participants one step at a time, on one thread, without changing what
 * they are: a participant that is to stop is thrown out of its code, and when it
 * is to go on it runs from its start again, on the results that its steps had
 * before. So functions, getters, constructors and callbacks need no change.
 *
 * @module
 */

import { Actor, type Event, stuckOf, WAKE } from "./actor.ts";
import { Files } from "./kernel/files.ts";
import { Kernel, OWN_LENGTH } from "./kernel/kernel.ts";
import { Decoys } from "./memory/decoys.ts";
import { SharedMemory } from "./memory/shared_memory.ts";
import type { Span } from "./memory/view.ts";
import { TouchedWords } from "./memory/touched_words.ts";
import { type MachineOptions, type Runner, Violation } from "./options.ts";
import { selfOf } from "./participant.ts";
import { RUN, type Strategy, type Tokens } from "./search/schedule.ts";
import type { Participant } from "./world.ts";

/** Stops a participant. Thrown, and nothing that a program would throw. */
const STOP = Symbol("stop");

/** The machine. */
export class Machine {
  /** The memory that programs believe in. */
  readonly decoys: Decoys;
  readonly memory: SharedMemory;
  /** Bytes that a world has. */
  readonly byteLength: number;
  readonly names: readonly string[];
  /** The head of a list of locks, where the one who runs has one. */
  head: ArrayBuffer | null = null;
  /** Whether timers that look again help after a death. */
  readonly nets: boolean;
  /** First values of the semaphore set. */
  readonly semaphores: readonly number[];
  /** Whether plain stores may pass each other. */
  readonly weak: boolean;
  low = 0;
  high = 0;
  actors: Actor[] = [];
  kernel: Kernel;
  /** Who runs; nobody while memory is set up or checked. */
  current: Actor | null = null;
  /** Who made the last step. */
  last: Actor | null = null;
  violation: Error | null = null;
  /** Whether the schedule ends here: it was explored from here on before. */
  pruned = false;
  steps = 0;
  trace: Event[] | null = null;
  strategy!: Strategy;
  tokens: Tokens = [];
  /** Where the order of accesses matters. */
  readonly words: TouchedWords;
  /** How often time limits may run out. */
  readonly timeouts: number;
  /** How often they still may. */
  jumps = 0;
  readonly #longest: number;
  readonly #daemons: readonly string[];
  #unwinding = false;
  #files: Files;
  #next: Actor | null = null;
  #run: Runner = () => {};
  #selves: Participant[] = [];

  constructor(options: MachineOptions) {
    const { byteLength, names, order, daemons = [], timeouts = 0 } = options;
    // Behind it: words of a participant alone that the kernel knows, too.
    const whole = byteLength + OWN_LENGTH * names.length;
    this.byteLength = byteLength;
    this.decoys = new Decoys(whole, byteLength, options.fileLength ?? 0);
    this.#files = new Files(this.decoys.fileLength);
    this.memory = new SharedMemory(
      whole,
      order,
      (count) => this.pick(count),
      (who, span) => this.stored(who, [span]),
    );
    this.names = names;
    this.weak = order === "aarch64";
    this.words = new TouchedWords(whole, byteLength);
    this.#longest = options.longest;
    this.#daemons = daemons;
    this.timeouts = timeouts;
    this.nets = options.nets ?? false;
    this.semaphores = options.semaphores ?? [];
    this.kernel = new Kernel(this, names.length);
  }

  /** Whether the one who runs is being stopped. */
  get unwinding(): boolean {
    return this.#unwinding;
  }

  /** Keeps what there is now as the beginning of each schedule. */
  keep(): void {
    this.memory.keep();
    this.#files = new Files(this.decoys.fileLength, this.kernel.files);
  }

  /** Runs one schedule. */
  schedule(strategy: Strategy, run: Runner): void {
    this.strategy = strategy;
    this.#run = run;
    this.actors = this.names.map((name, index) => new Actor(index, name));
    this.#selves = this.actors.map((actor) => selfOf(this, actor));
    this.kernel = new Kernel(this, this.names.length, this.#files);
    this.memory.reset(this.names.length);
    this.last = null;
    this.violation = null;
    this.pruned = false;
    this.steps = 0;
    this.jumps = this.timeouts;
    this.tokens = [];
    this.#next = null;
    for (;;) {
      if (this.violation !== null || this.pruned) return;
      const next = this.#next ?? this.#choose();
      if (next === null) break;
      this.#next = null;
      next.granted = true;
      this.#goOn(next);
    }
    if (this.pruned || this.violation !== null) return;
    this.violation = stuckOf(this.actors, this.#daemons) ?? null;
  }

  /** Whether the step was made before, and why it stops if that is to be. */
  replays(actor: Actor, step: string | number, two: boolean): boolean {
    if (this.#unwinding) throw STOP;
    if (actor.position >= actor.log.length) return false;
    const misstep = actor.misstepOf(step);
    if (misstep !== undefined) {
      this.violation ??= misstep;
      this.#unwinding = true;
      throw STOP;
    }
    this.low = actor.log[actor.position++]!;
    if (two) this.high = actor.log[actor.position++]!;
    return true;
  }

  /** What an atomic access of private memory orders. */
  order(site: number): void {
    const actor = this.current;
    if (actor === null) return;
    this.act("fence", site, () => {
      this.memory.order(actor.index);
      return 0;
    }, this.memory.waiting(actor.index) > 0);
  }

  /** One step that is no access: the kernel's, mostly. Its result is a number. */
  act(
    what: string,
    site: number,
    action: () => number,
    stops = true,
    touched: readonly Span[] | null = null,
  ): number {
    const actor = this.current;
    if (actor === null) return action();
    if (this.replays(actor, what, false)) return this.low;
    if (stops || this.words.everywhere) {
      this.arrive(actor, stops ? touched : []);
    }
    this.low = action();
    this.done(actor, what, false);
    this.trace?.push({
      ...{ who: actor.name, site, what, offset: -1 },
      ...{ before: "", after: String(this.low) },
    });
    return this.low;
  }

  /** Sleeps until {@linkcode Actor.wake} is set. */
  awaitWake(): number {
    const actor = this.current!;
    if (this.replays(actor, WAKE, false)) return this.low;
    if (!actor.granted) {
      actor.pending = [];
      if (this.head !== null) actor.head = new BigInt64Array(this.head.slice());
      this.#unwinding = true;
      throw STOP;
    }
    actor.granted = false;
    this.memory.catchUp(actor.index);
    this.low = actor.wake;
    this.done(actor, WAKE, false);
    return this.low;
  }

  /** Lets the strategy decide between things that may happen. */
  pick(count: number): number {
    if (count <= 1) return 0;
    const choice = this.strategy.pick(count);
    this.tokens.push({ pick: choice });
    return choice;
  }

  #goOn(actor: Actor): void {
    this.current = actor;
    actor.position = 0;
    actor.notes = [];
    actor.calls = 0;
    actor.words = 0;
    this.head = null;
    this.#unwinding = false;
    try {
      this.#run(actor, this.#selves[actor.index]!);
      if (!this.#unwinding) {
        // The kernel is entered, and after that gives up the locks.
        const leaves = this.memory.waiting(actor.index) > 0 ||
          this.kernel.hasLocks(actor.index);
        this.act(
          "end",
          0,
          () => {
            this.memory.fence(actor.index);
            this.kernel.exit(actor.index);
            return 0;
          },
          leaves,
          this.memory.spans(actor.index),
        );
        actor.finished = true;
        actor.granted = false;
        this.stored(actor.index, null);
      }
    } catch (error) {
      if (!this.#unwinding) {
        this.violation ??= error instanceof Error
          ? error
          : new Violation(String(error));
      }
    } finally {
      this.current = null;
      this.#unwinding = false;
    }
  }

  /** Before a step: goes on, or stops the one who runs. */
  arrive(actor: Actor, touched: readonly Span[] | null): void {
    if (this.head !== null) actor.head = new BigInt64Array(this.head.slice());
    actor.pending = touched;
    if (actor.granted) {
      actor.granted = false;
      return;
    }
    const next = this.#choose();
    if (next === actor) return;
    this.#next = next;
    this.#unwinding = true;
    throw STOP;
  }

  /** Who makes the next step; others may do something before. */
  #choose(): Actor | null {
    if (this.steps > this.#longest) {
      this.violation ??= new Violation(
        `it has not ended after ${this.#longest} steps`,
      );
      return null;
    }
    for (;;) {
      const next = this.strategy.next(this);
      if (next === undefined) {
        this.pruned = true;
        return null;
      }
      if (next === null || next instanceof Actor) return next;
      this.tokens.push(next);
    }
  }

  /** Notes what a step has found. */
  done(actor: Actor, step: string | number, two: boolean): void {
    actor.granted = false;
    actor.noteResult(step, this.low);
    if (two) actor.noteResult(step, this.high);
    actor.position = actor.log.length;
    this.last = actor;
    this.steps++;
    const token = this.tokens.at(-1);
    if (token !== undefined && RUN in token && token.run === actor.index) {
      token.count++;
    } else this.tokens.push({ run: actor.index, count: 1 });
  }

  /** Somebody stored: those that wait for that look again. */
  stored(who: number, spans: readonly Span[] | null): void {
    for (const actor of this.actors) {
      if (actor.index !== who) actor.noteStore(spans);
    }
  }
}

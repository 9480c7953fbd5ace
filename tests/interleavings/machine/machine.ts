/**
 * Runs participants one step at a time, on one thread, without changing what
 * they are: a participant that is to stop is thrown out of its code, and when it
 * is to go on it runs from its start again, on the results that its steps had
 * before. So functions, getters, constructors and callbacks need no change.
 *
 * @module
 */

import {
  ADD,
  AND,
  ATOMIC_LOAD,
  COMPARE,
  EXCHANGE,
  LOAD,
  OR,
  STORE,
  SUB,
  XOR,
} from "./accessors.ts";
import { freeLocks, headAddress } from "./robust_list.ts";
import { Kernel, type PoolCall, type Sleeper } from "./kernel.ts";
import { mix, SharedMemory, type Span } from "./memory.ts";
import { RUN, type Strategy, type Tokens } from "./schedule.ts";
import type { MemoryOrder, Participant } from "./world.ts";

/** Stops a participant. Thrown, and nothing that a program would throw. */
const STOP = Symbol("stop");

/** Bytes of such words for each participant. */
const OWN_LENGTH = 64;

/** A participant, between and during its runs. */
export class Actor {
  readonly index: number;
  readonly name: string;
  /** Results of all its steps so far. */
  log: number[] = [];
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

  constructor(index: number, name: string) {
    this.index = index;
    this.name = name;
  }

  get enabled(): boolean {
    return !this.finished && !this.dead && !this.blocked;
  }
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

/** How a run of a participant goes: its code, made new where need be. */
export type Runner = (actor: Actor, self: Participant) => unknown;

/** What a machine explores under. */
export interface MachineOptions {
  readonly byteLength: number;
  readonly names: readonly string[];
  readonly order: MemoryOrder;
  readonly longest: number;
  /** Who may wait for more at the end. */
  readonly daemons?: readonly string[];
  /** How often time limits may run out. */
  readonly timeouts?: number;
  /** Whether timers that look again help after a death. */
  readonly nets?: boolean;
}

/** Something that must not be. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** The machine. */
export class Machine {
  /** The memory that programs believe in. */
  readonly decoy: ArrayBuffer;
  readonly memory: SharedMemory;
  /** Bytes that a world has. */
  readonly byteLength: number;
  readonly names: readonly string[];
  /** The head of a list of locks, where the one who runs has one. */
  head: ArrayBuffer | null = null;
  /** Whether timers that look again help after a death. */
  readonly nets: boolean;
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
  /** Words that several touch, one of them writing: where order matters. */
  readonly shared: Uint8Array;
  /** Whether one more was found. */
  grown = false;
  /** Whether to stop at each step, as a printed schedule needs it. */
  everywhere = false;
  readonly #touched: Uint8Array;
  readonly #written: Uint8Array;
  readonly #longest: number;
  readonly #daemons: readonly string[];
  readonly #timeouts: number;
  #jumps = 0;
  #unwinding = false;
  #next: Actor | null = null;
  #run: Runner = () => {};
  #selves: Participant[] = [];

  constructor(options: MachineOptions) {
    const { byteLength, names, order, longest, daemons = [], timeouts = 0 } =
      options;
    // Behind it: words of a participant alone that the kernel knows, too.
    const whole = byteLength + OWN_LENGTH * names.length;
    this.byteLength = byteLength;
    this.decoy = new ArrayBuffer(whole);
    new Uint8Array(this.decoy).fill(0xa5);
    this.memory = new SharedMemory(
      whole,
      order,
      (count) => this.pick(count),
      (who, span) => this.#stored(who, [span]),
    );
    this.names = names;
    this.weak = order === "aarch64";
    this.shared = new Uint8Array(whole / 4);
    this.#touched = new Uint8Array(whole / 4);
    this.#written = new Uint8Array(whole / 4);
    this.#longest = longest;
    this.#daemons = daemons;
    this.#timeouts = timeouts;
    this.nets = options.nets ?? false;
    this.shared.fill(1, byteLength / 4);
    this.kernel = new Kernel(names.length);
  }

  /** Whether the one who runs is being stopped. */
  get unwinding(): boolean {
    return this.#unwinding;
  }

  /** Runs one schedule. */
  schedule(strategy: Strategy, run: Runner): void {
    this.strategy = strategy;
    this.#run = run;
    this.actors = this.names.map((name, index) => new Actor(index, name));
    this.#selves = this.actors.map((actor) => this.#selfOf(actor));
    this.kernel = new Kernel(this.names.length);
    this.memory.reset(this.names.length);
    this.last = null;
    this.violation = null;
    this.pruned = false;
    this.steps = 0;
    this.#jumps = this.#timeouts;
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
    const stuck = this.actors.filter((one) =>
      !one.finished && !one.dead && !this.#daemons.includes(one.name)
    );
    if (stuck.length > 0) {
      const names = stuck.map(({ name }) => name).join(" and ");
      this.violation = new Violation(`${names} would wait indefinitely`);
    }
  }

  /** One access. */
  step(
    kind: number,
    offset: number,
    width: number,
    low: number,
    high: number,
    low2: number,
    high2: number,
    site: number,
  ): void {
    const actor = this.current;
    const { memory } = this;
    if (actor === null) {
      memory.loadNewest(offset, width);
      this.low = memory.low;
      this.high = memory.high;
      this.#perform(-1, kind, offset, width, low, high, low2, high2);
      return;
    }
    if (this.#unwinding) throw STOP;
    if (actor.position < actor.log.length) {
      this.low = actor.log[actor.position++]!;
      if (width === 8) this.high = actor.log[actor.position++]!;
      return;
    }
    const who = actor.index;
    const isShared = this.#isShared(who, kind, offset, width);
    const drains = kind > ATOMIC_LOAD && memory.waiting(who) > 0;
    if (isShared || drains || this.everywhere) {
      const own: readonly Span[] = kind > ATOMIC_LOAD ? memory.spans(who) : [];
      const touched = kind === STORE ? own : [...own, { offset, width }];
      this.#arrive(actor, touched);
    }
    const before = this.trace === null ? "" : this.#show(offset, width);
    if (kind === LOAD || kind === ATOMIC_LOAD) {
      if (isShared) memory.load(who, offset, width, kind === ATOMIC_LOAD);
      else memory.loadNewest(offset, width);
      this.low = memory.low;
      this.high = memory.high;
    } else if (kind < EXCHANGE && !isShared) {
      if (kind !== STORE) memory.order(who);
      memory.storePrivately(offset, width, low, high);
      this.low = this.high = 0;
    } else this.#perform(who, kind, offset, width, low, high, low2, high2);
    this.#done(actor, width === 8);
    if (kind === LOAD || kind === ATOMIC_LOAD) {
      for (let word = offset >> 2; 4 * word < offset + width; word++) {
        actor.watched.add(word);
      }
    } else if (isShared) this.#stored(who, [{ offset, width }]);
    if (this.trace !== null) {
      const value = kind <= ATOMIC_LOAD && kind !== STORE
        ? show(this.low, this.high, width)
        : this.#show(offset, width);
      const waits = kind === STORE && memory.waiting(who) > 0;
      const after = waits ? `${show(low, high, width)} (waits)` : value;
      const what = NAMES[kind]!;
      const { name } = actor;
      this.trace.push({ who: name, site, what, offset, before, after });
    }
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
    if (this.#unwinding) throw STOP;
    if (actor.position < actor.log.length) return actor.log[actor.position++]!;
    if (stops || this.everywhere) this.#arrive(actor, stops ? touched : []);
    this.low = action();
    this.#done(actor, false);
    this.trace?.push({
      ...{ who: actor.name, site, what, offset: -1 },
      ...{ before: "", after: String(this.low) },
    });
    return this.low;
  }

  /** Sleeps until {@linkcode Actor.wake} is set. */
  awaitWake(): number {
    const actor = this.current!;
    if (this.#unwinding) throw STOP;
    if (actor.position < actor.log.length) return actor.log[actor.position++]!;
    if (!actor.granted) {
      actor.pending = [];
      if (this.head !== null) actor.head = new BigInt64Array(this.head.slice());
      this.#unwinding = true;
      throw STOP;
    }
    actor.granted = false;
    this.memory.catchUp(actor.index);
    this.low = actor.wake;
    this.#done(actor, false);
    return this.low;
  }

  /** Waits until something happens that an event loop waits for. */
  awaitEvent(ready: boolean): [number, number] {
    const actor = this.current!;
    if (ready) return [this.act("turn", 0, () => -1, false), 0];
    const call = this.act("look for events", 0, () => {
      if (actor.events.length > 0) return 1;
      actor.blocked = true;
      return 0;
    });
    if (call === 0) this.awaitWake();
    const which = this.act("event", 0, () => {
      // Handed over by another thread, with all that it saw.
      this.memory.catchUp(actor.index);
      const { length } = actor.events;
      const [event] = actor.events.splice(
        length > 1 ? this.pick(length) : 0,
        1,
      );
      actor.wake = event![1];
      return event![0];
    }, false);
    return [which, this.act("result", 0, () => actor.wake, false)];
  }

  /** The head of the list of locks of the one who runs (`get_robust_list(2)`). */
  openHead(): ArrayBuffer {
    const actor = this.current!;
    this.head = new ArrayBuffer(24);
    new BigInt64Array(this.head).set([headAddress(actor.index), -32n, 0n]);
    return this.head;
  }

  /** A word of the one who runs, for the kernel. */
  ownWord(): number {
    const actor = this.current!;
    if (4 * actor.words >= OWN_LENGTH) throw new Error("too many own words");
    return this.byteLength + OWN_LENGTH * actor.index + 4 * actor.words++;
  }

  /** Whether time has gone by since the last look: 1 if it has, and far. */
  readClock(): number {
    if (this.#timeouts === 0 || this.current === null) return 0;
    return this.act("clock", 0, () => {
      const jumps = this.#jumps > 0 ? this.pick(2) : 0;
      this.#jumps -= jumps;
      return jumps;
    }, false);
  }

  /** Wakes a sleeper through one of its words. */
  wake(sleeper: Sleeper, offset: number): void {
    const place = sleeper.offsets.indexOf(offset);
    if (sleeper.woken === undefined) this.rouse(sleeper, place);
    else sleeper.woken.push(place);
  }

  /** Lets a sleeper go on. */
  rouse(sleeper: Sleeper, result: number): void {
    this.kernel.remove(sleeper);
    const actor = this.actors[sleeper.who]!;
    if (sleeper.call === 0) actor.wake = result;
    else actor.events.push([sleeper.call, result]);
    actor.blocked = false;
  }

  /** Lets a waiting store be seen. */
  flush(who: number, place: number): void {
    const entry = this.memory.flush(who, place);
    if (this.trace === null || entry === undefined) return;
    const { offset, width, low, high } = entry;
    this.trace.push({
      ...{ who: this.names[who]!, site: 0, what: "is seen by all: its store" },
      ...{ offset, before: "", after: show(low, high, width) },
    });
  }

  /** Loads a word for the kernel, which makes it one that several touch. */
  loadForKernel(offset: number): number {
    const word = offset >> 2;
    if (this.shared[word] === 0 && !this.everywhere) {
      this.shared[word] = 1;
      this.grown = true;
    }
    this.memory.loadNewest(offset, 4);
    return this.memory.low;
  }

  /** Stores a word for the kernel. */
  storeForKernel(offset: number, value: number): void {
    this.memory.storePrivately(offset, 4, value, 0);
    this.#stored(-1, [{ offset, width: 4 }]);
  }

  /** Starts a call of the pool. */
  startCall(who: number, { call, offsets, values, timed }: PoolCall): void {
    for (let i = 0; i < offsets.length; i++) {
      this.memory.loadNewest(offsets[i]!, 4);
      if (this.memory.low !== values[i]!) {
        this.actors[who]!.events.push([call, -1]);
        this.actors[who]!.blocked = false;
        return;
      }
    }
    this.kernel.sleepers.push({ who, call, offsets, timed, woken: [] });
  }

  /** Ends a participant as SIGKILL does. */
  kill(actor: Actor): void {
    this.memory.fence(actor.index);
    actor.dead = true;
    actor.blocked = false;
    if (actor.head !== null) freeLocks(this, actor.index, actor.head);
    this.kernel.die(actor.index);
    // Those that wait for a change look again: a death is one.
    this.#stored(actor.index, null);
  }

  /** Lets the strategy decide between things that may happen. */
  pick(count: number): number {
    if (count <= 1) return 0;
    const choice = this.strategy.pick(count);
    this.tokens.push({ pick: choice });
    return choice;
  }

  /** Mixes all state into a number, for telling what was explored before. */
  hash(seed: number): number {
    const { memory } = this;
    let h = mix(seed, seed === 1 ? memory.hash1 : memory.hash2);
    h = this.kernel.hash(memory.hash(h));
    for (const actor of this.actors) {
      const flags = (actor.finished ? 1 : 0) + (actor.dead ? 2 : 0) +
        (actor.blocked ? 4 : 0) +
        (actor.changed ? 8 : 0);
      const past = seed === 1 ? actor.hash1 : actor.hash2;
      h = mix(mix(mix(h, past), flags), actor.wake);
      for (const [call, result] of actor.events) h = mix(mix(h, call), result);
    }
    return mix(mix(h, this.#jumps), this.last === null ? -1 : this.last.index);
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
        this.#stored(actor.index, null);
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
  #arrive(actor: Actor, touched: readonly Span[] | null): void {
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

  #done(actor: Actor, two: boolean): void {
    actor.granted = false;
    actor.log.push(this.low);
    actor.hash1 = mix(actor.hash1, this.low);
    actor.hash2 = mix(actor.hash2, ~this.low);
    if (two) {
      actor.log.push(this.high);
      actor.hash1 = mix(actor.hash1, this.high);
      actor.hash2 = mix(actor.hash2, ~this.high);
    }
    actor.position = actor.log.length;
    this.last = actor;
    this.steps++;
    const token = this.tokens.at(-1);
    if (token !== undefined && RUN in token && token.run === actor.index) {
      token.count++;
    } else this.tokens.push({ run: actor.index, count: 1 });
  }

  #perform(
    who: number,
    kind: number,
    offset: number,
    width: number,
    low: number,
    high: number,
    low2: number,
    high2: number,
  ): void {
    const { memory } = this;
    if (kind === LOAD || kind === ATOMIC_LOAD) return;
    if (kind < EXCHANGE) {
      memory.store(who, offset, width, low, high, kind !== STORE);
      this.low = this.high = 0;
      return;
    }
    if (who >= 0) memory.lockedLoad(who, offset, width);
    else memory.loadNewest(offset, width);
    const before = memory.low;
    const above = memory.high;
    this.low = before;
    this.high = above;
    let next = low;
    let nextHigh = high;
    switch (kind) {
      case EXCHANGE:
        break;
      case COMPARE: {
        const same = width < 4
          ? before === (low2 & (width === 1 ? 0xff : 0xffff))
          : before === low2 && (width === 4 || above === high2);
        if (!same) return;
        break;
      }
      default:
        [next, nextHigh] = compute(kind, before, above, low, high, width);
    }
    if (who < 0) memory.store(who, offset, width, next, nextHigh, true);
    else memory.lockedStore(who, offset, width, next, nextHigh);
  }

  #isShared(who: number, kind: number, offset: number, width: number): boolean {
    const end = (offset + width - 1) >> 2;
    let found = false;
    for (let word = offset >> 2; word <= end; word++) {
      if (this.shared[word] === 1) found = true;
      else if (!this.everywhere) {
        const touched = this.#touched[word]! | (1 << who);
        this.#touched[word] = touched;
        if (kind !== LOAD && kind !== ATOMIC_LOAD) this.#written[word] = 1;
        const several = (touched & (touched - 1)) !== 0;
        if (several && this.#written[word] === 1) {
          this.shared[word] = 1;
          this.grown = true;
          found = true;
        }
      }
    }
    return found;
  }

  /** Somebody stored: those that wait for that look again. */
  #stored(who: number, spans: readonly Span[] | null): void {
    for (const actor of this.actors) {
      if (actor.index === who || actor.changed) continue;
      actor.changed = spans === null || spans.some(({ offset, width }) => {
        const last = (offset + width - 1) >> 2;
        return actor.watched.has(offset >> 2) || actor.watched.has(last);
      });
      if (!actor.changed || !actor.paused) continue;
      actor.paused = actor.blocked = actor.changed = false;
      actor.watched.clear();
    }
  }

  #selfOf(actor: Actor): Participant {
    return {
      memory: new Uint8Array(this.decoy, 0, this.byteLength),
      id: actor.index + 1,
      get notes() {
        return actor.notes;
      },
      note: (value) => {
        if (!this.#unwinding) actor.notes.push(value);
      },
      isDead: (name) =>
        this.act(
          `look whether ${name} lives`,
          0,
          () => {
            const other = this.actors.find((one) => one.name === name);
            return other?.dead === true ? 1 : 0;
          },
          true,
          [],
        ) === 1,
      enter: (place) => {
        const owner = this.act(
          "enter",
          0,
          () => {
            const owner = this.kernel.places.get(place);
            this.kernel.places.set(place, actor.index);
            return owner ?? -1;
          },
          true,
          [],
        );
        if (owner < 0) return;
        throw new Violation(
          `${actor.name} and ${this.names[owner]} are both in ${place}`,
        );
      },
      leave: (place) => {
        this.act(
          "leave",
          0,
          () => {
            this.kernel.places.delete(place);
            return 0;
          },
          true,
          [],
        );
      },
      pause: () => {
        const waits = this.act("pause", 0, () => {
          const stale = this.memory.catchUp(actor.index);
          actor.paused = actor.blocked = !actor.changed && !stale;
          actor.changed = false;
          if (!actor.paused) actor.watched.clear();
          return actor.paused ? 1 : 0;
        }, false);
        if (waits === 1) this.awaitWake();
      },
    };
  }

  #show(offset: number, width: number): string {
    this.memory.loadNewest(offset, width);
    return show(this.memory.low, this.memory.high, width);
  }
}

const NAMES = [
  ...["load", "store", "Atomics.load", "Atomics.store", "Atomics.exchange"],
  ...["Atomics.compareExchange", "Atomics.add", "Atomics.sub", "Atomics.and"],
  ...["Atomics.or", "Atomics.xor"],
];

function show(low: number, high: number, width: number): string {
  if (width < 8) return String(low);
  return String(BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low >>> 0)));
}

function compute(
  kind: number,
  before: number,
  above: number,
  low: number,
  high: number,
  width: number,
): [number, number] {
  if (width === 8) {
    const a = (BigInt(above) << 32n) | BigInt(before >>> 0);
    const b = (BigInt(high) << 32n) | BigInt(low >>> 0);
    const c = kind === ADD
      ? a + b
      : kind === SUB
      ? a - b
      : kind === AND
      ? a & b
      : kind === OR
      ? a | b
      : a ^ b;
    return [Number(BigInt.asIntN(32, c)), Number(BigInt.asIntN(32, c >> 32n))];
  }
  switch (kind) {
    case ADD:
      return [(before + low) | 0, 0];
    case SUB:
      return [(before - low) | 0, 0];
    case AND:
      return [before & low, 0];
    case OR:
      return [before | low, 0];
    case XOR:
      return [before ^ low, 0];
    default:
      throw new Error(`the machine knows no step ${kind}`);
  }
}

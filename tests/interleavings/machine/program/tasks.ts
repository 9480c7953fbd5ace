/**
 * Promises, timers and the event loop of one participant, driven by the machine
 * so that nothing happens beside it.
 *
 * @module
 */

// deno-lint-ignore-file no-explicit-any -- these carry values of any program

import { awaitEvent, doze, NAP, readClock, TIMER } from "../events.ts";
import type { Machine } from "../machine.ts";
import { each, generate, Yielded } from "./iteration.ts";
import { promiseOf } from "./promises.ts";

type Any = any;

/** Pauses up to here are no nets. */
const SHORT_MS = 20;

/** Longer than any time limit of a world. */
const LONG_MS = 1e9;

/**
 * Nothing is collected while a schedule runs. The engine's own would keep what
 * they refer to until the machine gives up the thread, which it does not.
 */
class StrongRef {
  readonly #target: Any;
  constructor(target: Any) {
    this.#target = target;
  }
  deref(): Any {
    return this.#target;
  }
}

/** So nobody hears of it. */
class NoRegistry {
  register(): void {}
  unregister(): boolean {
    return false;
  }
}

/** Dates that begin with the schedule. */
function dateOf(clock: () => number): Any {
  return class extends Date {
    static override now(): number {
      return 1.6e12 + clock();
    }
  };
}

/** The event loop of a participant. */
export class Tasks {
  readonly #machine: Machine;
  #jobs: (() => void)[] = [];
  #turns = new Map<number, () => void>();
  #naps = new Map<number, () => void>();
  #timers = new Map<number, () => void>();
  #calls = new Map<number, (result: number) => void>();
  #count = 0;
  /** Milliseconds that have gone by. */
  now = 0;
  /** What the instrumented files find in place of the engine's. */
  readonly globals: Record<string, unknown>;

  constructor(machine: Machine) {
    this.#machine = machine;
    const Promise = promiseOf((job) => this.#jobs.push(job));
    const spawn = (steps: Generator<Any, Any, Any>) =>
      new Promise((resolve: Any, reject: Any) => {
        const advance = (act: () => IteratorResult<Any>) => {
          let step: IteratorResult<Any>;
          try {
            step = act();
          } catch (error) {
            if (machine.unwinding) throw error;
            return reject(error);
          }
          if (step.done) return resolve(step.value);
          Promise.resolve(step.value).then(
            (value: Any) => advance(() => steps.next(value)),
            (error: Any) => advance(() => steps.throw(error)),
          );
        };
        advance(() => steps.next());
      });
    this.globals = {
      Promise,
      $spawn: spawn,
      $generate: (steps: Generator<Any, Any, Any>) =>
        generate(steps, Promise, spawn),
      $yielded: (value: Any) => new Yielded(value),
      $each: (iterable: Any) => each(iterable),
      queueMicrotask: (job: () => void) => this.#jobs.push(job),
      // Short pauses end; what only looks again after a while never does.
      setTimeout: (job: (...args: Any[]) => void, ms = 0, ...args: Any[]) =>
        this.#add(this.#timersFor(ms), () => {
          this.now += ms;
          job(...args);
        }),
      clearTimeout: (id: number) => {
        this.#timers.delete(id);
        this.#turns.delete(id);
        this.#naps.delete(id);
      },
      setInterval: (job: () => void, ms = 0) => {
        const id = ++this.#count;
        // It joins the others again, behind those that have waited longer.
        const run = () => {
          this.now += ms;
          this.#timers.set(id, run);
          job();
        };
        this.#timers.set(id, run);
        return id;
      },
      clearInterval: (id: number) => this.#timers.delete(id),
      setImmediate: (job: (...args: Any[]) => void, ...args: Any[]) =>
        this.#add(this.#turns, () => job(...args)),
      clearImmediate: (id: number) => this.#turns.delete(id),
      addEventListener: () => {},
      Date: dateOf(() => this.#clock()),
      WeakRef: StrongRef,
      FinalizationRegistry: NoRegistry,
      performance: { now: () => this.#clock() },
    };
  }

  #timersFor(ms: number): Map<number, () => void> {
    if (ms > SHORT_MS) return this.#timers;
    return ms > 0 ? this.#naps : this.#turns;
  }

  /** Time goes by only where that is to be tried, and then far. */
  #clock(): number {
    const jumps = readClock(this.#machine);
    this.now += LONG_MS * jumps;
    return this.now;
  }

  /** Blocks the thread for a moment, in a loop that looks again. */
  doze(ms: number): void {
    this.now += doze(this.#machine) ? LONG_MS : ms;
  }

  /** Begins a run. */
  reset(): void {
    this.#jobs = [];
    this.#turns.clear();
    this.#naps.clear();
    this.#timers.clear();
    this.#calls.clear();
    this.#count = 0;
    this.now = 0;
  }

  /** Waits for the end of a call of the pool. */
  onCall(call: number, job: (result: number) => void): void {
    this.#calls.set(call, job);
  }

  /** Makes a promise of the participant's own kind. */
  promise(executor: (resolve: Any, reject: Any) => void): Any {
    return new (this.globals.Promise as Any)(executor);
  }

  /** Runs tasks until a promise is settled; gives what it is settled with. */
  runUntil(promise: Any): void {
    let outcome: { error?: unknown } | undefined;
    promise.then(
      () => outcome = {},
      (error: unknown) => outcome = { error },
    );
    for (;;) {
      for (;;) {
        const job = this.#jobs.shift();
        if (job === undefined) break;
        job();
      }
      if (outcome !== undefined) {
        if ("error" in outcome) throw outcome.error;
        return;
      }
      this.#turn();
    }
  }

  #turn(): void {
    const [id] = this.#turns.keys();
    const [nap] = this.#naps;
    const [call, result] = awaitEvent(
      this.#machine,
      {
        ready: id !== undefined,
        naps: nap !== undefined,
        hasTimers: this.#timers.size > 0,
      },
    );
    if (call === TIMER) return this.#run(this.#timers);
    if (call === NAP) return this.#run(this.#naps);
    if (call < 0 && id !== undefined) {
      const job = this.#turns.get(id);
      this.#turns.delete(id);
      job?.();
      return;
    }
    const job = this.#calls.get(call);
    this.#calls.delete(call);
    job?.(result);
  }

  /** Runs the one that was set first. */
  #run(timers: Map<number, () => void>): void {
    const [first] = timers;
    if (first === undefined) return;
    timers.delete(first[0]);
    first[1]();
  }

  #add(jobs: Map<number, () => void>, job: () => void): number {
    jobs.set(++this.#count, job);
    return this.#count;
  }
}

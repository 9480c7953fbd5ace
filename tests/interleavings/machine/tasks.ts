/**
 * Promises, timers and the event loop of one participant, driven by the machine
 * so that nothing happens beside it.
 *
 * @module
 */

// deno-lint-ignore-file no-explicit-any -- these carry values of any program

import type { Machine } from "./machine.ts";

type Any = any;

/** Pauses up to here are no nets. */
const SHORT_MS = 20;

/** Longer than any time limit of a world. */
const LONG_MS = 1e9;

class Yielded {
  readonly value: Any;
  constructor(value: Any) {
    this.value = value;
  }
}

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

/** The event loop of a participant. */
export class Tasks {
  readonly #machine: Machine;
  #jobs: (() => void)[] = [];
  #turns = new Map<number, () => void>();
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
        this.#add(ms > SHORT_MS ? this.#timers : this.#turns, () => {
          this.now += ms;
          job(...args);
        }),
      clearTimeout: (id: number) => {
        this.#timers.delete(id);
        this.#turns.delete(id);
      },
      setInterval: (job: () => void) => this.#add(this.#timers, job),
      clearInterval: (id: number) => this.#timers.delete(id),
      setImmediate: (job: (...args: Any[]) => void, ...args: Any[]) =>
        this.#add(this.#turns, () => job(...args)),
      clearImmediate: (id: number) => this.#turns.delete(id),
      WeakRef: StrongRef,
      FinalizationRegistry: NoRegistry,
      performance: { now: () => this.#clock() },
    };
  }

  /** Time goes by only where that is to be tried, and then far. */
  #clock(): number {
    const jumps = this.#machine.readClock();
    this.now += LONG_MS * jumps;
    return this.now;
  }

  /** Begins a run. */
  reset(): void {
    this.#jobs = [];
    this.#turns.clear();
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
    const [call, result] = this.#machine.awaitEvent(id !== undefined);
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

  #add(jobs: Map<number, () => void>, job: () => void): number {
    jobs.set(++this.#count, job);
    return this.#count;
  }
}

/** Steps of an iterable that is awaited. */
function each(iterable: Any) {
  const own = iterable[Symbol.asyncIterator];
  const iterator = own === undefined
    ? iterable[Symbol.iterator]()
    : own.call(iterable);
  let open = true;
  return {
    next: () => {
      open = false;
      const step = iterator.next();
      const note = (result: Any) => {
        open = !result.done;
        return result;
      };
      return typeof step.then === "function" ? step.then(note) : note(step);
    },
    close: () => open ? iterator.return?.() : undefined,
  };
}

/** An async generator over a generator that yields what is awaited. */
function generate(
  steps: Generator<Any, Any, Any>,
  Promise: Any,
  spawn: (steps: Generator<Any, Any, Any>) => Any,
): Any {
  let last = Promise.resolve();
  function* run(act: () => IteratorResult<Any>): Generator<Any, Any, Any> {
    let step = act();
    for (;;) {
      if (step.done) return { done: true, value: step.value };
      if (step.value instanceof Yielded) {
        return { done: false, value: yield step.value.value };
      }
      let value: Any;
      let error: { is: Any } | undefined;
      try {
        value = yield step.value;
      } catch (thrown) {
        error = { is: thrown };
      }
      step = error === undefined ? steps.next(value) : steps.throw(error.is);
    }
  }
  const queue = (act: () => IteratorResult<Any>) => {
    last = last.then(() => spawn(run(act)), () => spawn(run(act)));
    return last;
  };
  return {
    next: (value: Any) => queue(() => steps.next(value)),
    throw: (error: Any) => queue(() => steps.throw(error)),
    return: (value: Any) => queue(() => steps.return(value)),
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]() {
      return this.return(undefined);
    },
  };
}

/** A class of promises whose jobs go into a queue. */
function promiseOf(enqueue: (job: () => void) => void): Any {
  return class Promise {
    #state: "pending" | "fulfilled" | "rejected" = "pending";
    #value: Any;
    #waiting: (() => void)[] = [];

    constructor(executor: (resolve: Any, reject: Any) => void) {
      let called = false;
      const once = (act: (value: Any) => void) => (value: Any) => {
        if (called) return;
        called = true;
        act(value);
      };
      const reject = once((error) => this.#settle("rejected", error));
      try {
        executor(once((value) => this.#resolve(value)), reject);
      } catch (error) {
        reject(error);
      }
    }

    #resolve(value: Any): void {
      const then = value === null || typeof value !== "object" &&
          typeof value !== "function"
        ? undefined
        : value.then;
      if (typeof then !== "function") return this.#settle("fulfilled", value);
      enqueue(() =>
        then.call(
          value,
          (inner: Any) => this.#resolve(inner),
          (error: Any) => this.#settle("rejected", error),
        )
      );
    }

    #settle(state: "fulfilled" | "rejected", value: Any): void {
      if (this.#state !== "pending") return;
      this.#state = state;
      this.#value = value;
      for (const job of this.#waiting) enqueue(job);
      this.#waiting = [];
    }

    then(fulfilled?: Any, rejected?: Any): Promise {
      return new Promise((resolve, reject) => {
        const job = () => {
          const handler = this.#state === "fulfilled" ? fulfilled : rejected;
          if (typeof handler !== "function") {
            return (this.#state === "fulfilled" ? resolve : reject)(
              this.#value,
            );
          }
          let value: Any;
          try {
            value = handler(this.#value);
          } catch (error) {
            return reject(error);
          }
          resolve(value);
        };
        if (this.#state === "pending") this.#waiting.push(job);
        else enqueue(job);
      });
    }

    catch(rejected?: Any): Promise {
      return this.then(undefined, rejected);
    }

    finally(act: () => Any): Promise {
      return this.then(
        (value: Any) => Promise.resolve(act()).then(() => value),
        (error: Any) =>
          Promise.resolve(act()).then(() => {
            throw error;
          }),
      );
    }

    static resolve(value?: Any): Promise {
      return value instanceof Promise
        ? value
        : new Promise((resolve) => resolve(value));
    }

    static reject(error: Any): Promise {
      return new Promise((_, reject) => reject(error));
    }

    static withResolvers() {
      let resolve: Any;
      let reject: Any;
      const promise = new Promise((a, b) => {
        resolve = a;
        reject = b;
      });
      return { promise, resolve, reject };
    }

    static all(values: Iterable<Any>): Promise {
      return new Promise((resolve, reject) => {
        const results: Any[] = [];
        let left = 1;
        const done = () => --left === 0 && resolve(results);
        let place = 0;
        for (const value of values) {
          const at = place++;
          left++;
          Promise.resolve(value).then((result: Any) => {
            results[at] = result;
            done();
          }, reject);
        }
        done();
      });
    }

    static allSettled(values: Iterable<Any>): Promise {
      return Promise.all([...values].map((value) =>
        Promise.resolve(value).then(
          (value: Any) => ({ status: "fulfilled", value }),
          (reason: Any) => ({ status: "rejected", reason }),
        )
      ));
    }

    static race(values: Iterable<Any>): Promise {
      return new Promise((resolve, reject) => {
        for (const value of values) {
          Promise.resolve(value).then(resolve, reject);
        }
      });
    }
  };
}

/**
 * Async generators and `for await`, driven by promises of the machine's.
 *
 * @module
 */

// deno-lint-ignore-file no-explicit-any -- these carry values of any program

type Any = any;

/** What a generator yields to its caller, not to what drives it. */
export class Yielded {
  readonly value: Any;
  constructor(value: Any) {
    this.value = value;
  }
}

/** Steps of an iterable that is awaited. */
export function each(iterable: Any) {
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
export function generate(
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

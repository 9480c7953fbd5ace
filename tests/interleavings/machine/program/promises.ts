/**
 * Promises whose jobs go into a queue of the machine's.
 *
 * @module
 */

// deno-lint-ignore-file no-explicit-any -- these carry values of any program

type Any = any;

/** A class of promises whose jobs go into a queue. */
export function promiseOf(enqueue: (job: () => void) => void): Any {
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

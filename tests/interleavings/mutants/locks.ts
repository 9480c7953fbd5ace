import { ANY, CHANCE, DEADLY, type Mutant, ONE, TWO } from "./mutant.ts";

const MUTEX = "sync/locks/mutex/mutex_core.ts";
const ENTRY = "ffi/sync/list_entry.ts";
const LIST = "ffi/sync/thread_list.ts";

/** Locks, conditions, barriers and semaphores. */
export const LOCK_MUTANTS: readonly Mutant[] = [
  {
    fault: "an unlocked mutex wakes nobody (M10)",
    file: MUTEX,
    find: "if (Atomics.exchange(words, At.LOCK, 0) < 0) this.#wake();",
    replace: "Atomics.exchange(words, At.LOCK, 0);",
    world: ["sync/locks.ts", "mutexOfTwo"],
    bounds: ONE,
  },
  {
    fault: "the mutex is freed by a plain store",
    file: MUTEX,
    find: "if (Atomics.exchange(words, At.LOCK, 0) < 0) this.#wake();",
    replace:
      "const was = words[At.LOCK]!;\n      words[At.LOCK] = 0;\n      if (was < 0) this.#wake();",
    world: ["sync/locks.ts", "mutexOfTwo"],
    bounds: ONE,
  },
  {
    fault: "the mutex is taken without comparing",
    file: ENTRY,
    find:
      "if (Atomics.compareExchange(words, LOCK, expected, word) !== expected) {",
    replace:
      "if (words[LOCK] !== expected || Atomics.exchange(words, LOCK, word) === -1) {",
    world: ["sync/locks.ts", "mutexOfTwo"],
    bounds: CHANCE,
  },
  {
    fault: "one that has slept forgets that others may sleep",
    file: "sync/locks/mutex/mutex_wait.ts",
    find: "      sleepersBit = SLEEPERS_BIT;\n",
    replace: "",
    world: ["sync/locks.ts", "mutexOfThree"],
    bounds: ONE,
  },
  {
    fault: "the kernel is not told which lock is about to be taken",
    file: ENTRY,
    find: "    head[PENDING] = link;\n    if (Atomics",
    replace: "    if (Atomics",
    world: ["sync/locks.ts", "mutexOfTwo"],
    bounds: DEADLY,
  },
  {
    fault: "a lock leaves the list before that is announced",
    file: ENTRY,
    find: "    head[PENDING] = link;\n    if (\n",
    replace: "    if (\n",
    world: ["sync/locks.ts", "mutexOfTwo"],
    bounds: DEADLY,
  },
  {
    fault: "the announcement ends before the wake-up",
    file: MUTEX,
    find: "      if (Atomics.exchange(words, At.LOCK, 0) < 0) this.#wake();\n",
    replace:
      "      const slept = Atomics.exchange(words, At.LOCK, 0) < 0;\n      list.end();\n      if (slept) this.#wake();\n",
    world: ["sync/locks.ts", "mutexOfTwo"],
    bounds: { ...DEADLY, preemptions: 1 },
  },
  {
    fault: "a waiter that dies with a wake-up does not pass it on",
    file: LIST,
    find: "    if (this.awaited === 0) this.awaited = entry.link;\n",
    replace: "",
    world: ["sync/locks.ts", "mutexHandedOver"],
    bounds: CHANCE,
  },
  {
    fault: "a waiter tells the kernel only while it sleeps (found here)",
    file: "sync/locks/mutex/mutex_wait.ts",
    find: "exit: () => {} };",
    replace: "exit: () => core.stopAwaiting() };",
    world: ["sync/locks.ts", "mutexHandedOver"],
    bounds: CHANCE,
  },
  {
    fault:
      "a wait that ends in time tells nobody of those that sleep (found here)",
    file: "sync/locks/mutex/mutex_wait.ts",
    find:
      "    if (taken === undefined) passOn(core);\n    return taken;\n  } finally {\n    core.stopAwaiting();\n  }",
    replace: "    return taken;\n  } finally {\n    core.stopAwaiting();\n  }",
    world: ["sync/locks.ts", "mutexWithTimeout"],
    bounds: CHANCE,
  },
  {
    fault: "one that finds a mutex unrecoverable wakes nobody",
    file: MUTEX,
    find: "if (Atomics.exchange(words, At.LOCK, 0) < 0) wake(this.word, ALL);",
    replace: "Atomics.store(words, At.LOCK, 0);",
    world: ["sync/mutexes.ts", "mutexUnrecoverable"],
    bounds: ONE,
  },
  {
    fault: "a notification is not counted",
    file: "sync/locks/condition.ts",
    find: "    Atomics.add(this.#words, SEQUENCE, 1);\n",
    replace: "",
    world: ["sync/locks.ts", "condition"],
    bounds: ONE,
  },
  {
    fault: "the sequence is read when the lock is free again",
    file: "sync/locks/condition.ts",
    find:
      "      const sequence = this.#sequence.load();\n      suspend(guard);\n      try {\n        return toResult(sleep(",
    replace:
      "      suspend(guard);\n      const sequence = this.#sequence.load();\n      try {\n        return toResult(sleep(",
    world: ["sync/locks.ts", "condition"],
    bounds: ONE,
  },
  {
    fault: "a waiter counts itself when the lock is free already",
    file: "sync/locks/condition.ts",
    find:
      "    this.#sleepers.enter();\n    try {\n      const sequence = this.#sequence.load();\n      suspend(guard);\n      try {",
    replace:
      "    try {\n      const sequence = this.#sequence.load();\n      suspend(guard);\n      this.#sleepers.enter();\n      try {",
    world: ["sync/locks.ts", "condition"],
    bounds: ONE,
  },
  {
    fault: "the last one at a barrier wakes nobody (M12)",
    file: "sync/locks/barrier.ts",
    find: "    wake(this.#generation, ALL);\n",
    replace: "",
    world: ["sync/locks.ts", "barrier"],
    bounds: ANY,
  },
  {
    fault: "the last one at a barrier wakes before it says so",
    file: "sync/locks/barrier.ts",
    find:
      "    Atomics.compareExchange(this.#words, GENERATION, generation, next);\n    wake(this.#generation, ALL);\n",
    replace:
      "    wake(this.#generation, ALL);\n    Atomics.compareExchange(this.#words, GENERATION, generation, next);\n",
    world: ["sync/locks.ts", "barrier"],
    bounds: ANY,
  },
  {
    fault: "a post wakes nobody",
    file: "sync/semaphores/semaphore_counter.ts",
    find: "    if (waitersBehindExchange(words) !== 0) unpark(this.word, 1);\n",
    replace: "",
    world: ["sync/locks.ts", "semaphore"],
    bounds: ANY,
  },
  {
    fault: "a semaphore is taken by a plain store",
    file: "sync/semaphores/semaphore_counter.ts",
    find:
      "      const found = Atomics.compareExchange(words, VALUE, value, value - 1);\n      if (found === value) return true;",
    replace: "      words[VALUE] = value - 1;\n      return true;",
    world: ["sync/locks.ts", "semaphore"],
    bounds: TWO,
  },
  {
    fault: "a writer marks nothing",
    file: "sync/locks/read_write/read_write_core.ts",
    find: "    Atomics.store(this.#words, WRITING, 1);\n",
    replace: "",
    world: ["sync/locks.ts", "twoWriters"],
    bounds: DEADLY,
  },
  {
    fault: "a writer takes no slots",
    file: "sync/locks/read_write/read_write_core.ts",
    find:
      "      for (const mutex of [this.#gate, ...this.slots]) {\n        const died = this.#lock(",
    replace:
      "      for (const mutex of [this.#gate]) {\n        const died = this.#lock(",
    world: ["sync/locks.ts", "readersAndWriter"],
    bounds: ONE,
  },
];

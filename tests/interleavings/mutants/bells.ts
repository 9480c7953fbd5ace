import { ANY, CHANCE, type Mutant } from "./mutant.ts";

/** Doorbells and waits. */
export const BELL_MUTANTS: readonly Mutant[] = [
  {
    fault: "the doorbell has no fence (M16)",
    file: "channel/waiting/doorbell.ts",
    find: "    Atomics.store(order, 0, 0);\n",
    replace: "",
    world: ["channel/bells.ts", "doorbell"],
    bounds: ANY,
  },
  {
    fault: "the doorbell wakes nobody",
    file: "channel/waiting/doorbell.ts",
    find: "    notify(this.#words, this.#index);",
    replace: "",
    world: ["channel/bells.ts", "doorbell"],
    bounds: ANY,
  },
  {
    fault: "the sleeper looks before it says that it sleeps",
    file: "channel/waiting/doorbell.ts",
    find:
      "    Atomics.store(this.#words, this.#index, PARKED);\n    if (isReady()) return true;",
    replace:
      "    if (isReady()) return true;\n    Atomics.store(this.#words, this.#index, PARKED);",
    world: ["channel/bells.ts", "doorbell"],
    bounds: ANY,
  },
  {
    fault: "the sleeper does not look again before it sleeps",
    file: "channel/waiting/doorbell.ts",
    find:
      "    Atomics.store(this.#words, this.#index, PARKED);\n    if (isReady()) return true;",
    replace: "    Atomics.store(this.#words, this.#index, PARKED);",
    world: ["channel/bells.ts", "doorbell"],
    bounds: ANY,
  },
  {
    fault: "the sleeper says that it sleeps by a plain store",
    file: "channel/waiting/doorbell.ts",
    find: "    Atomics.store(this.#words, this.#index, PARKED);",
    replace: "    this.#words[this.#index] = PARKED;",
    world: ["channel/bells.ts", "doorbell"],
    bounds: ANY,
  },
  {
    fault:
      "a wake-up that came to a wait which had ended is not passed on (M9)",
    file: "sync/parking/wait_group.ts",
    find: "if (isSpare || mayBeWoken) wake(word, 1);",
    replace: "if (isSpare && mayBeWoken) wake(word, 0);",
    world: ["channel/bells.ts", "passedOn"],
    bounds: CHANCE,
  },
  {
    fault: "a change of the set of waits does not end the sleep on the old one",
    file: "sync/parking/wait_group.ts",
    find: "        wake(this.#doorbell, 1);",
    replace: "",
    world: ["channel/bells.ts", "oneMoreWord"],
    bounds: ANY,
  },
];

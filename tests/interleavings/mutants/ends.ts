import { CHANCE, type Mutant, ONE, TWO } from "./mutant.ts";

const MESSAGES = "channel/carrier/ring_messages.ts";

/** Ends of channels, and the pipes between them. */
export const END_MUTANTS: readonly Mutant[] = [
  {
    fault: "one that waits for a sender to go looks again at once (found here)",
    file: "channel/waiting/message_loop.ts",
    find: "await (++patience.looks < TURNS\n",
    replace: "await (++patience.looks < Infinity\n",
    world: ["channel/ends.ts", "sentAndEnded"],
    bounds: ONE,
  },
  {
    fault: "the pipe of one that sleeps is not rung",
    file: "channel/waiting/doorbell.ts",
    find:
      "      return this.#peer.ring(this.#sleeper(), state >>> STATE_BITS);",
    replace: "      return true;",
    world: ["channel/bells.ts", "pipeDoorbell"],
    bounds: TWO,
  },
  {
    fault: "one that sleeps by its pipe does not look before",
    file: "channel/waiting/doorbell.ts",
    find:
      "      Atomics.store(words, index, parked);\n      if (isReady()) return sleep.skip();",
    replace: "      Atomics.store(words, index, parked);",
    world: ["channel/bells.ts", "pipeDoorbell"],
    bounds: TWO,
  },
  {
    fault: "one that sleeps by its pipe says so by a plain store",
    file: "channel/waiting/doorbell.ts",
    find: "    Atomics.store(words, index, parked);",
    replace: "    words[index] = parked;",
    world: ["channel/bells.ts", "pipeDoorbell"],
    bounds: TWO,
  },
  {
    fault: "of two that sleep by one pipe the other one looks",
    file: "sync/bells/sleepers.ts",
    find: "const sleeping = sleepers.get(sleeper);",
    replace: "const sleeping = sleepers.get(1);",
    world: ["channel/bells.ts", "pipeDoorbells"],
    bounds: TWO,
  },
  {
    fault: "a receiver never rings senders that wait for room",
    file: MESSAGES,
    find: "    if (this.#source.used <= this.#halfFull) this.#ringSenders();",
    replace: "",
    also: {
      file: MESSAGES,
      find:
        "    // All that was released is free now.\n    this.#ringSenders();",
      replace: "",
    },
    world: ["channel/ends.ts", "sentWhenFull"],
    bounds: CHANCE,
  },
  {
    fault: "a sender that ends does not ring its receiver",
    file: "channel/membership/ring_control.ts",
    find: "    this.receiverBell.ring();",
    replace: "",
    world: ["channel/ends.ts", "sentAndEnded"],
    bounds: ONE,
  },
];

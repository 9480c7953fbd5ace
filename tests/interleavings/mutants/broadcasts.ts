import { type Mutant, ONE, TWO, WEAK_CHANCE } from "./mutant.ts";

/** Broadcast buffers. */
export const BROADCAST_MUTANTS: readonly Mutant[] = [
  {
    fault: "a transmitter says what it will overwrite afterwards",
    file: "channel/broadcast/broadcast_transmitter.ts",
    find:
      "    storePosition(longs, intent, Math.max(end, this.#leftIntent));\n",
    replace:
      "    const said = Math.max(end, this.#leftIntent);\n    queueMicrotask(() => storePosition(longs, intent, said));\n",
    world: ["channel/broadcasts.ts", "lapped"],
    bounds: ONE,
  },
  {
    fault: "a receiver does not look again whether it was overtaken",
    file: "channel/broadcast/copy_broadcast_receiver.ts",
    find:
      "    copyFrom(receiver, scratch, offset, length);\n    if (!receiver.validate()) this.#fail();",
    replace: "    copyFrom(receiver, scratch, offset, length);",
    world: ["channel/broadcasts.ts", "lapped"],
    bounds: TWO,
  },
  {
    fault: "the second look of a receiver may be early on aarch64",
    file: "channel/broadcast/broadcast_receiver.ts",
    find: "    Atomics.store(order, 0, 0);\n",
    replace: "",
    world: ["channel/broadcasts.ts", "lapped"],
    bounds: WEAK_CHANCE,
  },
  {
    fault: "what is written may be seen before the intent on aarch64",
    file: "channel/broadcast/broadcast_transmitter.ts",
    find: "    Atomics.load(longs, intent);\n",
    replace: "",
    world: ["channel/broadcasts.ts", "lapped"],
    bounds: WEAK_CHANCE,
  },
  {
    fault: "the tail of a broadcast moves before its record is written",
    file: "channel/broadcast/broadcast_transmitter.ts",
    find: "    words[index >> 2] = recordLength;\n    words",
    replace:
      "    storePosition(longs, tail, position + aligned);\n    words[index >> 2] = recordLength;\n    words",
    world: ["channel/broadcasts.ts", "lapped"],
    bounds: ONE,
  },
];

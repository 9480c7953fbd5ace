import type { Bounds } from "../machine/explore.ts";
import { type Mutant, WEAK, WEAK_CHANCE } from "./mutant.ts";

const RING = "channel/ring";
const WATCH = "channel/watching/ring_watch.ts";
const STORES = "store/watching";

/** At random: the watcher must stand where few schedules have it. */
const WATCHED: Bounds = { order: "x86-64", random: 100_000, seed: 7 };

/** Who watches without taking part, and what the others do for it. */
export const WATCHING_MUTANTS: readonly Mutant[] = [
  {
    fault:
      "the header behind a batch is zeroed before the tail moves (found here)",
    file: `${RING}/one_producer.ts`,
    find:
      "        words[memory.tail] = next;\n        marks[ahead] = 0;\n        marks[ahead + 1] = 0;\n",
    replace:
      "        marks[ahead] = 0;\n        marks[ahead + 1] = 0;\n        words[memory.tail] = next;\n",
    world: ["channel/watching.ts", "watchedOfOne"],
    bounds: WATCHED,
  },
  {
    fault: "a batch may be seen before the tail that announces it",
    file: `${RING}/one_producer.ts`,
    find: "        Atomics.load(words, memory.tail);\n        Atomics.store",
    replace: "        Atomics.store",
    world: ["channel/watching.ts", "watchedOfOneFull"],
    bounds: WEAK_CHANCE,
  },
  {
    fault:
      "zeroes may be seen before the journal that announces them (found here)",
    file: `${RING}/consumed_space.ts`,
    find: "    if (!memory.inOrder) Atomics.load(words, journal);\n",
    replace: "",
    world: ["channel/watching.ts", "watchedOfMany"],
    bounds: WEAK,
  },
  {
    fault: "who watches tells what is as near to the tail as a header",
    file: WATCH,
    find: "2 * spanOf(Math.max(8, capacity >> 3)) + HEADER_LENGTH",
    replace: "HEADER_LENGTH",
    world: ["channel/watching.ts", "watchedOfAgrona"],
    bounds: WATCHED,
  },
  {
    fault: "who watches does not look at the tail again",
    file: WATCH,
    find: "this.produced + this.#ahead - cursor <= capacity;",
    replace: "this.#ahead <= capacity;",
    world: ["channel/watching.ts", "watchedOfOne"],
    bounds: WATCHED,
  },
  {
    fault: "who watches does not look at the journal",
    file: WATCH,
    find: "isUnread && !(loadWatched(longs, this.#journal) > cursor);",
    replace: "isUnread && longs.length > 0;",
    world: ["channel/watching.ts", "watchedOfMany"],
    bounds: WEAK,
  },
  {
    fault: "who watches looks at the positions before its copy is made",
    file: WATCH,
    find: "    finishLoads();\n",
    replace: "",
    world: ["channel/watching.ts", "watchedOfOne"],
    bounds: WEAK_CHANCE,
  },
  {
    fault: "who watches a latest value does not look at its slot again",
    file: `${STORES}/latest_watch.ts`,
    find:
      "      finishLoads();\n      if (Atomics.load(words, slot + STATE) !== (newest << 1)) continue;\n",
    replace: "",
    world: ["store/watching.ts", "latestWatched"],
    bounds: WATCHED,
  },
  {
    fault: "who watches a map does not look at the version again",
    file: `${STORES}/map_watch.ts`,
    find: "      if (!this.#table.isStill(bucket, version)) continue;\n",
    replace: "",
    world: ["store/watching.ts", "mapWatched"],
    bounds: WATCHED,
  },
  {
    fault:
      "who watches a job looks at its state before its number (found here)",
    file: `${STORES}/queue_watch.ts`,
    find:
      "    const number = this.#numberAt(index);\n    const word = this.#stateAt(index);\n",
    replace:
      "    const word = this.#stateAt(index);\n    const number = this.#numberAt(index);\n",
    world: ["store/watching.ts", "queueWatched"],
    bounds: WEAK_CHANCE,
  },
];

import { CHANCE, type Mutant, ONE, TWO, WEAK_CHANCE } from "./mutant.ts";

const WRITER = "store/latest/latest_writer.ts";
const READER = "store/latest/latest_reader.ts";
const TABLE = "store/map/map_table.ts";
const NEWS = "store/broadcast/message_log.ts";
const EVENTS = "store/object/event_count.ts";

/** Latest values, maps, work queues and broadcast channels. */
export const STORE_MUTANTS: readonly Mutant[] = [
  {
    fault: "a writer does not say that it overwrites a value",
    file: WRITER,
    find: "    if (this.#inOrder) this.#marks[state] = mark;\n    else {",
    replace: "    if (!this.#inOrder) {",
    world: ["store/latest.ts", "latestRead"],
    bounds: CHANCE,
  },
  {
    fault: "a value may be seen before its slot is marked on aarch64",
    file: WRITER,
    find: "      Atomics.load(this.#words, NEWEST);\n    }\n    return slot;",
    replace: "    }\n    return slot;",
    world: ["store/latest.ts", "latestRead"],
    bounds: WEAK_CHANCE,
  },
  {
    fault: "the number of the newest value is stored before it is whole",
    file: WRITER,
    find: "    words[word + STATE] = (number * 2) | 0;\n",
    replace:
      "    Atomics.store(words, NEWEST, number | 0);\n    words[word + STATE] = (number * 2) | 0;\n",
    world: ["store/latest.ts", "latestAwaited"],
    bounds: TWO,
  },
  {
    fault: "the newest value is told by a plain store on aarch64",
    file: WRITER,
    find: "    Atomics.store(words, NEWEST, number | 0);\n",
    replace: "    words[NEWEST] = number | 0;\n",
    world: ["store/latest.ts", "latestRead"],
    bounds: WEAK_CHANCE,
  },
  {
    fault: "the newest value is told by a plain store, and sleepers not seen",
    file: WRITER,
    find: "    Atomics.store(words, NEWEST, number | 0);\n",
    replace: "    words[NEWEST] = number | 0;\n",
    world: ["store/latest.ts", "latestAwaited"],
    bounds: ONE,
  },
  {
    fault: "a writer looks for sleepers before it tells",
    file: WRITER,
    find: "    Atomics.store(words, NEWEST, number | 0);\n",
    replace:
      "    const slept = Atomics.load(words, SLEEPERS);\n    Atomics.store(words, NEWEST, number | 0);\n",
    also: {
      file: WRITER,
      find: "    if (sleepers !== 0 ||",
      replace: "    if (slept !== 0 ||",
    },
    world: ["store/latest.ts", "latestAwaited"],
    bounds: ONE,
  },
  {
    fault: "a reader does not look again whether a value was overwritten",
    file: READER,
    find: "      if (!this.#stillWhole()) continue;\n      const { number",
    replace: "      const { number",
    world: ["store/latest.ts", "latestRead"],
    bounds: TWO,
  },
  {
    fault: "a reader into its own memory does not look again",
    file: READER,
    find: "    if (this.#again[word + STATE] !== state) return -1;\n",
    replace: "",
    world: ["store/latest.ts", "latestCopied"],
    bounds: TWO,
  },
  {
    fault: "the second look at a value may be early on aarch64",
    file: READER,
    find: "    Atomics.store(order, 0, 0);\n",
    replace: "",
    world: ["store/latest.ts", "latestRead"],
    bounds: WEAK_CHANCE,
  },
  {
    fault: "one that waits for a value does not say so",
    file: "store/latest/latest_waiter.ts",
    find: "    this.#count(1);\n",
    replace: "",
    world: ["store/latest.ts", "latestAwaited"],
    bounds: ONE,
  },
  {
    fault: "the heir of a writer begins to count again",
    file: WRITER,
    find: "    this.#number = this.#newestNumber();\n",
    replace: "",
    world: ["store/latest.ts", "latestTakenOver"],
    bounds: CHANCE,
  },
  {
    fault: "a reader of a map does not look again",
    file: TABLE,
    find: "    return this.version(bucket) === version;",
    replace: "    return version >= 0;",
    world: ["store/maps.ts", "mapRead"],
    bounds: ONE,
  },
  {
    fault: "what a dead process changed of a map is not repaired",
    file: "store/map/map_access.ts",
    find: "    if (guard.ownerDied) this.#table.rebuild();\n",
    replace: "",
    world: ["store/maps.ts", "mapUpdated"],
    bounds: CHANCE,
  },
  {
    fault: "an event wakes nobody",
    file: EVENTS,
    find: "      wake(this.#word, count);\n",
    replace: "",
    world: ["store/events.ts", "eventCountOfOne"],
    bounds: TWO,
  },
  {
    fault: "an event is counted after the look for sleepers",
    file: EVENTS,
    find:
      "    Atomics.add(this.#words, this.#event, 1);\n    if (Atomics.load(this.#words, this.#sleepers) !== 0) {\n      wake(this.#word, count);\n    }",
    replace:
      "    const slept = Atomics.load(this.#words, this.#sleepers) !== 0;\n    Atomics.add(this.#words, this.#event, 1);\n    if (slept) wake(this.#word, count);",
    world: ["store/events.ts", "eventCountOfOne"],
    bounds: TWO,
  },
  {
    fault: "a job is one before it is written",
    file: "store/work_queue/job_table.ts",
    find: "    slots.bytes.set(value, slot * 4 + VALUE);\n",
    replace:
      "    Atomics.store(words, slot + STATE, packState(WAITING, 0, 0));\n    slots.bytes.set(value, slot * 4 + VALUE);\n",
    world: ["store/work_queues.ts", "queuePutterDies"],
    bounds: CHANCE,
  },
  {
    fault: "the message of a dead poster and the next have one number",
    file: NEWS,
    find: "    return ((number - told) | 0) > 0 ? number : told;",
    replace: "    return told;",
    world: ["store/broadcast_channels.ts", "newsOfTheDead"],
    bounds: CHANCE,
  },
  {
    fault: "a broadcast channel wakes nobody",
    file: NEWS,
    find: "    this.posted.wakeAll();\n",
    replace: "",
    world: ["store/broadcast_channels.ts", "newsOfTwo"],
    bounds: ONE,
  },
];

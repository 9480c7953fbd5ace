/**
 * Lines of the shipped files, each broken in one way that the machine must find.
 *
 * @module
 */

import type { Bounds } from "./machine/explore.ts";
import type { Edit } from "./machine/world.ts";

/** One line broken. */
export interface Mutant extends Edit {
  /** What is wrong with it. */
  readonly fault: string;
  /** In which world that shows, within which bounds. */
  readonly world: readonly [file: string, name: string];
  readonly bounds: Bounds;
}

const X86 = "x86-64";
const ARM = "aarch64";
const [ANY, TWO, ONE]: Bounds[] = [
  { order: X86 },
  { order: X86, preemptions: 2 },
  { order: X86, preemptions: 1 },
] as const;
const DEADLY: Bounds = { order: X86, preemptions: 0, deaths: 1 };
/** At random, with deaths: where the bound would leave too much. */
const CHANCE: Bounds = { order: X86, deaths: 1, random: 100_000, seed: 7 };
const WEAK_CHANCE: Bounds = { order: ARM, random: 100_000, seed: 7 };
const WEAK: Bounds = { order: ARM, preemptions: 1 };

const RING = "channel/ring";
const MUTEX = "sync/locks/mutex/mutex_core.ts";
const LIST = "ffi/sync/thread_list.ts";

/** Every mutant. */
export const MUTANTS: readonly Mutant[] = [
  {
    fault: "the doorbell has no fence (M16)",
    file: "channel/waiting/doorbell.ts",
    find: "    Atomics.store(order, 0, 0);\n    if (!this.parked) return true;",
    replace: "    if (!this.parked) return true;",
    world: ["bells.ts", "doorbell"],
    bounds: ANY!,
  },
  {
    fault: "the doorbell wakes nobody",
    file: "channel/waiting/doorbell.ts",
    find: "    notify(this.#words, this.#index);",
    replace: "",
    world: ["bells.ts", "doorbell"],
    bounds: ANY!,
  },
  {
    fault: "the sleeper looks before it says that it sleeps",
    file: "channel/waiting/doorbell.ts",
    find:
      "    Atomics.store(this.#words, this.#index, PARKED);\n    if (isReady()) return true;",
    replace:
      "    if (isReady()) return true;\n    Atomics.store(this.#words, this.#index, PARKED);",
    world: ["bells.ts", "doorbell"],
    bounds: ANY!,
  },
  {
    fault: "the sleeper does not look again before it sleeps",
    file: "channel/waiting/doorbell.ts",
    find:
      "    Atomics.store(this.#words, this.#index, PARKED);\n    if (isReady()) return true;",
    replace: "    Atomics.store(this.#words, this.#index, PARKED);",
    world: ["bells.ts", "doorbell"],
    bounds: ANY!,
  },
  {
    fault: "the sleeper says that it sleeps by a plain store",
    file: "channel/waiting/doorbell.ts",
    find: "    Atomics.store(this.#words, this.#index, PARKED);",
    replace: "    this.#words[this.#index] = PARKED;",
    world: ["bells.ts", "doorbell"],
    bounds: ANY!,
  },
  {
    fault: "an unlocked mutex wakes nobody (M10)",
    file: MUTEX,
    find: "if (Atomics.exchange(words, LOCK, 0) < 0) this.#wake();",
    replace: "Atomics.exchange(words, LOCK, 0);",
    world: ["locks.ts", "mutexOfTwo"],
    bounds: ONE!,
  },
  {
    fault: "the mutex is freed by a plain store",
    file: MUTEX,
    find: "if (Atomics.exchange(words, LOCK, 0) < 0) this.#wake();",
    replace:
      "const was = words[LOCK]!;\n      words[LOCK] = 0;\n      if (was < 0) this.#wake();",
    world: ["locks.ts", "mutexOfTwo"],
    bounds: ONE!,
  },
  {
    fault: "the mutex is taken without comparing",
    file: MUTEX,
    find:
      "if (Atomics.compareExchange(words, LOCK, 0, tid | sleepersBit) !== 0) {",
    replace:
      "if (words[LOCK] !== 0 || Atomics.exchange(words, LOCK, tid | sleepersBit) === -1) {",
    world: ["locks.ts", "mutexOfTwo"],
    bounds: CHANCE,
  },
  {
    fault: "one that has slept forgets that others may sleep",
    file: "sync/locks/mutex/mutex_wait.ts",
    find: "      sleepersBit = SLEEPERS_BIT;\n",
    replace: "",
    world: ["locks.ts", "mutexOfThree"],
    bounds: ONE!,
  },
  {
    fault: "the kernel is not told which lock is about to be taken",
    file: LIST,
    find: "    this.#head[PENDING] = entry.link;\n",
    replace: "",
    world: ["locks.ts", "mutexOfTwo"],
    bounds: DEADLY,
  },
  {
    fault: "a lock leaves the list before that is announced",
    file: MUTEX,
    find: "    list.begin(entry);\n    let sound = list.pull(entry);",
    replace: "    let sound = list.pull(entry);",
    world: ["locks.ts", "mutexOfTwo"],
    bounds: DEADLY,
  },
  {
    fault: "the announcement ends before the wake-up",
    file: MUTEX,
    find: "      if (Atomics.exchange(words, LOCK, 0) < 0) this.#wake();\n",
    replace:
      "      const slept = Atomics.exchange(words, LOCK, 0) < 0;\n      list.end();\n      if (slept) this.#wake();\n",
    world: ["locks.ts", "mutexOfTwo"],
    bounds: { ...DEADLY, preemptions: 1 },
  },
  {
    fault: "a waiter that dies with a wake-up does not pass it on",
    file: LIST,
    find: "    if (this.#awaited === 0) this.#awaited = entry.link;\n",
    replace: "",
    world: ["locks.ts", "mutexHandedOver"],
    bounds: CHANCE,
  },
  {
    fault: "a waiter tells the kernel only while it sleeps (found here)",
    file: "sync/locks/mutex/mutex_wait.ts",
    find: "exit: () => {} };",
    replace: "exit: () => core.stopAwaiting() };",
    world: ["locks.ts", "mutexHandedOver"],
    bounds: CHANCE,
  },
  {
    fault:
      "a wait that ends in time tells nobody of those that sleep (found here)",
    file: "sync/locks/mutex/mutex_wait.ts",
    find:
      "    if (taken === undefined) core.passOn();\n    return taken;\n  } finally {\n    core.stopAwaiting();\n  }",
    replace: "    return taken;\n  } finally {\n    core.stopAwaiting();\n  }",
    world: ["locks.ts", "mutexWithTimeout"],
    bounds: CHANCE,
  },
  {
    fault: "a notification is not counted",
    file: "sync/locks/condition.ts",
    find: "    Atomics.add(this.#words, SEQUENCE, 1);\n",
    replace: "",
    world: ["locks.ts", "condition"],
    bounds: ONE!,
  },
  {
    fault: "the sequence is read when the lock is free again",
    file: "sync/locks/condition.ts",
    find:
      "      const sequence = this.#sequence.load();\n      suspend(guard);\n      try {\n        return toResult(sleep(",
    replace:
      "      suspend(guard);\n      const sequence = this.#sequence.load();\n      try {\n        return toResult(sleep(",
    world: ["locks.ts", "condition"],
    bounds: ONE!,
  },
  {
    fault: "a waiter counts itself when the lock is free already",
    file: "sync/locks/condition.ts",
    find:
      "    this.#sleepers.enter();\n    try {\n      const sequence = this.#sequence.load();\n      suspend(guard);\n      try {",
    replace:
      "    try {\n      const sequence = this.#sequence.load();\n      suspend(guard);\n      this.#sleepers.enter();\n      try {",
    world: ["locks.ts", "condition"],
    bounds: ONE!,
  },
  {
    fault: "the last one at a barrier wakes nobody (M12)",
    file: "sync/locks/barrier.ts",
    find: "    wake(this.#generation, ALL);\n",
    replace: "",
    world: ["locks.ts", "barrier"],
    bounds: ANY!,
  },
  {
    fault: "the last one at a barrier wakes before it says so",
    file: "sync/locks/barrier.ts",
    find:
      "    Atomics.compareExchange(this.#words, GENERATION, generation, next);\n    wake(this.#generation, ALL);\n",
    replace:
      "    wake(this.#generation, ALL);\n    Atomics.compareExchange(this.#words, GENERATION, generation, next);\n",
    world: ["locks.ts", "barrier"],
    bounds: ANY!,
  },
  {
    fault: "a post wakes nobody",
    file: "sync/semaphores/semaphore_counter.ts",
    find: "    if (Atomics.load(words, WAITERS) !== 0) unpark(this.word, 1);\n",
    replace: "",
    world: ["locks.ts", "semaphore"],
    bounds: ANY!,
  },
  {
    fault: "a semaphore is taken by a plain store",
    file: "sync/semaphores/semaphore_counter.ts",
    find:
      "      const found = Atomics.compareExchange(words, VALUE, value, value - 1);\n      if (found === value) return true;",
    replace: "      words[VALUE] = value - 1;\n      return true;",
    world: ["locks.ts", "semaphore"],
    bounds: TWO!,
  },
  {
    fault: "a record's type is written behind its length",
    file: `${RING}/ring_writer.ts`,
    find:
      "    memory.store(word + TYPE_WORD, typeId);\n    memory.release(word, recordLength);\n    this.held",
    replace:
      "    memory.release(word, recordLength);\n    memory.store(word + TYPE_WORD, typeId);\n    this.held",
    world: ["rings.ts", "oneToOne"],
    bounds: ONE!,
  },
  {
    fault: "the payload is copied behind the length",
    file: `${RING}/ring_writer.ts`,
    find:
      "    this.#copier.copy(index + HEADER_LENGTH, source, offset, length, isWhole);\n    memory.store(word + TYPE_WORD, typeId);\n    memory.release(word, recordLength);",
    replace:
      "    memory.store(word + TYPE_WORD, typeId);\n    memory.release(word, recordLength);\n    this.#copier.copy(index + HEADER_LENGTH, source, offset, length, isWhole);",
    world: ["rings.ts", "oneToOne"],
    bounds: ONE!,
  },
  {
    fault: "the header behind a record is not zeroed ahead",
    file: `${RING}/one_producer.ts`,
    find: "      this.#zeroHeader((index + aligned) & mask);\n",
    replace: "",
    world: ["rings.ts", "oneToOne"],
    bounds: ONE!,
  },
  {
    fault: "no room is kept for the header that is zeroed ahead",
    file: `${RING}/one_producer.ts`,
    find: "const needed = aligned + HEADER_LENGTH;\n    const tail",
    replace: "const needed = aligned;\n    const tail",
    world: ["rings.ts", "oneToOneFull"],
    bounds: ONE!,
  },
  {
    fault: "plain stores publish on aarch64, too",
    file: "channel/buffers/store_order.ts",
    find: 'order === "processor" && Deno.build.arch === "x86_64"',
    replace: 'order === "processor"',
    world: ["rings.ts", "oneToOne"],
    bounds: WEAK,
  },
  {
    fault: "the tail of many producers is moved by a plain store",
    file: `${RING}/many_producers.ts`,
    find: "return Atomics.compareExchange(words, tail, low, next) === low;",
    replace: "words[tail] = next;\n      return true;",
    world: ["rings.ts", "manyToOneOfTwo"],
    bounds: CHANCE,
  },
  {
    fault: "many producers take the tail that they saw for the newest",
    file: `${RING}/many_producers.ts`,
    find:
      "      if (Atomics.compareExchange(words, this.#tail, tail, next) === tail) {\n        return index;\n      }",
    replace:
      "      Atomics.compareExchange(words, this.#tail, tail, next);\n      return index;",
    world: ["rings.ts", "manyToOneOfTwo"],
    bounds: CHANCE,
  },
  {
    fault: "a claim is announced behind the move of the tail",
    file: `${RING}/many_producers.ts`,
    find:
      "      this.#announce(tail | (padding > 0 ? ANNOUNCED | WRAPS : ANNOUNCED));\n      if (!this.#moveTail(tail, claimed)) continue;\n",
    replace:
      "      if (!this.#moveTail(tail, claimed)) continue;\n      this.#announce(tail | (padding > 0 ? ANNOUNCED | WRAPS : ANNOUNCED));\n",
    world: ["deaths.ts", "deadProducer"],
    bounds: DEADLY,
  },
  {
    fault: "the same in the fast way",
    file: `${RING}/many_producers.ts`,
    find:
      "      if (announced >= 0) this.#memory.store(announced, tail | CLAIMED);\n      if (Atomics.compareExchange(words, this.#tail, tail, next) === tail) {\n",
    replace:
      "      if (Atomics.compareExchange(words, this.#tail, tail, next) === tail) {\n        if (announced >= 0) this.#memory.store(announced, tail | CLAIMED);\n",
    world: ["deaths.ts", "deadProducer"],
    bounds: DEADLY,
  },
  {
    fault: "a claim is announced by a plain store on aarch64 (found here)",
    file: `${RING}/many_producers.ts`,
    find: "this.#memory.store(announced, tail | CLAIMED);",
    replace: "words[announced] = tail | CLAIMED;",
    world: ["deaths.ts", "deadProducer"],
    bounds: { ...WEAK_CHANCE, deaths: 1, seed: 11 },
  },
  {
    fault: "a repair asks for announcements before it looks at the tail",
    file: `${RING}/claim_repair.ts`,
    find:
      "  const used = (Atomics.load(words, memory.tail) - head) | 0;\n  if (used <= 0) return false;\n  const living = live();",
    replace:
      "  const living = live();\n  const used = (Atomics.load(words, memory.tail) - head) | 0;\n  if (used <= 0) return false;",
    world: ["deaths.ts", "deadProducer"],
    bounds: CHANCE,
  },
  {
    fault: "a repair does not ask who lives",
    file: `${RING}/claim_repair.ts`,
    find: "if (living.some(isHere) || !dead.some(isHere)) return false;",
    replace: "if (!dead.some(isHere)) return false;",
    world: ["deaths.ts", "deadProducer"],
    bounds: CHANCE,
  },
  {
    fault: "a repair ignores what others announced (M19)",
    file: `${RING}/claim_repair.ts`,
    find: "distance > 0 && distance < limit) {",
    replace: "distance > 0 && distance < 0) {",
    world: ["deaths.ts", "deadProducer"],
    bounds: CHANCE,
  },
  {
    fault: "the head moves before the memory is zeroed",
    file: `${RING}/consumed_space.ts`,
    find:
      "    this.#zero(start, byteLength);\n    memory.advance(head, byteLength);",
    replace:
      "    memory.advance(head, byteLength);\n    this.#zero(start, byteLength);",
    world: ["rings.ts", "manyToOneOfOne"],
    bounds: TWO!,
  },
  {
    fault: "the journal is not written (M15)",
    file: `${RING}/consumed_space.ts`,
    find: "    memory.store(journal, next);\n",
    replace: "",
    world: ["deaths.ts", "consumerTakenOver"],
    bounds: DEADLY,
  },
  {
    fault: "the journal is written behind the zeroes",
    file: `${RING}/consumed_space.ts`,
    find:
      "    memory.store(journal, next);\n    this.#zero(start, byteLength);",
    replace:
      "    this.#zero(start, byteLength);\n    memory.store(journal, next);",
    world: ["deaths.ts", "consumerTakenOver"],
    bounds: DEADLY,
  },
  {
    fault: "a successor does not zero what the journal says",
    file: `${RING}/consumed_space.ts`,
    find: "    this.release(start, Number(left));",
    replace: "",
    world: ["deaths.ts", "consumerTakenOver"],
    bounds: DEADLY,
  },
  {
    fault: "a successor does not make the claim of a dead producer whole (M17)",
    file: `${RING}/one_producer.ts`,
    find: "        this.#padClaim(index, left);\n        return;",
    replace: "        return;",
    world: ["deaths.ts", "producerTakenOver"],
    bounds: DEADLY,
  },
  {
    fault: "a successor does not zero the header at the tail",
    file: `${RING}/one_producer.ts`,
    find: "    this.#zeroHeader(tail & mask);\n    while",
    replace: "    while",
    world: ["deaths.ts", "producerTakenOver"],
    bounds: DEADLY,
  },
  {
    fault: "a transmitter says what it will overwrite afterwards",
    file: "channel/broadcast/broadcast_transmitter.ts",
    find:
      "    storePosition(longs, intent, Math.max(end, this.#leftIntent));\n",
    replace:
      "    const said = Math.max(end, this.#leftIntent);\n    queueMicrotask(() => storePosition(longs, intent, said));\n",
    world: ["broadcasts.ts", "lapped"],
    bounds: ONE!,
  },
  {
    fault: "a receiver does not look again whether it was overtaken",
    file: "channel/broadcast/copy_broadcast_receiver.ts",
    find:
      "    copyFrom(receiver, scratch, offset, length);\n    if (!receiver.validate()) this.#fail();",
    replace: "    copyFrom(receiver, scratch, offset, length);",
    world: ["broadcasts.ts", "lapped"],
    bounds: TWO!,
  },
  {
    fault: "the second look of a receiver may be early on aarch64",
    file: "channel/broadcast/broadcast_receiver.ts",
    find: "    Atomics.store(order, 0, 0);\n",
    replace: "",
    world: ["broadcasts.ts", "lapped"],
    bounds: WEAK_CHANCE,
  },
  {
    fault: "what is written may be seen before the intent on aarch64",
    file: "channel/broadcast/broadcast_transmitter.ts",
    find: "    Atomics.load(longs, intent);\n",
    replace: "",
    world: ["broadcasts.ts", "lapped"],
    bounds: WEAK_CHANCE,
  },
  {
    fault: "the tail of a broadcast moves before its record is written",
    file: "channel/broadcast/broadcast_transmitter.ts",
    find: "    words[index >> 2] = recordLength;\n    words",
    replace:
      "    storePosition(longs, tail, position + aligned);\n    words[index >> 2] = recordLength;\n    words",
    world: ["broadcasts.ts", "lapped"],
    bounds: ONE!,
  },
  {
    fault: "a writer marks nothing",
    file: "sync/locks/read_write/read_write_core.ts",
    find: "    Atomics.store(this.#words, WRITING, 1);\n",
    replace: "",
    world: ["locks.ts", "twoWriters"],
    bounds: DEADLY,
  },
  {
    fault: "a writer takes no slots",
    file: "sync/locks/read_write/read_write_core.ts",
    find:
      "      for (const mutex of [this.#gate, ...this.slots]) {\n        const died = this.#lock(",
    replace:
      "      for (const mutex of [this.#gate]) {\n        const died = this.#lock(",
    world: ["locks.ts", "readersAndWriter"],
    bounds: ONE!,
  },
  {
    fault:
      "a wake-up that came to a wait which had ended is not passed on (M9)",
    file: "sync/parking/wait_group.ts",
    find: "if (isSpare || mayBeWoken) wake(word, 1);",
    replace: "if (isSpare && mayBeWoken) wake(word, 0);",
    world: ["bells.ts", "passedOn"],
    bounds: CHANCE,
  },
  {
    fault: "a change of the set of waits does not end the sleep on the old one",
    file: "sync/parking/wait_group.ts",
    find: "        wake(this.#doorbell, 1);",
    replace: "",
    world: ["bells.ts", "oneMoreWord"],
    bounds: ANY!,
  },
];

import {
  CHANCE,
  DEADLY,
  type Mutant,
  ONE,
  TWO,
  WEAK,
  WEAK_CHANCE,
} from "./mutant.ts";

const RING = "channel/ring";

/** Rings, and their repairs. */
export const RING_MUTANTS: readonly Mutant[] = [
  {
    fault: "a record's type is written behind its length",
    file: `${RING}/ring_writer.ts`,
    find:
      "      memory.store(word + TYPE_WORD, typeId);\n      memory.release(word, recordLength);\n",
    replace:
      "      memory.release(word, recordLength);\n      memory.store(word + TYPE_WORD, typeId);\n",
    world: ["channel/rings.ts", "oneToOne"],
    bounds: ONE,
  },
  {
    fault: "the payload is copied behind the length",
    file: `${RING}/ring_writer.ts`,
    find:
      "      this.#copier.copy(index + HEADER, source, offset, length, isWhole);\n      memory.store(word + TYPE_WORD, typeId);\n      memory.release(word, recordLength);",
    replace:
      "      memory.store(word + TYPE_WORD, typeId);\n      memory.release(word, recordLength);\n      this.#copier.copy(index + HEADER, source, offset, length, isWhole);",
    world: ["channel/rings.ts", "oneToOne"],
    bounds: ONE,
  },
  {
    fault: "the header behind a record is not zeroed ahead",
    file: `${RING}/one_producer.ts`,
    find: "        marks[ahead] = 0;\n        marks[ahead + 1] = 0;\n",
    replace: "",
    world: ["channel/rings.ts", "oneToOne"],
    bounds: ONE,
  },
  {
    fault: "no room is kept for the header that is zeroed ahead",
    file: `${RING}/one_producer.ts`,
    find: "const needed = aligned + HEADER_LENGTH;\n    const tail",
    replace: "const needed = aligned;\n    const tail",
    world: ["channel/rings.ts", "oneToOneFull"],
    bounds: ONE,
  },
  {
    fault: "plain stores publish on aarch64, too",
    file: "channel/buffers/store_order.ts",
    find: 'order === "processor" && Deno.build.arch === "x86_64"',
    replace: 'order === "processor"',
    world: ["channel/rings.ts", "oneToOne"],
    bounds: WEAK,
  },
  {
    fault: "the tail of many producers is moved by a plain store",
    file: `${RING}/many_producers.ts`,
    find: "return Atomics.compareExchange(words, tail, low, next) === low;",
    replace: "words[tail] = next;\n      return true;",
    world: ["channel/rings.ts", "manyToOneOfTwo"],
    bounds: CHANCE,
  },
  {
    fault: "many producers take the tail that they saw for the newest",
    file: `${RING}/many_producers.ts`,
    find:
      "      if (Atomics.compareExchange(words, this.#tail, tail, next) === tail) {\n        return index;\n      }",
    replace:
      "      Atomics.compareExchange(words, this.#tail, tail, next);\n      return index;",
    world: ["channel/rings.ts", "manyToOneOfTwo"],
    bounds: CHANCE,
  },
  {
    fault: "a claim is announced behind the move of the tail",
    file: `${RING}/many_producers.ts`,
    find:
      "      this.#announce(tail | (padding > 0 ? ANNOUNCED | WRAPS : ANNOUNCED));\n      if (!this.#moveTail(tail, claimed)) continue;\n",
    replace:
      "      if (!this.#moveTail(tail, claimed)) continue;\n      this.#announce(tail | (padding > 0 ? ANNOUNCED | WRAPS : ANNOUNCED));\n",
    world: ["channel/deaths.ts", "deadProducer"],
    bounds: DEADLY,
  },
  {
    fault: "the same in the fast way",
    file: `${RING}/many_producers.ts`,
    find:
      "      if (announced >= 0) this.#memory.store(announced, tail | CLAIMED);\n      if (Atomics.compareExchange(words, this.#tail, tail, next) === tail) {\n",
    replace:
      "      if (Atomics.compareExchange(words, this.#tail, tail, next) === tail) {\n        if (announced >= 0) this.#memory.store(announced, tail | CLAIMED);\n",
    world: ["channel/deaths.ts", "deadProducer"],
    bounds: DEADLY,
  },
  {
    fault: "a claim is announced by a plain store on aarch64 (found here)",
    file: `${RING}/many_producers.ts`,
    find: "this.#memory.store(announced, tail | CLAIMED);",
    replace: "words[announced] = tail | CLAIMED;",
    world: ["channel/deaths.ts", "deadProducer"],
    bounds: { ...WEAK_CHANCE, deaths: 1, seed: 11 },
  },
  {
    fault: "a repair asks for announcements before it looks at the tail",
    file: `${RING}/claim_repair.ts`,
    find:
      "  const used = (Atomics.load(words, memory.tail) - head) | 0;\n  if (used <= 0) return false;\n  const living = live();",
    replace:
      "  const living = live();\n  const used = (Atomics.load(words, memory.tail) - head) | 0;\n  if (used <= 0) return false;",
    world: ["channel/deaths.ts", "deadProducer"],
    bounds: CHANCE,
  },
  {
    fault: "a repair does not ask who lives",
    file: `${RING}/claim_repair.ts`,
    find: "if (living.some(isHere) || !dead.some(isHere)) return false;",
    replace: "if (!dead.some(isHere)) return false;",
    world: ["channel/deaths.ts", "deadProducer"],
    bounds: CHANCE,
  },
  {
    fault: "a repair ignores what others announced (M19)",
    file: `${RING}/claim_repair.ts`,
    find: "distance > 0 && distance < limit) {",
    replace: "distance > 0 && distance < 0) {",
    world: ["channel/deaths.ts", "deadProducer"],
    bounds: CHANCE,
  },
  {
    fault: "the head moves before the memory is zeroed",
    file: `${RING}/consumed_space.ts`,
    find:
      "    this.#zero(start, byteLength);\n    memory.advance(head, byteLength);",
    replace:
      "    memory.advance(head, byteLength);\n    this.#zero(start, byteLength);",
    world: ["channel/rings.ts", "manyToOneOfOne"],
    bounds: TWO,
  },
  {
    fault: "the journal is not written (M15)",
    file: `${RING}/consumed_space.ts`,
    find: "    memory.store(journal, next);\n",
    replace: "",
    world: ["channel/deaths.ts", "consumerTakenOver"],
    bounds: DEADLY,
  },
  {
    fault: "the journal is written behind the zeroes",
    file: `${RING}/consumed_space.ts`,
    find:
      "    memory.store(journal, next);\n    // Zeroes may pass the store, but not this load.\n    if (!memory.inOrder) Atomics.load(words, journal);\n    this.#zero(start, byteLength);",
    replace:
      "    this.#zero(start, byteLength);\n    memory.store(journal, next);",
    world: ["channel/deaths.ts", "consumerTakenOver"],
    bounds: DEADLY,
  },
  {
    fault: "a successor does not zero what the journal says",
    file: `${RING}/consumed_space.ts`,
    find: "    this.release(start, Number(left));",
    replace: "",
    world: ["channel/deaths.ts", "consumerTakenOver"],
    bounds: DEADLY,
  },
  {
    fault: "a successor does not make the claim of a dead producer whole (M17)",
    file: `${RING}/one_producer.ts`,
    find: "        this.#padClaim(index, left);\n        return;",
    replace: "        return;",
    world: ["channel/deaths.ts", "producerTakenOver"],
    bounds: DEADLY,
  },
  {
    fault: "a successor does not zero the header at the tail",
    file: `${RING}/one_producer.ts`,
    find: "    this.#zeroHeader(tail & mask);\n    while",
    replace: "    while",
    world: ["channel/deaths.ts", "producerTakenOver"],
    bounds: DEADLY,
  },
];

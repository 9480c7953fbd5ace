import { CHANCE, DEADLY, type Mutant, ONE, WEAK_CHANCE } from "./mutant.ts";

const STREAMS = "aeron/streams.ts";
const FRAMES = "aeron/log/frame_writer.ts";
const SHARED = "aeron/publication/space/shared_space.ts";
const EXCLUSIVE = "aeron/publication/space/exclusive_space.ts";
const TERM = "aeron/publication/space/open_term.ts";
const READER = "aeron/subscription/image_reader.ts";

/** Publications and images of Aeron. */
export const AERON_MUTANTS: readonly Mutant[] = [
  {
    fault: "a frame is published before its message is there",
    file: FRAMES,
    find:
      "    term.copier.copy(\n      offset + FRAME_HEADER_LENGTH,\n      source,\n      from,\n      length,\n      isWhole,\n    );\n    this.end(term, offset, frameLength);",
    replace:
      "    this.end(term, offset, frameLength);\n    term.copier.copy(\n      offset + FRAME_HEADER_LENGTH,\n      source,\n      from,\n      length,\n      isWhole,\n    );",
    world: [STREAMS, "sharedByTwo"],
    bounds: ONE,
  },
  {
    fault: "a frame that is claimed looks like one that is whole",
    file: FRAMES,
    find: "if (this.#inOrder) term.marks[word] = -frameLength;",
    replace: "if (this.#inOrder) term.marks[word] = frameLength;",
    world: [STREAMS, "claimed"],
    bounds: ONE,
  },
  {
    fault: "a frame that is claimed has no length until it is whole",
    file: FRAMES,
    find: "    if (this.#inOrder) term.marks[word] = -frameLength;\n    else {",
    replace: "    if (!this.#inOrder) {",
    world: [STREAMS, "publisherDies"],
    bounds: DEADLY,
  },
  {
    fault: "frames are published by plain stores on aarch64, too",
    file: FRAMES,
    find: "else Atomics.store(term.words, offset >> 2, frameLength);",
    replace: "else term.words[offset >> 2] = frameLength;",
    world: [STREAMS, "sharedByTwo"],
    bounds: WEAK_CHANCE,
  },
  {
    fault: "a claim that is aborted is published before it is padding",
    file: FRAMES,
    find:
      "    term.words[(offset >> 2) + FRAME.flagsAndType] = UNFRAGMENTED << 8;\n    this.end(term, offset, frameLength);",
    replace:
      "    this.end(term, offset, frameLength);\n    term.words[(offset >> 2) + FRAME.flagsAndType] = UNFRAGMENTED << 8;",
    world: [STREAMS, "claimed"],
    bounds: ONE,
  },
  {
    fault: "the tail of a log is moved by a plain store",
    file: SHARED,
    find: "const added = Atomics.add(this.#metadata, tail, framed);",
    replace:
      "const added = this.#metadata[tail]!;\n    this.#metadata[tail] = added + framed;",
    world: [STREAMS, "sharedByTwo"],
    bounds: CHANCE,
  },
  {
    fault: "what is left of a term is not made padding",
    file: SHARED,
    find:
      "    if (offset < log.termLength) {\n      this.#writer.pad(this.term, this.termId, offset);\n    }\n",
    replace: "",
    world: [STREAMS, "sharedByTwo"],
    bounds: ONE,
  },
  {
    fault: "who moves a log on does not look whether another has",
    file: SHARED,
    find:
      "      if (Atomics.compareExchange(metadataLongs, part, raw, value) === raw) {\n        break;\n      }",
    replace: "      Atomics.store(metadataLongs, part, value);\n      break;",
    world: [STREAMS, "sharedByTwo"],
    bounds: CHANCE,
  },
  {
    fault: "a log goes on to a term whose tail is the one of before",
    file: EXCLUSIVE,
    find:
      "    Atomics.store(metadataLongs, part, BigInt(termId) << 32n);\n    Atomics.store(metadata, ACTIVE, this.termCount + 1);",
    replace:
      "    Atomics.store(metadata, ACTIVE, this.termCount + 1);\n    Atomics.store(metadataLongs, part, BigInt(termId) << 32n);",
    world: [STREAMS, "exclusive"],
    bounds: CHANCE,
  },
  {
    fault: "a publication goes on beyond its limit",
    file: EXCLUSIVE,
    find:
      "    if (!limit.allows(this.termCount, offset)) {\n      this.stop = 0;\n      return limit.status(this.termCount, offset, length);\n    }\n",
    replace: "",
    world: [STREAMS, "exclusive"],
    bounds: ONE,
  },
  {
    fault: "a source that is held is published before it is there",
    file: TERM,
    find: "    this.#marks[word] = -frameLength;\n",
    replace: "    words[word] = frameLength;\n",
    world: [STREAMS, "heldAlone"],
    bounds: ONE,
  },
  {
    fault:
      "the tail of a log is loaded, then stored, for a source that is held",
    file: SHARED,
    find: "    let offset = Atomics.add(metadata, tail, framed);\n",
    replace:
      "    let offset = metadata[tail]!;\n    metadata[tail] = offset + framed;\n",
    world: [STREAMS, "heldByTwo"],
    bounds: CHANCE,
  },
  {
    fault: "a reader tells its position before the message was handled",
    file: READER,
    find:
      "        fragments++;\n        place.offset = at;\n        handler(\n",
    replace:
      "        fragments++;\n        this.#offset = offset;\n        this.publish();\n        this.#offset = start;\n        place.offset = at;\n        handler(\n",
    world: [STREAMS, "exclusive"],
    bounds: ONE,
  },
  {
    fault: "a position shows its high half first",
    file: "aeron/cnc/counter_value.ts",
    find: "    if (this.#memory.longs.length === 0) return;\n    const value",
    replace:
      "    words[word + 1] = high;\n    words[word] = low;\n    if (high !== 0) return;\n    const value",
    world: [STREAMS, "exclusive"],
    bounds: ONE,
  },
  {
    fault: "the length of a frame is loaded plainly on aarch64",
    file: READER,
    find: "return words.length === 0 ? 0 : Atomics.load(words, word);",
    replace: "return words[word] ?? 0;",
    world: [STREAMS, "sharedByTwo"],
    bounds: WEAK_CHANCE,
  },
];

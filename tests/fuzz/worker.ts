/**
 * Fuzzes rings and broadcast buffers until it is told to stop, in a process of
 * its own, so that a loop without an end is noticed from outside.
 *
 *     worker.ts FILE SEED SECONDS INPUTS SAVE
 *
 * Before each input it leaves it in the file: a number of bytes, and these. Says
 * "alive" and how many there were, again and again, and last what it saw. Ends with 1 when a guarantee is
 * broken.
 *
 * @module
 */

// deno-lint-ignore-file no-console -- this program is there to print

import { MappedFile } from "../../mod.ts";
import { receivers, transmitters } from "./broadcasts.ts";
import { loadCorpus, storeCorpus } from "./corpus.ts";
import { Fuzzer } from "./fuzzer.ts";
import { Random } from "./input.ts";
import { manyToOne, oneToOne, strict } from "./rings.ts";

/** Inputs of one target between two words of life. */
const ROUND = 500;
/** Receivers look again and again at a transmitter that stands still: fewer of them. */
const ROUND_OF_RECEIVERS = 100;

const TARGETS = [oneToOne, manyToOne, strict, receivers, transmitters] as const;

const [path = "", ...numbers] = Deno.args;
const [seed = 0, seconds = 0, inputs = 0, save = 0] = numbers.map(Number);
using file = MappedFile.open(path, { access: "read-write" });
using mapping = file.map();
const note = mapping.bytes;
const random = new Random(seed);

const fuzzers = TARGETS.map((target) => {
  const corpus = loadCorpus(target);
  const fuzzer = new Fuzzer(target, random, []);
  for (const bytes of corpus) run(fuzzer, bytes);
  return fuzzer;
});

function run(fuzzer: Fuzzer, bytes: Uint8Array): void {
  note[0] = bytes.length & 0xff;
  note[1] = bytes.length >> 8;
  note.set(bytes, 2);
  try {
    fuzzer.feed(bytes);
  } catch (error) {
    console.error(`${fuzzer.target.name}: ${bytes.toHex()}`);
    // Once more, with a trace of its calls.
    Error.stackTraceLimit = 20;
    fuzzer.feed(bytes);
    throw error;
  }
}

// A trace of the calls takes longer than all the rest of an error.
Error.stackTraceLimit = 0;
const end = performance.now() + seconds * 1000;
let total = 0;
while (inputs > 0 ? total < inputs : performance.now() < end) {
  for (const fuzzer of fuzzers) {
    const round = fuzzer.target === receivers ? ROUND_OF_RECEIVERS : ROUND;
    for (let i = 0; i < round; i++) run(fuzzer, fuzzer.next());
    total += round;
    console.log(`alive ${total}`);
  }
}
for (const fuzzer of fuzzers) {
  const { target, count, seen, kept } = fuzzer;
  console.log(`\n${target.name}: ${count} inputs, ${kept.length} kept, seen:`);
  for (const [feature, times] of [...seen].toSorted()) {
    console.log(`${String(times).padStart(10)}  ${feature}`);
  }
  if (save > 0) storeCorpus(target, fuzzer.essentials());
}

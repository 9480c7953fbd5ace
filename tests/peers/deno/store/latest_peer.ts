/**
 * The other side of tests of `Latest`, in Deno. Value n has every 64-bit word
 * n * 0x9e3779b97f4a7c15, as in `tests/peers/c/store/latest_peer.c`.
 *
 *     write NAME LENGTH SLOTS COUNT   writes values, says "writing" first
 *     forever NAME LENGTH SLOTS       the same without an end
 *     die NAME LENGTH SLOTS           two values, and dies with a third half-written
 *     put NAME LENGTH SLOTS COUNT     the same as write, each value from one array
 *     copy NAME LAST LENGTH           reads into one array until it finds LAST,
 *         compares all words; says "reading" first, and how many it saw
 *     read NAME LAST PAUSE            reads until the number is LAST, compares all
 *         words, says how many it saw
 *
 * @module
 */

// deno-lint-ignore-file no-console -- what it prints is what it answers

import { Latest } from "../../../../store/mod.ts";

const [mode = "", name = "", ...numbers] = Deno.args;
const [first = 0, second = 0, third = 0] = numbers.map(Number);

function fill(bytes: Uint8Array, number: number): void {
  const words = new BigUint64Array(
    bytes.buffer,
    bytes.byteOffset,
    bytes.byteLength >> 3,
  );
  words.fill(wordOf(number));
}

function wordOf(number: number): bigint {
  return BigInt.asUintN(64, BigInt(number) * 0x9e37_79b9_7f4a_7c15n);
}

function writeOne(latest: Latest, number: number): void {
  fill(latest.claim(), number);
  latest.commit();
}

async function read(last: number, pauseMs: number): Promise<void> {
  using latest = await Latest.waitFor(name, { access: "read" });
  let seen = 0;
  for await (const { bytes, number } of latest) {
    const word = wordOf(number);
    const words = new BigUint64Array(bytes.buffer);
    // Every word of what is small, and thousands of what is large.
    const step = Math.max(1, Math.trunc(words.length / 20_000));
    for (let i = 0; i < words.length; i += step) {
      if (words[i] !== word) throw new Error(`torn: ${number} at word ${i}`);
    }
    if (words.at(-1) !== word) throw new Error(`torn: ${number} at its end`);
    seen++;
    if (number >= last) break;
    if (pauseMs > 0) await new Promise((done) => setTimeout(done, pauseMs));
  }
  console.log(`seen ${seen}`);
}

/** What a word has to be multiplied by to become the number of its value. */
const INVERSE = 0xf1de_83e1_9937_733dn;

async function copy(last: number, byteLength: number): Promise<void> {
  using latest = await Latest.waitFor(name, { access: "read" });
  const words = new BigUint64Array(byteLength / 8);
  const bytes = new Uint8Array(words.buffer);
  console.log("reading");
  let seen = 0;
  let before = 0;
  for (let looks = 1;; looks++) {
    // The runtime wants a turn, and the writer a core.
    if (looks % 10_000 === 0) await new Promise((done) => setTimeout(done, 0));
    if (!readInto(latest, bytes)) continue;
    const word = words[0] ?? 0n;
    if (!words.every((each) => each === word)) {
      throw new Error(`torn: ${words}`);
    }
    const number = Number(BigInt.asUintN(64, word * INVERSE));
    if (!(number >= before && number <= last)) {
      throw new Error(`${number} behind ${before}`);
    }
    if (number > before) seen++;
    before = number;
    if (number === last) break;
  }
  console.log(`seen ${seen}`);
}

/** Reads, unless there is nothing, or the writer overtook it, as with two slots it may. */
function readInto(
  latest: Pick<Latest, "readInto">,
  bytes: Uint8Array,
): boolean {
  try {
    return latest.readInto(bytes) !== null;
  } catch (error) {
    if (error instanceof Deno.errors.Busy) return false;
    throw error;
  }
}

function put(latest: Latest, count: number): void {
  const words = new BigUint64Array(latest.byteLength / 8);
  const bytes = new Uint8Array(words.buffer);
  for (let number = 1; number <= count; number++) {
    words.fill(wordOf(number));
    latest.write(bytes);
  }
}

if (mode === "read") {
  await read(first, second);
} else if (mode === "copy") {
  await copy(first, second);
} else {
  using latest = Latest.create(name, {
    byteLength: first,
    slots: second,
    ifExists: "open",
  });
  console.log("writing");
  if (mode === "die") {
    writeOne(latest, 1);
    writeOne(latest, 2);
    latest.claim().fill(0xee, 0, first >> 1);
    Deno.kill(Deno.pid, "SIGKILL");
  }
  if (mode === "put") {
    put(latest, third);
    Deno.exit();
  }
  const count = mode === "forever" ? Infinity : third;
  const start = (latest.read()?.number ?? 0) + 1;
  for (let i = 0; i < count; i++) writeOne(latest, start + i);
}

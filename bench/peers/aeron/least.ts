/**
 * The least that two Deno processes can pass frames of Aeron's layout in: written and
 * read by hand in one mapped file, without a driver, a limit, terms, positions, or a
 * check of anything. Understands the words of peer.ts; one length of messages only.
 *
 * @module
 */

import { MappedFile } from "../../../mod.ts";
import { Idle } from "../../rings/idle.ts";
import { MARK } from "../../rings/ring_messages.ts";

/** As much as the three terms of a log. */
const SIZE = 3 * 2 ** 26;
/** Behind the frames: how many were read, and how many were claimed. */
const [READ, CLAIMED] = [SIZE / 4, SIZE / 4 + 32];
const HEADER = 32;
const HEADER_WORDS = HEADER / 4;
/** The writer looks how much was read once in so many frames. */
const LOOK = 256;
/** As the library: longer ones are copied by `set`, but for the header's line. */
const LONGEST_LOOP = 256;
const FIRST_WORDS = 14;

const encoder = new TextEncoder();
const [directory = "", role = "", kind = "", _channel = "", stream = ""] =
  Deno.args;
const isShared = kind === "shared";
using file = MappedFile.open(`${directory}/least-${stream}`, {
  create: "if-missing",
  size: SIZE + 4096,
});
using mapping = file.map();
const { bytes } = mapping;
const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const longs = new BigInt64Array(words.buffer, words.byteOffset);
const idle = new Idle();
let done = 0;

function answer(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

function produce(length: number, count: number): void {
  const source = new Int32Array(length / 4).fill(MARK);
  const sourceLongs = new BigInt64Array(source.buffer);
  const tail = new Uint8Array(source.buffer).subarray(4 * FIRST_WORDS);
  const frame = length + HEADER;
  const places = Math.trunc(SIZE / frame);
  for (let i = 0; i < count; i++) {
    source[0] = i;
    if (i % LOOK === 0) {
      while (done + LOOK - words[READ]! > places) idle.wait();
      idle.reset();
    }
    const number = isShared ? Atomics.add(words, CLAIMED, 1) : done;
    const word = (number % places) * (frame / 4);
    for (let k = 1; k < 6; k++) words[word + k] = number;
    const payload = word + HEADER_WORDS;
    if (length <= LONGEST_LOOP) {
      words[payload] = source[0]!;
      words[payload + 1] = source[1]!;
      const long = payload / 2;
      for (let k = 1; k < length / 8; k++) longs[long + k] = sourceLongs[k]!;
    } else {
      bytes.set(tail, 4 * (payload + FIRST_WORDS));
      for (let k = 0; k < FIRST_WORDS; k++) words[payload + k] = source[k]!;
    }
    words[word] = number + 1;
    done = number + 1;
  }
}

function consume(length: number, count: number): string {
  const frame = length + HEADER;
  const places = Math.trunc(SIZE / frame);
  let sum = 0;
  let start = 0;
  for (let i = 0; i < count; i++) {
    const word = (done % places) * (frame / 4);
    if (words[word] !== done + 1) {
      while (Atomics.load(words, word) !== done + 1) idle.wait();
      idle.reset();
    }
    if (i === 0) start = performance.now();
    const payload = word + HEADER_WORDS;
    sum = (sum + words[payload]! + words[payload + 1]!) | 0;
    done++;
    if (done % LOOK === 0) words[READ] = done;
  }
  words[READ] = done;
  const time = (performance.now() - start) * 1e6;
  return `${sum} ${Math.round(time * count / (count - 1))}`;
}

answer("ready");
// Lines come one at a time: the next when the last was answered.
for await (
  const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
) {
  const [length = 0, count = 0] = line.trim().split(" ").map(Number);
  if (role === "consume") {
    answer("ready");
    answer(consume(length, count));
  } else {
    produce(length, count);
    answer("done");
  }
}

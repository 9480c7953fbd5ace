/**
 * What the media driver does for a log: it raises the limit when the reader has read,
 * cleans what was read, and makes padding of the claim of a publisher that has gone.
 * A model, with the orders of stores that drivers keep.
 *
 * @module
 */

import {
  alignFrame,
  FRAME,
  FRAME_HEADER_LENGTH,
  METADATA,
  PADDING_TYPE,
  TERMS,
  UNFRAGMENTED,
} from "../../../../aeron/log/log_layout.ts";
import {
  consumerCell,
  countOf,
  FRAME_LENGTH,
  limitCell,
  metadata,
  metadataLongs,
  START,
  TERM_LENGTH,
  termIdOf,
  termLongs,
  termWords,
} from "./log.ts";

const LENGTH = BigInt(TERM_LENGTH);
const ACTIVE = METADATA.activeTermCount >> 2;
const cell = new Int32Array(new SharedArrayBuffer(4));

/** Position behind what publishers have claimed. */
export function producerPosition(): bigint {
  const count = Atomics.load(metadata(), ACTIVE);
  const tail = Atomics.load(metadataLongs(), count % TERMS);
  const offset = BigInt.asUintN(32, tail);
  const full = offset < LENGTH ? offset : LENGTH;
  return BigInt(countOf(Number(tail >> 32n))) * LENGTH + full;
}

/**
 * Serves a log until nothing happens any more.
 *
 * @param window How far publishers may be before the reader, in bytes.
 * @param publishers How many there are: each may pass the limit by one message, and
 * by padding.
 */
export function drive(window: number, publishers: number): void {
  const beyond = BigInt(publishers * FRAME_LENGTH + FRAME_HEADER_LENGTH);
  let clean = START;
  let limit = Atomics.load(limitCell(), 0);
  for (;;) {
    const consumer = Atomics.load(consumerCell(), 0);
    const producer = producerPosition();
    if (producer > limit + beyond) throw new Error("they pass the limit");
    if (consumer > producer) throw new Error("the reader is beyond its stream");
    while (clean < consumer) clean = cleanTo(clean, consumer);
    const next = consumer + BigInt(window);
    if (next > limit) Atomics.store(limitCell(), 0, limit = next);
    const before = performance.now();
    Atomics.wait(cell, 0, 0, 1);
    // So long that all who live have done what they could.
    if (performance.now() - before > 1000 && !unblock(consumer)) return;
  }
}

/** Zeroes what was read, up to the end of a term; the first words last. */
function cleanTo(from: bigint, to: bigint): bigint {
  const left = LENGTH - from % LENGTH;
  const length = Number(left < to - from ? left : to - from);
  const start = Number(from % (LENGTH * BigInt(TERMS)));
  termWords().fill(0, start / 4 + 2, (start + length) / 4);
  Atomics.store(termLongs(), start / 8, 0n);
  return from + BigInt(length);
}

/**
 * Makes padding of a claim that nobody commits any more.
 *
 * @returns Whether the reader can go on.
 */
function unblock(consumer: bigint): boolean {
  if (producerPosition() <= consumer) return false;
  const words = termWords();
  const count = Number(consumer / LENGTH);
  const offset = Number(consumer % LENGTH);
  const start = (count % TERMS) * TERM_LENGTH;
  const lengthAt = (at: number) => Atomics.load(words, (start + at) >> 2);
  const tail = Atomics.load(metadataLongs(), count % TERMS);
  const end = Math.min(Number(BigInt.asUintN(32, tail)), TERM_LENGTH);
  const claimed = lengthAt(offset);
  if (claimed > 0) return false;
  if (claimed < 0) {
    pad(start, offset, alignFrame(-claimed), count);
    return true;
  }
  // Without a header it reaches to the next frame, or to the end of the term.
  let next = offset + FRAME_HEADER_LENGTH;
  while (next < end && lengthAt(next) === 0) next += FRAME_HEADER_LENGTH;
  if (next >= end && end < TERM_LENGTH) return false;
  pad(start, offset, next - offset, count);
  if (next >= TERM_LENGTH) rotate(count);
  return true;
}

function pad(start: number, offset: number, length: number, count: number) {
  const words = termWords();
  const word = (start + offset) >> 2;
  words[word + FRAME.flagsAndType] = UNFRAGMENTED << 8 | PADDING_TYPE << 16;
  words[word + FRAME.termOffset] = offset;
  words[word + FRAME.termId] = termIdOf(count);
  Atomics.store(words, word, length);
}

/** Moves the log on to the next term, unless somebody has. */
function rotate(count: number): void {
  const longs = metadataLongs();
  const part = (count + 1) % TERMS;
  const tail = Atomics.load(longs, part);
  if (tail >> 32n === BigInt(termIdOf(count + 1 - TERMS))) {
    const next = BigInt(termIdOf(count + 1)) << 32n;
    Atomics.compareExchange(longs, part, tail, next);
  }
  Atomics.compareExchange(metadata(), ACTIVE, count, count + 1);
}

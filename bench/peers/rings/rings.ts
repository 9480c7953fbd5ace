/**
 * A process that produces or consumes messages, as RingBench.java does.
 *
 * Takes the name of the shared memory, "produce" or "consume", and the kind of
 * ring. Says "ready". Reads lines from stdin:
 *
 *     HOW LENGTH COUNT     produces by HOW: write, claim, batch or
 *                          slices; says "done"
 *     read LENGTH COUNT    says "ready", consumes, says the sum of the first
 *                          two words of all messages, and the nanoseconds
 *
 * @module
 */

import {
  ManyToOneRingBuffer,
  type MessageHandler,
  OneToOneRingBuffer,
  type RingBuffer,
} from "../../../channel/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { Idle } from "../../rings/idle.ts";
import { MARK } from "../../rings/ring_messages.ts";

const TYPE_ID = 1;
/** Messages of one call of `writeBatch`. */
const BATCH = 64;
/** Two words behind the number at once. */
const MARKS = BigInt(MARK) << 32n | BigInt(MARK);
/** Messages of one call of `read`, before it gives their memory back. */
const LIMIT = 256;

const encoder = new TextEncoder();
const [name = "", , kind] = Deno.args;
using memory = SharedMemory.open(name);
using mapping = memory.map();
const ring = attach(mapping.bytes);
const words = new Int32Array(mapping.bytes.buffer);
const longs = new BigInt64Array(mapping.bytes.buffer);
const idle = new Idle();

function attach(bytes: Uint8Array): RingBuffer {
  return kind === "one-to-one"
    ? new OneToOneRingBuffer(bytes)
    : new ManyToOneRingBuffer(bytes);
}

function say(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

/** Room for messages, filled but for their numbers. */
function messagesOf(count: number, length: number): Int32Array<ArrayBuffer> {
  return new Int32Array(count * length / 4).fill(MARK);
}

function write(length: number, count: number): void {
  const source = messagesOf(1, length);
  const bytes = new Uint8Array(source.buffer);
  for (let number = 0; number < count; number++) {
    source[0] = number;
    if (!ring.write(TYPE_ID, bytes)) waitToWrite(bytes);
  }
}

/** A function of its own, because writing at once is what counts. */
function waitToWrite(bytes: Uint8Array): void {
  do idle.wait(); while (!ring.write(TYPE_ID, bytes));
  idle.reset();
}

function claim(length: number, count: number): void {
  const end = length / 8;
  for (let number = 0; number < count; number++) {
    let offset = ring.tryClaim(TYPE_ID, length);
    if (offset < 0) offset = waitToClaim(length);
    words[offset >> 2] = number;
    words[(offset >> 2) + 1] = MARK;
    const start = offset >> 3;
    for (let i = 1; i < end; i++) longs[start + i] = MARKS;
    ring.commit(offset);
  }
}

function waitToClaim(length: number): number {
  for (;;) {
    idle.wait();
    const offset = ring.tryClaim(TYPE_ID, length);
    if (offset >= 0) {
      idle.reset();
      return offset;
    }
  }
}

function batch(length: number, count: number): void {
  const source = messagesOf(BATCH, length);
  const messages = Array.from(
    { length: BATCH },
    (_, i) => new Uint8Array(source.buffer, i * length, length),
  );
  for (let number = 0; number < count; number += BATCH) {
    for (let i = 0; i < BATCH; i++) source[i * length / 4] = number + i;
    for (let from = 0; from < BATCH;) {
      const written = ring.writeBatch(TYPE_ID, messages, from);
      if (written === 0) idle.wait();
      else idle.reset();
      from += written;
    }
  }
}

function slices(length: number, count: number): void {
  const source = messagesOf(BATCH, length);
  const bytes = new Uint8Array(source.buffer);
  for (let number = 0; number < count; number += BATCH) {
    for (let i = 0; i < BATCH; i++) source[i * length / 4] = number + i;
    for (let from = 0; from < BATCH;) {
      const written = ring.writeSlices(TYPE_ID, bytes, length, from);
      if (written === 0) idle.wait();
      else idle.reset();
      from += written;
    }
  }
}

let checksum = 0;
const take: MessageHandler = (_typeId, _bytes, offset) => {
  const word = offset >> 2;
  checksum = (checksum + words[word]! + words[word + 1]!) | 0;
};

/** How long the messages took after the first, as if it had taken as long. */
function consume(count: number): number {
  while (ring.read(take, 1) === 0) idle.wait();
  const start = performance.now();
  let left = count - 1;
  while (left > 0) {
    const read = ring.read(take, LIMIT);
    if (read === 0) idle.wait();
    else idle.reset();
    left -= read;
  }
  const time = (performance.now() - start) * 1e6;
  return Math.round(time * count / (count - 1));
}

say("ready");
// Lines come one at a time: the next when the last was answered.
for await (
  const line of Deno.stdin.readable.pipeThrough(new TextDecoderStream())
) {
  const [how, ...rest] = line.trim().split(" ");
  const [length = 0, count = 0] = rest.map(Number);
  if (how === "read") {
    checksum = 0;
    say("ready");
    const time = consume(count);
    say(`${checksum} ${time}`);
    continue;
  }
  if (how === "write") write(length, count);
  else if (how === "claim") claim(length, count);
  else if (how === "batch") batch(length, count);
  else if (how === "slices") slices(length, count);
  else throw new Error(`There is no way ${how}`);
  say("done");
}

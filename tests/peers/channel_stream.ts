/**
 * Messages that both sides of a test know, so that each can be checked when it
 * arrives. `java/ChannelPeer.java` makes the same.
 *
 * @module
 */

import type { MessageHandler, RingBuffer } from "../../channel/mod.ts";

/** Longest message, as far as the channel takes it. */
export const LIMIT = 64;

/** Bytes of the sequence number that a message begins with. */
const NUMBER_LENGTH = 4;

/** How long message `number` of a producer is: from 4 bytes to `limit`. */
export function lengthOf(number: number, limit: number): number {
  const mixed = Math.imul(number ^ (number >>> 15), 0x2c1b3c6d);
  return NUMBER_LENGTH + (mixed >>> 16) % (limit - NUMBER_LENGTH + 1);
}

/** Fills an array with a message. */
export function fill(
  bytes: Uint8Array,
  producer: number,
  number: number,
  length: number,
): void {
  for (let i = 0; i < NUMBER_LENGTH; i++) bytes[i] = number >>> (i * 8);
  for (let i = NUMBER_LENGTH; i < length; i++) {
    bytes[i] = number * 31 + i * 7 + producer;
  }
}

/** The number that a message begins with. */
export function numberOf(bytes: Uint8Array, offset: number): number {
  let number = 0;
  for (let i = 0; i < NUMBER_LENGTH; i++) {
    number |= (bytes[offset + i] ?? 0) << (i * 8);
  }
  return number;
}

/** Checks that a message is whole. */
export function checkMessage(
  producer: number,
  number: number,
  limit: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
): void {
  let whole = length === lengthOf(number, limit);
  for (let i = NUMBER_LENGTH; i < length; i++) {
    const expected = (number * 31 + i * 7 + producer) & 0xff;
    whole &&= bytes[offset + i] === expected;
  }
  if (!whole) {
    throw new Error(`message ${number} of producer ${producer} is damaged`);
  }
}

/** Adds a message to a checksum. */
export function addTo(
  checksum: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
): number {
  for (let i = 0; i < length; i++) {
    checksum = Math.imul(checksum ^ (bytes[offset + i] ?? 0), 0x0100_0193);
  }
  return checksum;
}

/** Makes the messages of one producer. */
export class Source {
  /** How many were made. */
  count = 0;
  /** The message that is made now. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its length. */
  length = 0;
  /** Of all messages before it. */
  checksum = 0;
  /** Its number, which is the type of the messages. */
  readonly producer: number;
  readonly #limit: number;

  constructor(producer: number, limit: number) {
    this.producer = producer;
    this.#limit = limit;
    this.bytes = new Uint8Array(limit);
    this.#make();
  }

  /** Goes on to the next message. */
  next(): void {
    this.checksum = addTo(this.checksum, this.bytes, 0, this.length);
    this.count++;
    this.#make();
  }

  #make(): void {
    this.length = lengthOf(this.count, this.#limit);
    fill(this.bytes, this.producer, this.count, this.length);
  }
}

/** Receives messages of several producers, whose numbers are their types. */
export class Sink {
  /** How many came. */
  count = 0;
  readonly #limit: number;
  readonly #next: number[];
  readonly #checksums: number[];

  constructor(producers: number, limit: number) {
    this.#limit = limit;
    this.#next = Array.from({ length: producers }, () => 0);
    this.#checksums = Array.from({ length: producers }, () => 0);
  }

  /** For each producer, of all its messages. */
  get checksums(): readonly number[] {
    return this.#checksums;
  }

  /** Takes the next message of a producer, and no other. */
  readonly take: MessageHandler = (typeId, bytes, offset, length) => {
    const at = typeId - 1;
    const expected = this.#next[at];
    const number = numberOf(bytes, offset);
    if (expected === undefined || number !== expected) {
      throw new Error(`${number} of ${typeId} came instead of ${expected}`);
    }
    checkMessage(typeId, number, this.#limit, bytes, offset, length);
    this.#checksums[at] = addTo(
      this.#checksums[at] ?? 0,
      bytes,
      offset,
      length,
    );
    this.#next[at] = expected + 1;
    this.count++;
  };
}

/** A step of {@linkcode repeat}: writes the next message, up to `count` of them. */
export function produce(
  ring: RingBuffer,
  memory: Uint8Array,
  source: Source,
  count: number,
): "done" | "moved" | "stuck" {
  if (source.count === count) return "done";
  const { bytes, length, producer } = source;
  // Both ways of writing in turn.
  if (source.count % 2 === 0) {
    if (!ring.write(producer, bytes, 0, length)) return "stuck";
  } else {
    const offset = ring.tryClaim(producer, length);
    if (offset < 0) return "stuck";
    for (let i = 0; i < length; i++) memory[offset + i] = bytes[i] ?? 0;
    ring.commit(offset);
  }
  source.next();
  return "moved";
}

/**
 * A step of {@linkcode repeat} that writes batches of the next messages, up to
 * `count` of them.
 */
export function batchProducer(
  ring: RingBuffer,
  source: Source,
  count: number,
): () => "done" | "moved" | "stuck" {
  let messages: Uint8Array[] = [];
  let written = 0;
  return () => {
    if (written === messages.length) {
      if (source.count === count) return "done";
      messages = [];
      written = 0;
      // Batches of different sizes.
      const size = 1 + source.count % 23;
      while (messages.length < size && source.count < count) {
        messages.push(source.bytes.slice(0, source.length));
        source.next();
      }
    }
    const more = ring.writeBatch(source.producer, messages, written);
    written += more;
    return more > 0 ? "moved" : "stuck";
  };
}

const nobody = new Int32Array(new SharedArrayBuffer(4));
const SPINS = 2000;
const SLEEP_MS = 0.05;
/** A watchdog, and no measure of speed. */
const PATIENCE_MS = 60_000;

/** Repeats something until it is done; others get the processor meanwhile. */
export function repeat(step: () => "done" | "moved" | "stuck"): void {
  let idle = 0;
  let since = performance.now();
  for (;;) {
    const outcome = step();
    if (outcome === "done") return;
    if (outcome === "moved") {
      idle = 0;
      continue;
    }
    if (++idle < SPINS) continue;
    if (idle === SPINS) since = performance.now();
    else if (performance.now() - since > PATIENCE_MS) {
      throw new Error("the other side does nothing");
    }
    Atomics.wait(nobody, 0, 0, SLEEP_MS);
  }
}

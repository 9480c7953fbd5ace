/**
 * What tests of dying participants have in common: messages whose producer and
 * number are known, and how soon a death must be learnt.
 *
 * @module
 */

import { assert, assertEquals } from "../../../deps.ts";
import type { Message } from "../../../channel/mod.ts";
import {
  checkMessage,
  fill,
  lengthOf,
  numberOf,
} from "../../peers/channel_stream.ts";
import { deadline } from "../deadline.ts";
import { Program } from "../peers/program.ts";
import { times } from "../sync/size.ts";
import { randomBelow } from "../seed.ts";

const isEmulated = times(100) < 100;

/** A program that answers each line with a line. */
export class Victims implements AsyncDisposable {
  readonly #program: Program;

  constructor(command: readonly (string | number)[]) {
    this.#program = Program.start(command.map(String));
  }

  /** Says something, and gives the words of the answer. */
  async ask(...words: readonly (string | number)[]): Promise<string[]> {
    await this.#program.tell(words.join(" "));
    const line = await this.#program.line();
    if (!/^\d+( |$)/.test(line)) throw new Error(line);
    return line.split(" ");
  }

  /** Ends it, with all that it has started. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}

/** Where the memory of a channel can be opened by programs in other languages. */
export function pathOf(name: string): string {
  return `/dev/shm${name}`;
}

/** A number for a C program to throw its dice with. */
export function randomSeed(): number {
  return randomBelow(2 ** 16);
}

/** The message with a number; the type of messages is their producer. */
export function messageOf(
  producer: number,
  number: number,
  limit: number,
): Uint8Array<ArrayBuffer> {
  const length = lengthOf(number, limit);
  const bytes = new Uint8Array(length);
  fill(bytes, producer, number, length);
  return bytes;
}

/** Receives messages of many producers, in the order of their numbers. */
export class Inbox {
  readonly #limit: number;
  readonly #next = new Map<number, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a message, which must be the next one of its producer. */
  take(message: Message): void {
    this.takeNumber(message.typeId, this.check(message));
  }

  /** Checks that a message is whole; gives its number. */
  check({ typeId, bytes }: Message): number {
    const number = numberOf(bytes, 0);
    checkMessage(typeId, number, this.#limit, bytes, 0, bytes.length);
    return number;
  }

  /** The same as {@linkcode Inbox.take}, for one that another program checked. */
  takeNumber(producer: number, number: number): void {
    const expected = this.count(producer);
    assertEquals(number, expected, `a message of producer ${producer}`);
    this.#next.set(producer, expected + 1);
  }

  /** How many messages of a producer came. */
  count(producer: number): number {
    return this.#next.get(producer) ?? 0;
  }
}

/**
 * Checks that all but a few deaths, on a busy machine, were learnt in a second.
 * Under emulation that is no time at all.
 */
export function assertLearntSoon(delays: readonly number[]): void {
  assert(delays.length > 0);
  if (isEmulated) return;
  const sorted = delays.toSorted((a, b) => a - b);
  const median = sorted[Math.trunc(sorted.length / 2)] ?? NaN;
  const late = sorted.filter((ms) => ms >= 1000);
  assert(median < 1000, `half of them took ${median} ms and more`);
  assert(late.length <= delays.length / 20, `too late: ${late} ms`);
}

/** Waits until all have ended, also those beside one that fails: they clean up. */
export async function allOf(
  lanes: readonly Promise<readonly number[]>[],
): Promise<number[]> {
  const ended = Promise.allSettled(lanes);
  for (const lane of await deadline(ended, () => "a channel hangs")) {
    if (lane.status === "rejected") throw lane.reason;
  }
  return (await Promise.all(lanes)).flat();
}

/** How many deaths an error reports; others are thrown again. */
export function deathsIn(error: unknown): number {
  if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  const [, count] = /: (a|its|\d+) \w+ died, or exited without closing/.exec(
    error.message,
  ) ?? [];
  assert(count !== undefined, error.message);
  return /^\d/.test(count) ? Number(count) : 1;
}

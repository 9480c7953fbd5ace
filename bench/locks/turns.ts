/**
 * The ways in which two processes take turns: one says a number, and the other
 * says it back.
 *
 * @module
 */

import { notify, wait, waitAsync } from "../../sync/mod.ts";

/** The two words of the shared memory, each with a cache line to itself. */
const PING = 0;
const PONG = 16;

/** How much shared memory they take. */
export const SIZE = 128;

/** One side's part: hearing and saying each number from `from` on. */
export type Part = (
  words: Int32Array,
  from: number,
  turns: number,
) => void | Promise<void>;

/** The part of the side that begins, and of the one that answers. */
export interface Way {
  readonly lead: Part;
  readonly follow: Part;
}

/** Looking at the word all the time. */
const spin: Way = {
  lead: (words, from, turns) => {
    for (let turn = from; turn < from + turns; turn++) {
      Atomics.store(words, PING, turn);
      while (Atomics.load(words, PONG) !== turn);
    }
  },
  follow: (words, from, turns) => {
    for (let turn = from; turn < from + turns; turn++) {
      while (Atomics.load(words, PING) !== turn);
      Atomics.store(words, PONG, turn);
    }
  },
};

/** Sleeping, with the thread blocked. */
const block: Way = {
  lead: (words, from, turns) => {
    for (let turn = from; turn < from + turns; turn++) {
      say(words, PING, turn);
      hear(words, PONG, turn);
    }
  },
  follow: (words, from, turns) => {
    for (let turn = from; turn < from + turns; turn++) {
      hear(words, PING, turn);
      say(words, PONG, turn);
    }
  },
};

/** Sleeping, with nothing blocked. */
const park: Way = {
  lead: async (words, from, turns) => {
    for (let turn = from; turn < from + turns; turn++) {
      say(words, PING, turn);
      await hearAsync(words, PONG, turn);
    }
  },
  follow: async (words, from, turns) => {
    for (let turn = from; turn < from + turns; turn++) {
      await hearAsync(words, PING, turn);
      say(words, PONG, turn);
    }
  },
};

/** Those that take turns through the words, by name. */
export const WAYS = { spin, wait: block, waitAsync: park } as const;

/** One byte back and forth through a connection. */
export function socket(conn: Deno.Conn): Way {
  const byte = new Uint8Array(1);
  return {
    lead: async (_words, _from, turns) => {
      for (let turn = 0; turn < turns; turn++) {
        await conn.write(byte);
        await conn.read(byte);
      }
    },
    follow: async (_words, _from, turns) => {
      for (let turn = 0; turn < turns; turn++) {
        await conn.read(byte);
        await conn.write(byte);
      }
    },
  };
}

function say(words: Int32Array, index: number, value: number): void {
  Atomics.store(words, index, value);
  notify(words, index, 1);
}

function hear(words: Int32Array, index: number, value: number): void {
  while (Atomics.load(words, index) !== value) wait(words, index, value - 1);
}

async function hearAsync(words: Int32Array, index: number, value: number) {
  while (Atomics.load(words, index) !== value) {
    await waitAsync(words, index, value - 1);
  }
}

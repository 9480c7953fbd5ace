/**
 * Doorbells: one that sleeps until there is something is woken when there is,
 * with nothing that looks again after a while.
 *
 * @module
 */

import { Doorbell } from "../../../../channel/waiting/doorbell.ts";
import { ownPipes } from "../../../../sync/bells/own_pipes.ts";
import { hasBell } from "../../../../sync/bells/sleepers.ts";
import { notify, wait, waitAsync } from "../../../../sync/waiting/wait.ts";
import { mapped } from "../../machine/mapped.ts";
import type { World } from "../../machine/world.ts";

function wordsOf(): Int32Array {
  const { buffer, byteLength } = mapped().bytes;
  return new Int32Array(buffer, 0, byteLength / 4);
}

/** What is said lies in word 0, who sleeps in word 1. */
export const doorbell: World = {
  byteLength: 16,
  participants: {
    async sleeper() {
      const words = wordsOf();
      const bell = new Doorbell(words, 1);
      const isReady = () => Atomics.load(words, 0) !== 0;
      while (!isReady()) await bell.park(isReady, Infinity);
    },
    ringer() {
      const words = wordsOf();
      words[0] = 1;
      new Doorbell(words, 1).ring();
    },
  },
};

/** The same with two that ring, and with words of which one is for each. */
export const doorbellOfTwo: World = {
  byteLength: 16,
  participants: {
    async sleeper() {
      const words = wordsOf();
      const bell = new Doorbell(words, 1);
      const isReady = () =>
        Atomics.load(words, 2) !== 0 && Atomics.load(words, 3) !== 0;
      while (!isReady()) await bell.park(isReady, Infinity);
    },
    first() {
      const words = wordsOf();
      words[2] = 1;
      new Doorbell(words, 1).ring();
    },
    second() {
      const words = wordsOf();
      words[3] = 1;
      new Doorbell(words, 1).ring();
    },
  },
};

/** Where the sleeper says which pipe is its own: whether, pid, descriptor, inode. */
const PIPE = 4;

/** Says which pipe is the sleeper's, when it has one. */
async function showPipe() {
  const words = wordsOf();
  const { bell: { fd, inode } } = ownPipes()!;
  words.set([Deno.pid, fd, inode], PIPE + 1);
  Atomics.store(words, PIPE, 1);
  notify(words, PIPE);
  while (!hasBell()) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return words;
}

/** Waits until the sleeper has said it. */
function awaitPipe() {
  const words = wordsOf();
  while (Atomics.load(words, PIPE) === 0) wait(words, PIPE, 0);
  const [pid = 0, fd = 0, inode = 0] = words.slice(PIPE + 1);
  return { words, pipe: { pid, fd, inode } };
}

/** One sleeps in its event loop, and is woken by a byte in its pipe. */
export const pipeDoorbell: World = {
  byteLength: 32,
  participants: {
    async sleeper() {
      const words = await showPipe();
      const bell = new Doorbell(words, 1);
      for (const expected of [1, 2]) {
        const isReady = () => Atomics.load(words, 0) >= expected;
        while (!isReady()) await bell.parkByPipe(isReady, Infinity);
      }
    },
    ringer() {
      const { words, pipe } = awaitPipe();
      const bell = new Doorbell(words, 1, () => pipe);
      for (const said of [1, 2]) {
        words[0] = said;
        bell.ring();
      }
    },
  },
};

/** Two sleep in one event loop, and each is woken by rings for it alone. */
export const pipeDoorbells: World = {
  byteLength: 32,
  participants: {
    async sleeper() {
      const words = await showPipe();
      const sleep = async (index: number) => {
        const bell = new Doorbell(words, 2 + index);
        const isReady = () => Atomics.load(words, index) !== 0;
        while (!isReady()) await bell.parkByPipe(isReady, Infinity);
      };
      await Promise.all([sleep(0), sleep(1)]);
    },
    ringer() {
      const { words, pipe } = awaitPipe();
      for (const index of [1, 0]) {
        words[index] = 1;
        new Doorbell(words, 2 + index, () => pipe).ring();
      }
    },
  },
};

/** wait() and notify() on a word that says how much there is. */
export const waitAndNotify: World = {
  byteLength: 8,
  spurious: 1,
  participants: {
    waiter() {
      const words = wordsOf();
      while (Atomics.load(words, 0) === 0) wait(words, 0, 0);
    },
    async pending() {
      const words = wordsOf();
      while (Atomics.load(words, 0) === 0) await waitAsync(words, 0, 0);
    },
    notifier() {
      const words = wordsOf();
      Atomics.store(words, 0, 1);
      notify(words, 0);
    },
  },
};

/** One gives its wait up; the wake-up that it took is for the other. */
export const passedOn: World = {
  byteLength: 8,
  participants: {
    async leaver() {
      const words = wordsOf();
      const give = new AbortController();
      const wait = waitAsync(words, 0, 0, { signal: give.signal });
      setImmediate(() => give.abort(new Error("enough")));
      await wait.catch(() => {});
      // It lives on: one that ends can pass nothing on.
      await waitAsync(words, 1, 0);
    },
    stayer() {
      const words = wordsOf();
      while (Atomics.load(words, 0) === 0) wait(words, 0, 0);
      Atomics.store(words, 1, 1);
      notify(words, 1);
    },
    notifier() {
      const words = wordsOf();
      Atomics.store(words, 0, 1);
      notify(words, 0, 1);
    },
  },
};

/** A wait that begins while the kernel sleeps on the word of another. */
export const oneMoreWord: World = {
  byteLength: 16,
  participants: {
    async pending() {
      const words = wordsOf();
      const first = waitAsync(words, 0, 0);
      await new Promise<void>((resolve) => setImmediate(resolve));
      await waitAsync(words, 1, 0);
      Atomics.store(words, 2, 1);
      notify(words, 2);
      await first;
    },
    notifier() {
      const words = wordsOf();
      Atomics.store(words, 1, 1);
      notify(words, 1);
      while (Atomics.load(words, 2) === 0) wait(words, 2, 0);
      Atomics.store(words, 0, 1);
      notify(words, 0);
    },
  },
};

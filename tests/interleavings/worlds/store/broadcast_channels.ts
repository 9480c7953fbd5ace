/**
 * The messages of a broadcast channel: all that listen get them in one order,
 * whole, each once or counted as missed; a poster that dies in the middle costs
 * at most its own message.
 *
 * @module
 */

import {
  createLog,
  logSize,
  MessageLog,
} from "../../../../store/broadcast/message_log.ts";
import { StoreObject } from "../../../../store/object/store_object.ts";
import { useSafetyNets } from "../../../../sync/waiting/safety_nets.ts";
import type { Edit, Ending, Participant, World } from "../../machine/world.ts";

const NAME = "/news";
/** A word of the header that nothing uses: whether there is one that listens. */
const LISTENS = 112 / 4;
/** The number of the last message. */
const NUMBER = 136 / 4;

function open(missed: (count: number) => void = () => {}) {
  useSafetyNets(false);
  const object = StoreObject.open("news", NAME, "read-write");
  const { bytes } = object.mapping;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, NUMBER + 1);
  return { log: new MessageLog(object, missed), words };
}

/**
 * Posts messages that show whether they are torn, when one listens and there have
 * been so many.
 */
function post(lengths: Readonly<Record<number, number>>, after = 0) {
  return (self: Participant): void => {
    const { log, words } = open();
    while (Atomics.load(words, LISTENS) === 0) self.pause();
    while (Atomics.load(words, NUMBER) < after) self.pause();
    for (const [byte, length] of Object.entries(lengths)) {
      log.post(new Uint8Array(length).fill(Number(byte)));
      self.note(Number(byte));
    }
  };
}

/** Notes what it gets, and how many it missed. */
async function listen(self: Participant): Promise<void> {
  const { log, words } = open((count) => self.note(-count));
  Atomics.store(words, LISTENS, 1);
  for (;;) {
    const { event } = log.posted;
    const message = log.next();
    if (message === undefined) {
      await log.posted.sleep(event, { timeoutMs: Infinity });
      continue;
    }
    if (message === null) continue;
    const whole = message.every((byte) => byte === message[0]);
    self.note(whole ? message[0] : `torn: ${message}`);
  }
}

function worldOf(
  capacity: number,
  posters: World["participants"],
): Omit<World, "check"> {
  const byteLength = logSize(capacity);
  return {
    byteLength,
    setup: () =>
      StoreObject.create("news", NAME, {
        header: { kind: "bcch", size: byteLength, hash: 0n, a: capacity, b: 0 },
        fill: createLog,
      }).close(),
    participants: { listener: listen, ...posters },
    daemons: ["listener"],
  };
}

/** Got what others posted, or counted it; nothing twice, and each poster's in order. */
function checkNews({ notes, dead }: Ending): void {
  const { listener = [], ...posters } = notes;
  const got = listener.filter((note) => typeof note !== "number" || note > 0);
  const missed = listener.reduce<number>(
    (sum, note) => typeof note === "number" && note < 0 ? sum - note : sum,
    0,
  );
  const expected = Object.values(posters).flat();
  const torn = got.filter((note) => typeof note === "string");
  if (torn.length > 0) throw new Error(torn.join());
  if (new Set(got).size !== got.length) throw new Error(`twice: ${got}`);
  for (const [name, own] of Object.entries(posters)) {
    const order = got.filter((note) => own.includes(note));
    if (order.join() !== order.toSorted().join()) {
      throw new Error(`${name}'s in the order ${order}`);
    }
  }
  // What one that died posted last may be there without its word, or be missed.
  const count = got.length + missed;
  const more = dead.size === 0 ? 0 : 1;
  if (count < expected.length - more || count > expected.length + more) {
    throw new Error(`got ${listener} of ${expected}`);
  }
  if (missed > 0) return;
  const lost = expected.filter((byte) => !got.includes(byte));
  const survivors = Object.entries(posters).filter(([name]) => !dead.has(name))
    .flatMap(([, own]) => own);
  if (lost.some((byte) => survivors.includes(byte))) {
    throw new Error(`lost ${lost}`);
  }
}

/** Room for four messages, so that the one that listens is lapped. */
const SMALL = 128;
const TIGHT: readonly Edit[] = [{
  file: "channel/broadcast/broadcast_transmitter.ts",
  find: "return this.#views.capacity >> 3;",
  replace: "return this.#views.capacity >> 2;",
}];

/** Two post; all arrives. */
export const newsOfTwo: World = {
  ...worldOf(256, { first: post({ 1: 1, 2: 8 }), second: post({ 3: 1 }) }),
  check: checkNews,
};

/** Two overtake the one that listens. */
export const newsOvertaken: World = {
  ...worldOf(SMALL, {
    first: post({ 1: 8, 2: 16, 3: 8 }),
    second: post({ 4: 16, 5: 8 }),
  }),
  constants: TIGHT,
  check: checkNews,
};

/** One dies while it posts; another goes on. */
export const newsOfTheDead: World = {
  ...worldOf(256, { first: post({ 1: 1 }), second: post({ 3: 1 }) }),
  mortal: ["first"],
  check: checkNews,
};

/** One dies while it writes a long message over old ones; another goes on. */
export const newsTorn: World = {
  ...worldOf(SMALL, {
    before: post({ 3: 8, 4: 8 }),
    first: post({ 1: 8, 2: 16 }),
    after: post({ 5: 8 }, 2),
  }),
  constants: TIGHT,
  mortal: ["first"],
  check: checkNews,
};

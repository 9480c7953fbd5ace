/**
 * The latest value: what is read is whole, and newer than what was read before;
 * a writer that dies leaves the value before; who waits is woken.
 *
 * @module
 */

import { Latest } from "../../../../store/latest/latest.ts";
import { useSafetyNets } from "../../../../sync/waiting/safety_nets.ts";
import type { Participant, World } from "../../machine/world.ts";

const NAME = "/latest";
const LENGTH = 16;

/** A value that shows whether it is torn. */
const valueOf = (number: number) => new Uint8Array(LENGTH).fill(number);

function open(): Latest {
  useSafetyNets(false);
  return Latest.open(NAME);
}

function write(from: number, to: number) {
  return (self: Participant): void => {
    const latest = open();
    try {
      for (let i = from; i <= to; i++) self.note(latest.write(valueOf(i)));
    } catch (error) {
      // Its heir came first.
      if (!(error instanceof Deno.errors.Busy)) throw error;
    }
  };
}

/** Notes the value, or what is wrong with it. */
function look(self: Participant, { bytes, number }: {
  readonly bytes: Uint8Array;
  readonly number: number;
}): void {
  const whole = bytes.length === LENGTH &&
    bytes.every((byte) => byte === bytes[0]);
  self.note(whole ? number : `torn: ${bytes}`);
}

function read(self: Participant): void {
  const latest = open();
  for (let i = 0; i < 3; i++) {
    const value = latest.read();
    if (value !== null) look(self, value);
  }
}

/** The same, each value from one array and into another, which are held on to. */
function writeHeld(from: number, to: number) {
  return (): void => {
    const latest = open();
    const value = new Uint8Array(LENGTH);
    for (let i = from; i <= to; i++) latest.write(value.fill(i));
  };
}

function readHeld(self: Participant): void {
  const latest = open();
  const bytes = new Uint8Array(LENGTH);
  for (let i = 0; i < 3; i++) {
    try {
      if (latest.readInto(bytes) === null) continue;
      look(self, { bytes, number: bytes[0]! });
    } catch (error) {
      // Overtaken as often as it tries; or shown an old number each time, which no
      // processor does a thousand times.
      const { Busy, InvalidData } = Deno.errors;
      if (!(error instanceof Busy || error instanceof InvalidData)) throw error;
    }
  }
}

function checkOrder(notes: readonly unknown[]): void {
  let last = 0;
  for (const number of notes) {
    if (typeof number !== "number") throw new Error(`read ${number}`);
    if (number < last) throw new Error(`read ${notes}`);
    last = number;
  }
}

const MORE: Omit<World, "participants"> = {
  byteLength: 512,
  setup: () => Latest.create(NAME, { byteLength: LENGTH, slots: 2 }).close(),
  check: ({ notes }) => checkOrder(notes.reader!),
};

/** A reader that is overtaken. */
export const latestRead: World = {
  ...MORE,
  participants: { writer: write(1, 3), reader: read },
};

/** A reader that is overtaken while it copies by words. */
export const latestCopied: World = {
  ...MORE,
  constants: [{
    file: "store/latest/latest_reader.ts",
    find: "const TRIES = 1000;",
    replace: "const TRIES = 4;",
  }],
  participants: { writer: writeHeld(1, 3), reader: readHeld },
};

/** Each waits for a value that is new to it; the last one ends it. */
export const latestAwaited: World = {
  ...MORE,
  participants: {
    writer: write(1, 2),
    async reader(self) {
      const latest = open();
      while (self.notes.at(-1) !== 2) look(self, await latest.next());
    },
  },
};

/** The writer dies in the middle of a value; another goes on. */
export const latestTakenOver: World = {
  ...MORE,
  participants: {
    writer: write(1, 2),
    heir(self) {
      const latest = open();
      while (self.notes.length === 0) {
        try {
          self.note(latest.write(valueOf(9)));
        } catch (error) {
          if (!(error instanceof Deno.errors.Busy)) throw error;
          self.pause();
        }
      }
    },
    reader: read,
  },
  mortal: ["writer"],
};

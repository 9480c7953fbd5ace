/**
 * Calls on a semaphore set that are given up: what was done is told to be done,
 * and of what was given up nothing is done.
 *
 * @module
 */

import { Operations } from "../../../../sync/semaphores/set_operations.ts";
import type { Participant, World } from "../../machine/world.ts";

/** As much time as there is. */
const FOREVER = { timeoutMs: Infinity, signal: undefined };

function operate(self: Participant, ...deltas: number[]): Operations {
  const operations = deltas.map((delta, index) => ({ index, delta }));
  return new Operations(0, operations, `operate as ${self.id}`);
}

/** Takes one of each, unless that is given up first. */
async function leave(self: Participant): Promise<void> {
  const give = new AbortController();
  const { signal } = give;
  setImmediate(() => give.abort(new Error("enough")));
  const taken = operate(self, -1, -1).runAsync({ ...FOREVER, signal });
  await taken.then((how) => self.note(how), () => self.note("given up"));
}

/** What is left is what the notes say. */
export const setGivenUp: World = {
  byteLength: 8,
  timeouts: 1,
  semaphores: [0, 1],
  participants: {
    leaver: leave,
    poster: (self) => void operate(self, 1).run(FOREVER),
  },
  check({ notes, values }) {
    const left = notes.leaver![0] === "ok" ? "0,0" : "1,1";
    if (values.join() !== left) {
      throw new Error(`${notes.leaver} and left ${values}`);
    }
  },
};

/** The same with one more, who waits for what the first may give up. */
export const setGivenUpForAnother: World = {
  ...setGivenUp,
  semaphores: [0, 2],
  participants: {
    ...setGivenUp.participants,
    poster: (self) => {
      operate(self, 1).run(FOREVER);
      operate(self, 1).run(FOREVER);
    },
    stayer: async (self) => {
      self.note(await operate(self, -1, -1).runAsync(FOREVER));
    },
  },
  check({ notes: { leaver, stayer }, values }) {
    const left = leaver![0] === "ok" ? "0,0" : "1,1";
    if (stayer![0] === "ok" && values.join() === left) return;
    throw new Error(`${leaver}, ${stayer} and left ${values}`);
  },
};

/**
 * Algorithms of which it is known where they are right and where they are wrong:
 * the machine is tested with them.
 *
 * @module
 */

import type { Participant, World } from "../machine/world.ts";

function words(self: Participant): Int32Array {
  return new Int32Array(self.memory.buffer, 0, self.memory.length / 4);
}

/** A fence: an atomic store to memory of one's own. */
const own = new Int32Array(1);

/** Peterson, "Myths about the mutual exclusion problem" (1981). */
function peterson(fence: boolean): World {
  const enter = (me: number) => (self: Participant) => {
    const flags = words(self);
    const other = 1 - me;
    flags[me] = 1;
    flags[2] = other;
    if (fence) Atomics.store(own, 0, 0);
    const look = (i: number) => fence ? Atomics.load(flags, i) : flags[i];
    while (look(other) === 1 && look(2) === other) self.pause();
    self.enter("the critical section");
    self.leave("the critical section");
    flags[me] = 0;
  };
  return {
    byteLength: 16,
    participants: { first: enter(0), second: enter(1) },
  };
}

export const petersonWithout: World = peterson(false);
export const petersonWith: World = peterson(true);

/** Dekker's, in its shortest form: who sees the other's flag does not enter. */
function dekker(fence: boolean): World {
  const enter = (me: number) => (self: Participant) => {
    const flags = words(self);
    flags[me] = 1;
    if (fence) Atomics.store(own, 0, 0);
    // On aarch64 a plain load would pass the store; an atomic one does not.
    if ((fence ? Atomics.load(flags, 1 - me) : flags[1 - me]) === 1) return;
    self.enter("the critical section");
    self.leave("the critical section");
    flags[me] = 0;
  };
  return { byteLength: 8, participants: { first: enter(0), second: enter(1) } };
}

export const dekkerWithout: World = dekker(false);
export const dekkerWith: World = dekker(true);

/** A sequence lock: readers look twice at the sequence, or only once. */
function seqlock(looksTwice: boolean): World {
  return {
    byteLength: 16,
    participants: {
      writer(self) {
        const memory = words(self);
        for (let value = 1; value <= 2; value++) {
          Atomics.store(memory, 0, 2 * value - 1);
          Atomics.load(memory, 0);
          memory[1] = value;
          memory[2] = value;
          Atomics.store(memory, 0, 2 * value);
        }
      },
      reader(self) {
        const memory = words(self);
        for (let tries = 0; tries < 3; tries++) {
          const before = Atomics.load(memory, 0);
          if (before % 2 === 1) continue;
          const [a, b] = [memory[1], memory[2]];
          // The loads of the value are over before the second look.
          Atomics.store(own, 0, 0);
          if (looksTwice && Atomics.load(memory, 0) !== before) continue;
          self.note([a, b]);
          return;
        }
      },
    },
    check({ notes }) {
      for (const pair of notes.reader as number[][]) {
        if (pair[0] !== pair[1]) throw new Error(`torn: ${pair}`);
      }
    },
  };
}

export const seqlockOnce: World = seqlock(false);
export const seqlockTwice: World = seqlock(true);

/** Treiber's stack of reused nodes, whose head has a count or has none. */
function treiber(counts: boolean): World {
  const NODES = 4;
  const HEAD = 0;
  const node = (head: number) => head & 7;
  const moved = (head: number, to: number) =>
    counts ? (head & ~7) + 8 + to : to;
  const pop = (memory: Int32Array): number => {
    for (;;) {
      const head = Atomics.load(memory, HEAD);
      if (node(head) === 0) return 0;
      const next = Atomics.load(memory, node(head));
      const changed = moved(head, next);
      if (Atomics.compareExchange(memory, HEAD, head, changed) === head) {
        return node(head);
      }
    }
  };
  const push = (memory: Int32Array, added: number): void => {
    for (;;) {
      const head = Atomics.load(memory, HEAD);
      Atomics.store(memory, added, node(head));
      const changed = moved(head, added);
      if (Atomics.compareExchange(memory, HEAD, head, changed) === head) return;
    }
  };
  return {
    byteLength: 4 * (NODES + 4),
    // 1 on 2 on 3.
    setup: (memory) => new Int32Array(memory.buffer).set([1, 2, 3, 0]),
    participants: {
      taker(self) {
        self.note(pop(words(self)));
      },
      swapper(self) {
        const memory = words(self);
        const first = pop(memory);
        self.note(pop(memory));
        if (first !== 0) push(memory, first);
      },
    },
    check({ notes, memory }) {
      const left: number[] = [];
      const all = new Int32Array(memory.buffer, 0, NODES + 4);
      for (
        let at = node(all[HEAD]!);
        at !== 0 && left.length < 9;
        at = all[at]!
      ) left.push(at);
      const taken = [...notes.taker!, ...notes.swapper!].filter((n) => n !== 0);
      const met = [...left, ...taken].toSorted().join();
      if (met !== "1,2,3") throw new Error(`nodes 1,2,3 became ${met}`);
    },
  };
}

export const treiberWithoutCount: World = treiber(false);
export const treiberWithCount: World = treiber(true);

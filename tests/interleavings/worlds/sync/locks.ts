/**
 * Locks between processes: one at a time holds it, each that waits gets it, and
 * one that dies lets the others on, with all timers that look again taken away.
 *
 * @module
 */

import { Barrier } from "../../../../sync/locks/barrier.ts";
import { Condition } from "../../../../sync/locks/condition.ts";
import { Mutex } from "../../../../sync/locks/mutex/mutex.ts";
import { Once } from "../../../../sync/locks/once.ts";
import { ReadWriteLock } from "../../../../sync/locks/read_write/read_write_lock.ts";
import { Semaphore } from "../../../../sync/semaphores/semaphore.ts";
import { useSafetyNets } from "../../../../sync/waiting/safety_nets.ts";
import { mapped } from "../../machine/mapped.ts";
import type { Participant, World } from "../../machine/world.ts";

type Body = (self: Participant, memory: Uint8Array) => void | Promise<void>;

/** A world of which each participant maps the memory, without timers. */
function worldOf(
  byteLength: number,
  setup: (memory: Uint8Array) => void,
  bodies: Readonly<Record<string, Body>>,
  more: Partial<World> = {},
): World {
  const participants = Object.entries(bodies).map(([name, body]) => {
    const start = (self: Participant) => {
      useSafetyNets(more.nets === true);
      return body(self, mapped().bytes);
    };
    return [name, start];
  });
  return {
    byteLength,
    setup: () => setup(mapped().bytes),
    participants: Object.fromEntries(participants),
    ...more,
  };
}

/** Takes a mutex, and is alone while it has it. */
const useMutex = (times: number): Body => (self, memory) => {
  const mutex = Mutex.open(memory);
  for (let i = 0; i < times; i++) {
    const guard = mutex.lock();
    self.enter("the mutex");
    self.leave("the mutex");
    guard.unlock();
  }
};

const useMutexAsync: Body = async (self, memory) => {
  const guard = await Mutex.open(memory).lockAsync();
  self.enter("the mutex");
  self.leave("the mutex");
  guard.unlock();
};

const makeMutex = (memory: Uint8Array) => void Mutex.create(memory);

export const mutexOfTwo: World = worldOf(64, makeMutex, {
  first: useMutex(2),
  second: useMutex(1),
}, { mortal: ["first"], spurious: 1 });

export const mutexOfThree: World = worldOf(64, makeMutex, {
  first: useMutex(1),
  second: useMutex(1),
  third: useMutex(1),
  // One that dies between freeing it and waking the next, while a third takes it
  // unasked, takes the wake-up along: as in glibc, whose word has no room for more.
}, { mortal: ["first", "second"], nets: true });

/** Waits until someone has it, so that nobody takes it unasked. */
const queueUp: Body = (self, memory) => {
  const words = new Int32Array(memory.buffer);
  while (Atomics.load(words, 16) === 0) self.pause();
  useMutex(1)(self, memory);
};

export const mutexHandedOver: World = worldOf(72, makeMutex, {
  holder: (_, memory) => {
    const guard = Mutex.open(memory).lock();
    Atomics.store(new Int32Array(memory.buffer), 16, 1);
    guard.unlock();
  },
  second: queueUp,
  third: queueUp,
}, { mortal: ["second"] });

export const mutexAsync: World = worldOf(64, makeMutex, {
  first: useMutex(1),
  second: useMutexAsync,
}, { mortal: ["first"] });

/** Waits for a limited time only: it has the mutex, or nothing. */
export const mutexWithTimeout: World = worldOf(64, makeMutex, {
  first: useMutex(2),
  hasty: (self, memory) => {
    try {
      const guard = Mutex.open(memory).lock({ timeoutMs: 5 });
      self.enter("the mutex");
      self.leave("the mutex");
      guard.unlock();
    } catch (error) {
      if (!(error instanceof Error) || !("code" in error)) throw error;
      if (error.code !== "ETIMEDOUT") throw error;
    }
  },
  third: useMutex(1),
}, { timeouts: 1 });

/** A word behind a lock that says whether there is something to take. */
function flagOf(memory: Uint8Array): Int32Array {
  return new Int32Array(memory.buffer, memory.byteOffset + 96, 2);
}

export const condition: World = worldOf(104, (memory) => {
  Mutex.create(memory);
  Condition.create(memory, 64);
}, {
  waiter: (_, memory) => {
    const guard = Mutex.open(memory).lock();
    const condition = Condition.open(memory, 64);
    while (flagOf(memory)[0] === 0) condition.wait(guard);
    guard.unlock();
  },
  notifier: (_, memory) => {
    const guard = Mutex.open(memory).lock();
    flagOf(memory)[0] = 1;
    guard.unlock();
    Condition.open(memory, 64).notify();
  },
}, { spurious: 1 });

const meet: Body = (self, memory) => {
  const barrier = Barrier.open(memory);
  for (let round = 1; round <= 2; round++) {
    self.note(barrier.wait());
  }
};

export const barrier: World = worldOf(
  16,
  (memory) => void Barrier.create(memory, 0, { parties: 2 }),
  { first: meet, second: meet },
  {
    spurious: 1,
    check: ({ notes: { first, second } }) => {
      for (const round of [0, 1]) {
        const last = [first![round], second![round]].filter((how) =>
          how === "last"
        );
        if (last.length !== 1) throw new Error(`${last.length} were last`);
      }
    },
  },
);

export const semaphore: World = worldOf(
  32,
  (memory) => void Semaphore.createAt(memory),
  {
    poster: (_, memory) => {
      const semaphore = Semaphore.openAt(memory);
      semaphore.post();
      semaphore.post();
    },
    first: (_, memory) => void Semaphore.openAt(memory).wait(),
    second: (_, memory) => void Semaphore.openAt(memory).wait(),
  },
  {
    spurious: 1,
    check: ({ memory }) => {
      const value = new Int32Array(memory.buffer)[0];
      if (value !== 0) throw new Error(`the semaphore has ${value}`);
    },
  },
);

/** One gives up its wait, and gives back what it may have taken. */
export const semaphoreGivenUp: World = worldOf(
  64,
  (memory) => {
    Semaphore.createAt(memory);
    Semaphore.createAt(memory, 32);
  },
  {
    leaver: async (_, memory) => {
      const semaphore = Semaphore.openAt(memory);
      const give = new AbortController();
      const wait = semaphore.waitAsync({ signal: give.signal });
      setImmediate(() => give.abort(new Error("enough")));
      await wait.then(() => semaphore.post(), () => {});
      // It lives on: one that ends can pass nothing on.
      await Semaphore.openAt(memory, 32).waitAsync();
    },
    stayer: (_, memory) => {
      Semaphore.openAt(memory).wait();
      Semaphore.openAt(memory, 32).post();
    },
    poster: (_, memory) => Semaphore.openAt(memory).post(),
  },
);

const READERS = ReadWriteLock.byteLength(2);

/** A word behind the lock that is not 0 while someone writes. */
function writingOf(memory: Uint8Array): Int32Array {
  return new Int32Array(memory.buffer, memory.byteOffset + READERS, 2);
}

const readUnder: Body = (self, memory) => {
  const guard = ReadWriteLock.open(memory).read();
  self.enter(`the lock as reader ${self.id}`);
  self.leave(`the lock as reader ${self.id}`);
  guard.unlock();
};

const writeUnder: Body = (self, memory) => {
  const guard = ReadWriteLock.open(memory).write();
  // A reader meanwhile is in one of these.
  for (const place of [1, 2, 3]) self.enter(`the lock as reader ${place}`);
  const writing = writingOf(memory);
  if (writing[0] !== 0 && !guard.ownerDied) {
    throw new Error("nothing says that a writer died in the middle");
  }
  writing[0] = 1;
  writing[0] = 0;
  for (const place of [1, 2, 3]) self.leave(`the lock as reader ${place}`);
  guard.unlock();
};

const makeReadWrite = (memory: Uint8Array) =>
  void ReadWriteLock.create(memory, 0, { slots: 2 });

export const readersAndWriter: World = worldOf(READERS + 8, makeReadWrite, {
  reader: readUnder,
  writer: writeUnder,
}, { mortal: ["reader"] });

export const twoWriters: World = worldOf(READERS + 8, makeReadWrite, {
  first: writeUnder,
  second: writeUnder,
}, { mortal: ["first"] });

const runOnce: Body = async (self, memory) => {
  await Once.run(memory, 0, () => {
    self.enter("the first run");
    flagOf(memory)[0]!++;
    self.leave("the first run");
  });
  self.note(flagOf(memory)[0]);
};

export const once: World = worldOf(128, () => {}, {
  first: runOnce,
  second: runOnce,
}, { mortal: ["first"] });

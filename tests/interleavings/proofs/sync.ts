import { all, deadly, MIDDLE, type Proof, TINY, within } from "./proof.ts";

/** Locks, conditions, barriers and semaphores. */
export const SYNC_PROOFS: readonly Proof[] = [
  {
    protocol: "mutex of two",
    file: "sync/locks.ts",
    world: "mutexOfTwo",
    ways: [...within(2, MIDDLE), ...deadly(1, MIDDLE)],
  },
  {
    protocol: "mutex of three",
    file: "sync/locks.ts",
    world: "mutexOfThree",
    ways: [...within(1, MIDDLE), ...deadly(0, MIDDLE)],
  },
  {
    protocol: "mutex, handed over to two that wait",
    file: "sync/locks.ts",
    world: "mutexHandedOver",
    ways: deadly(1, MIDDLE),
  },
  {
    protocol: "mutex, one waits without blocking",
    file: "sync/locks.ts",
    world: "mutexAsync",
    ways: [...within(1, MIDDLE), ...deadly(1, MIDDLE)],
  },
  {
    protocol: "mutex, a time limit runs out",
    file: "sync/locks.ts",
    world: "mutexWithTimeout",
    ways: within(1, MIDDLE),
  },
  {
    protocol: "mutex, beside a program that takes it with glibc",
    file: "sync/mutexes.ts",
    world: "mutexBesideC",
    ways: within(1, MIDDLE),
  },
  {
    protocol: "mutex, its holder dies and glibc takes it",
    file: "sync/mutexes.ts",
    world: "mutexLeftToC",
    ways: deadly(1, MIDDLE),
  },
  {
    protocol: "mutex, not recoverable",
    file: "sync/mutexes.ts",
    world: "mutexUnrecoverable",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "condition",
    file: "sync/locks.ts",
    world: "condition",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "barrier",
    file: "sync/locks.ts",
    world: "barrier",
    ways: within(3, TINY),
  },
  {
    protocol: "semaphore",
    file: "sync/locks.ts",
    world: "semaphore",
    ways: within(3, TINY),
  },
  {
    protocol: "semaphore, a wait given up",
    file: "sync/locks.ts",
    world: "semaphoreGivenUp",
    ways: within(3, MIDDLE),
  },
  {
    protocol: "read-write lock, reader and writer",
    file: "sync/locks.ts",
    world: "readersAndWriter",
    ways: [...within(1, MIDDLE), ...deadly(0, MIDDLE)],
  },
  {
    protocol: "read-write lock, two writers",
    file: "sync/locks.ts",
    world: "twoWriters",
    ways: [...within(1, MIDDLE), ...deadly(0, MIDDLE)],
  },
  {
    protocol: "once",
    file: "sync/locks.ts",
    world: "once",
    ways: [...within(1, MIDDLE), ...deadly(1, MIDDLE)],
  },
  {
    protocol: "semaphore set, a call given up",
    file: "sync/semaphore_sets.ts",
    world: "setGivenUp",
    ways: [all],
  },
  {
    protocol: "semaphore set, given up for another",
    file: "sync/semaphore_sets.ts",
    world: "setGivenUpForAnother",
    ways: [{ ...all, most: TINY.most }],
  },
];

/**
 * What is explored of each protocol, and how far.
 *
 * @module
 */

import type { Bounds } from "./machine/explore.ts";

/** One world, explored in several ways. */
export interface Proof {
  /** What it is called in the table. */
  readonly protocol: string;
  /** File and name of the world. */
  readonly file: string;
  readonly world: string;
  readonly ways: readonly Bounds[];
}

/** So many schedules of one way, explored or not. */
const MOST = 60_000;
/** So many at random, where the bound leaves some out. */
const RANDOM = 12_000;

const [X86, ARM] = ["x86-64", "aarch64"] as const;

/** Every schedule. */
const all: Bounds = { order: X86 };
/** All with at most so many preemptions, and at random beyond. */
function within(preemptions: number, weak = preemptions - 1): Bounds[] {
  return [
    { order: X86, preemptions, most: MOST },
    { order: X86, random: RANDOM, seed: 1 },
    { order: ARM, preemptions: weak, most: MOST },
    { order: ARM, random: RANDOM, seed: 2 },
  ];
}

/** The same with a death at each access. */
function deadly(preemptions: number): Bounds[] {
  return [
    { order: X86, preemptions, deaths: 1, most: MOST },
    { order: X86, deaths: 1, random: RANDOM, seed: 3 },
    { order: ARM, preemptions: 0, deaths: 1, most: MOST },
  ];
}

/** Every protocol. */
export const PROOFS: readonly Proof[] = [
  {
    protocol: "one-to-one ring",
    file: "rings.ts",
    world: "oneToOne",
    ways: within(3),
  },
  {
    protocol: "one-to-one ring, producer taken over",
    file: "deaths.ts",
    world: "producerTakenOver",
    ways: deadly(0),
  },
  {
    protocol: "many-to-one ring, one producer",
    file: "rings.ts",
    world: "manyToOneOfOne",
    ways: within(2),
  },
  {
    protocol: "many-to-one ring, two producers",
    file: "rings.ts",
    world: "manyToOneOfTwo",
    ways: within(2),
  },
  {
    protocol: "many-to-one ring, claims of the dead repaired",
    file: "deaths.ts",
    world: "deadProducer",
    ways: deadly(1),
  },
  {
    protocol: "many-to-one ring, consumer taken over",
    file: "deaths.ts",
    world: "consumerTakenOver",
    ways: deadly(0),
  },
  {
    protocol: "broadcast, lapping",
    file: "broadcasts.ts",
    world: "lapped",
    ways: within(2),
  },
  {
    protocol: "broadcast, transmitter taken over",
    file: "broadcasts.ts",
    world: "transmitterTakenOver",
    ways: deadly(1),
  },
  {
    protocol: "doorbell, one rings",
    file: "bells.ts",
    world: "doorbell",
    ways: [all, ...within(3)],
  },
  {
    protocol: "doorbell, two ring",
    file: "bells.ts",
    world: "doorbellOfTwo",
    ways: within(3),
  },
  {
    protocol: "wait and notify",
    file: "bells.ts",
    world: "waitAndNotify",
    ways: within(3),
  },
  {
    protocol: "wait given up, its wake-up passed on",
    file: "bells.ts",
    world: "passedOn",
    ways: [all, ...within(3)],
  },
  {
    protocol: "one more word in a sleep under way",
    file: "bells.ts",
    world: "oneMoreWord",
    ways: within(3),
  },
  {
    protocol: "mutex of two",
    file: "locks.ts",
    world: "mutexOfTwo",
    ways: [...within(2), ...deadly(1)],
  },
  {
    protocol: "mutex of three",
    file: "locks.ts",
    world: "mutexOfThree",
    ways: [...within(1), ...deadly(0)],
  },
  {
    protocol: "mutex, handed over to two that wait",
    file: "locks.ts",
    world: "mutexHandedOver",
    ways: deadly(1),
  },
  {
    protocol: "mutex, one waits without blocking",
    file: "locks.ts",
    world: "mutexAsync",
    ways: [...within(1), ...deadly(1)],
  },
  {
    protocol: "mutex, a time limit runs out",
    file: "locks.ts",
    world: "mutexWithTimeout",
    ways: within(1),
  },
  {
    protocol: "condition",
    file: "locks.ts",
    world: "condition",
    ways: within(2),
  },
  { protocol: "barrier", file: "locks.ts", world: "barrier", ways: within(3) },
  {
    protocol: "semaphore",
    file: "locks.ts",
    world: "semaphore",
    ways: within(3),
  },
  {
    protocol: "semaphore, a wait given up",
    file: "locks.ts",
    world: "semaphoreGivenUp",
    ways: within(3),
  },
  {
    protocol: "read-write lock, reader and writer",
    file: "locks.ts",
    world: "readersAndWriter",
    ways: [...within(1), ...deadly(0)],
  },
  {
    protocol: "read-write lock, two writers",
    file: "locks.ts",
    world: "twoWriters",
    ways: [...within(1), ...deadly(0)],
  },
  {
    protocol: "once",
    file: "locks.ts",
    world: "once",
    ways: [...within(1), ...deadly(1)],
  },
];

/** Textbook algorithms: whether the machine must find them wrong, and where. */
export const TEXTBOOK: readonly {
  readonly world: string;
  readonly bounds: Bounds;
  readonly wrong: boolean;
}[] = [
  { world: "petersonWithout", bounds: { order: "in order" }, wrong: false },
  { world: "petersonWithout", bounds: { order: X86 }, wrong: true },
  { world: "petersonWith", bounds: { order: X86 }, wrong: false },
  // The two stores before its fence may be seen in either order.
  { world: "petersonWith", bounds: { order: ARM }, wrong: true },
  { world: "dekkerWithout", bounds: { order: "in order" }, wrong: false },
  { world: "dekkerWithout", bounds: { order: X86 }, wrong: true },
  { world: "dekkerWith", bounds: { order: X86 }, wrong: false },
  { world: "dekkerWith", bounds: { order: ARM }, wrong: false },
  { world: "seqlockOnce", bounds: { order: "in order" }, wrong: true },
  { world: "seqlockTwice", bounds: { order: X86 }, wrong: false },
  {
    world: "seqlockTwice",
    bounds: { order: ARM, preemptions: 2 },
    wrong: false,
  },
  { world: "treiberWithoutCount", bounds: { order: X86 }, wrong: true },
  { world: "treiberWithCount", bounds: { order: X86 }, wrong: false },
];

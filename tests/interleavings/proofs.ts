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

/** How many schedules of one way, by how long they take. */
interface Size {
  /** In depth, explored or not. */
  readonly most: number;
  /** At random, where the bound leaves some out. */
  readonly random: number;
}

const TINY: Size = { most: 60_000, random: 30_000 };
const SHORT: Size = { most: 15_000, random: 5_000 };
const MIDDLE: Size = { most: 5_000, random: 2_000 };
const LONG: Size = { most: 800, random: 300 };
const LONGEST: Size = { most: 600, random: 200 };

const [X86, ARM] = ["x86-64", "aarch64"] as const;

/** Every schedule. */
const all: Bounds = { order: X86 };
/** All with at most so many preemptions, and at random beyond. */
function within(
  preemptions: number,
  { most, random }: Size,
): Bounds[] {
  return [
    { order: X86, preemptions, most },
    { order: X86, random, seed: 1 },
    { order: ARM, preemptions: Math.max(0, preemptions - 1), most },
    { order: ARM, random, seed: 2 },
  ];
}

/** The same with a death at each access. */
function deadly(
  preemptions: number,
  { most, random }: Size,
): Bounds[] {
  return [
    { order: X86, preemptions, deaths: 1, most },
    { order: X86, deaths: 1, random, seed: 3 },
    { order: ARM, preemptions: 0, deaths: 1, most },
  ];
}

/** Every protocol. */
export const PROOFS: readonly Proof[] = [
  {
    protocol: "one-to-one ring",
    file: "rings.ts",
    world: "oneToOne",
    ways: within(3, SHORT),
  },
  {
    protocol: "one-to-one ring, producer taken over",
    file: "deaths.ts",
    world: "producerTakenOver",
    ways: deadly(0, SHORT),
  },
  {
    protocol: "many-to-one ring, one producer",
    file: "rings.ts",
    world: "manyToOneOfOne",
    ways: within(2, SHORT),
  },
  {
    protocol: "many-to-one ring, two producers",
    file: "rings.ts",
    world: "manyToOneOfTwo",
    ways: within(2, SHORT),
  },
  {
    protocol: "many-to-one ring, claims of the dead repaired",
    file: "deaths.ts",
    world: "deadProducer",
    ways: deadly(1, SHORT),
  },
  {
    protocol: "many-to-one ring, consumer taken over",
    file: "deaths.ts",
    world: "consumerTakenOver",
    ways: deadly(0, SHORT),
  },
  {
    protocol: "broadcast, lapping",
    file: "broadcasts.ts",
    world: "lapped",
    ways: within(2, SHORT),
  },
  {
    protocol: "broadcast, transmitter taken over",
    file: "broadcasts.ts",
    world: "transmitterTakenOver",
    ways: deadly(1, SHORT),
  },
  {
    protocol: "doorbell, one rings",
    file: "bells.ts",
    world: "doorbell",
    ways: [all, ...within(3, TINY)],
  },
  {
    protocol: "doorbell, two ring",
    file: "bells.ts",
    world: "doorbellOfTwo",
    ways: within(3, TINY),
  },
  {
    protocol: "wait and notify",
    file: "bells.ts",
    world: "waitAndNotify",
    ways: within(3, TINY),
  },
  {
    protocol: "wait given up, its wake-up passed on",
    file: "bells.ts",
    world: "passedOn",
    ways: [all, ...within(3, TINY)],
  },
  {
    protocol: "one more word in a sleep under way",
    file: "bells.ts",
    world: "oneMoreWord",
    ways: within(3, TINY),
  },
  {
    protocol: "mutex of two",
    file: "locks.ts",
    world: "mutexOfTwo",
    ways: [...within(2, MIDDLE), ...deadly(1, MIDDLE)],
  },
  {
    protocol: "mutex of three",
    file: "locks.ts",
    world: "mutexOfThree",
    ways: [...within(1, MIDDLE), ...deadly(0, MIDDLE)],
  },
  {
    protocol: "mutex, handed over to two that wait",
    file: "locks.ts",
    world: "mutexHandedOver",
    ways: deadly(1, MIDDLE),
  },
  {
    protocol: "mutex, one waits without blocking",
    file: "locks.ts",
    world: "mutexAsync",
    ways: [...within(1, MIDDLE), ...deadly(1, MIDDLE)],
  },
  {
    protocol: "mutex, a time limit runs out",
    file: "locks.ts",
    world: "mutexWithTimeout",
    ways: within(1, MIDDLE),
  },
  {
    protocol: "condition",
    file: "locks.ts",
    world: "condition",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "barrier",
    file: "locks.ts",
    world: "barrier",
    ways: within(3, TINY),
  },
  {
    protocol: "semaphore",
    file: "locks.ts",
    world: "semaphore",
    ways: within(3, TINY),
  },
  {
    protocol: "semaphore, a wait given up",
    file: "locks.ts",
    world: "semaphoreGivenUp",
    ways: within(3, MIDDLE),
  },
  {
    protocol: "read-write lock, reader and writer",
    file: "locks.ts",
    world: "readersAndWriter",
    ways: [...within(1, MIDDLE), ...deadly(0, MIDDLE)],
  },
  {
    protocol: "read-write lock, two writers",
    file: "locks.ts",
    world: "twoWriters",
    ways: [...within(1, MIDDLE), ...deadly(0, MIDDLE)],
  },
  {
    protocol: "once",
    file: "locks.ts",
    world: "once",
    ways: [...within(1, MIDDLE), ...deadly(1, MIDDLE)],
  },
  {
    protocol: "named object, created or opened by two",
    file: "objects.ts",
    world: "createdByTwo",
    ways: [all],
  },
  {
    protocol: "named object, created and replaced",
    file: "objects.ts",
    world: "createdAndReplaced",
    ways: [...within(2, TINY), ...deadly(1, TINY)],
  },
  {
    protocol: "named object, replaced by two",
    file: "objects.ts",
    world: "replacedByTwo",
    ways: [...within(2, TINY), ...deadly(1, TINY)],
  },
  {
    protocol: "named object, opened and replaced",
    file: "objects.ts",
    world: "openedAndReplaced",
    ways: within(3, TINY),
  },
  {
    protocol: "named object, patience runs out",
    file: "objects.ts",
    world: "createdInHaste",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "named object, resized with mappings of others",
    file: "objects.ts",
    world: "madeSmaller",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "named object, resized and replaced",
    file: "objects.ts",
    world: "resizedAndReplaced",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "file, created and sized by two",
    file: "files.ts",
    world: "fileOfTwo",
    ways: [all, { ...all, deaths: 1, most: TINY.most }],
  },
  {
    protocol: "semaphore set, a call given up",
    file: "semaphore_sets.ts",
    world: "setGivenUp",
    ways: [all],
  },
  {
    protocol: "semaphore set, given up for another",
    file: "semaphore_sets.ts",
    world: "setGivenUpForAnother",
    ways: [{ ...all, most: TINY.most }],
  },
  {
    protocol: "latest value, reader overtaken",
    file: "latest.ts",
    world: "latestRead",
    ways: within(3, MIDDLE),
  },
  {
    protocol: "latest value, copied by words",
    file: "latest.ts",
    world: "latestCopied",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "latest value, awaited",
    file: "latest.ts",
    world: "latestAwaited",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "latest value, writer taken over",
    file: "latest.ts",
    world: "latestTakenOver",
    ways: deadly(1, MIDDLE),
  },
  {
    protocol: "count of events",
    file: "events.ts",
    world: "eventCount",
    ways: within(2, TINY),
  },
  {
    protocol: "map, read while it changes",
    file: "maps.ts",
    world: "mapRead",
    ways: within(1, LONG),
  },
  {
    protocol: "map, entry removed and its memory used again",
    file: "maps.ts",
    world: "mapDeleted",
    ways: within(1, LONG),
  },
  {
    protocol: "map, updated by two, one dies",
    file: "maps.ts",
    world: "mapUpdated",
    ways: [...within(1, LONG), ...deadly(0, LONG)],
  },
  {
    protocol: "work queue, room for one job",
    file: "work_queues.ts",
    world: "queueOfOne",
    ways: within(1, LONG),
  },
  {
    protocol: "work queue, two takers",
    file: "work_queues.ts",
    world: "queueOfTwoTakers",
    ways: within(1, LONG),
  },
  {
    protocol: "work queue, a taker dies",
    file: "work_queues.ts",
    world: "queueTakenOver",
    ways: deadly(0, LONG),
  },
  {
    protocol: "work queue, who puts dies",
    file: "work_queues.ts",
    world: "queuePutterDies",
    ways: deadly(0, LONG),
  },
  {
    protocol: "doorbell, a pipe is rung",
    file: "bells.ts",
    world: "pipeDoorbell",
    ways: [all, ...within(3, TINY)],
  },
  {
    protocol: "doorbells of two, one pipe",
    file: "bells.ts",
    world: "pipeDoorbells",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "channel, a sender joins and ends",
    file: "ends.ts",
    world: "sentAndEnded",
    ways: within(1, LONGEST),
  },
  {
    protocol: "channel, a sender waits for room",
    file: "ends.ts",
    world: "sentWhenFull",
    ways: within(1, LONGEST),
  },
  {
    protocol: "channel, a sender dies",
    file: "ends.ts",
    world: "senderDies",
    ways: deadly(0, LONGEST),
  },
  {
    protocol: "channel, one of two senders dies",
    file: "ends.ts",
    world: "oneOfTwoDies",
    ways: deadly(0, LONGEST),
  },
  {
    protocol: "channel, a sender is succeeded",
    file: "ends.ts",
    world: "senderSucceeded",
    ways: deadly(0, LONGEST),
  },
  {
    protocol: "channel, a receiver is succeeded",
    file: "ends.ts",
    world: "receiverSucceeded",
    ways: deadly(0, LONGEST),
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

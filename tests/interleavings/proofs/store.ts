import {
  deadly,
  LONG,
  MIDDLE,
  type Proof,
  SHORT,
  TINY,
  within,
} from "./proof.ts";

/** Latest values, maps, work queues, broadcast channels and counts of events. */
export const STORE_PROOFS: readonly Proof[] = [
  {
    protocol: "latest value, reader overtaken",
    file: "store/latest.ts",
    world: "latestRead",
    ways: within(3, MIDDLE),
  },
  {
    protocol: "latest value, copied by words",
    file: "store/latest.ts",
    world: "latestCopied",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "latest value, awaited",
    file: "store/latest.ts",
    world: "latestAwaited",
    ways: within(2, MIDDLE),
  },
  {
    protocol: "latest value, writer taken over",
    file: "store/latest.ts",
    world: "latestTakenOver",
    ways: deadly(1, MIDDLE),
  },
  {
    protocol: "count of events",
    file: "store/events.ts",
    world: "eventCount",
    ways: within(2, TINY),
  },
  {
    protocol: "map, read while it changes",
    file: "store/maps.ts",
    world: "mapRead",
    ways: within(1, LONG),
  },
  {
    protocol: "map, entry removed and its memory used again",
    file: "store/maps.ts",
    world: "mapDeleted",
    ways: within(1, LONG),
  },
  {
    protocol: "map, updated by two, one dies",
    file: "store/maps.ts",
    world: "mapUpdated",
    ways: [...within(1, LONG), ...deadly(0, LONG)],
  },
  {
    protocol: "work queue, room for one job",
    file: "store/work_queues.ts",
    world: "queueOfOne",
    ways: within(1, LONG),
  },
  {
    protocol: "work queue, two takers",
    file: "store/work_queues.ts",
    world: "queueOfTwoTakers",
    ways: within(1, LONG),
  },
  {
    protocol: "work queue, a taker dies",
    file: "store/work_queues.ts",
    world: "queueTakenOver",
    ways: deadly(0, LONG),
  },
  {
    protocol: "work queue, who puts dies",
    file: "store/work_queues.ts",
    world: "queuePutterDies",
    ways: deadly(0, LONG),
  },
  {
    protocol: "broadcast channel, two post",
    file: "store/broadcast_channels.ts",
    world: "newsOfTwo",
    ways: within(1, LONG),
  },
  {
    protocol: "broadcast channel, one that listens is overtaken",
    file: "store/broadcast_channels.ts",
    world: "newsOvertaken",
    ways: within(1, LONG),
  },
  {
    protocol: "broadcast channel, one that posts dies",
    file: "store/broadcast_channels.ts",
    world: "newsOfTheDead",
    ways: deadly(0, MIDDLE),
  },
  {
    protocol: "broadcast channel, one dies over old messages",
    file: "store/broadcast_channels.ts",
    world: "newsTorn",
    ways: deadly(0, LONG),
  },
  {
    protocol: "latest value, watched",
    file: "store/watching.ts",
    world: "latestWatched",
    ways: within(1, SHORT),
  },
  {
    protocol: "map, watched",
    file: "store/watching.ts",
    world: "mapWatched",
    ways: within(1, SHORT),
  },
  {
    protocol: "work queue, watched",
    file: "store/watching.ts",
    world: "queueWatched",
    ways: within(1, SHORT),
  },
];

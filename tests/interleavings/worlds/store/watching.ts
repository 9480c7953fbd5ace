/**
 * Objects of the stores that somebody watches who writes nothing and takes no lock:
 * what is told is whole, and in order, while others change them.
 *
 * @module
 */

import { ObservedObject } from "../../../../memory/posix/observed_object.ts";
import type { ReadonlyBytes } from "../../../../memory/views/readonly_bytes.ts";
import { Latest } from "../../../../store/latest/latest.ts";
import { SharedMap } from "../../../../store/map/shared_map.ts";
import { LatestWatch } from "../../../../store/watching/latest_watch.ts";
import { MapWatch } from "../../../../store/watching/map_watch.ts";
import { QueueWatch } from "../../../../store/watching/queue_watch.ts";
import { WorkQueue } from "../../../../store/work_queue/work_queue.ts";
import { useSafetyNets } from "../../../../sync/waiting/safety_nets.ts";
import type { Participant, World } from "../../machine/world.ts";
import { SMALL_MAP } from "./maps.ts";
import { FEW_TAKERS } from "./work_queues.ts";

const NAME = "/watched";
/** Bytes of a value. */
const LENGTH = 8;
/** How often the watcher looks. */
const LOOKS = 4;

/** A value that shows whether it is torn. */
const valueOf = (byte: number) => new Uint8Array(LENGTH).fill(byte);

/** What a watcher tells. */
interface Seen {
  readonly bytes: Uint8Array;
  /** Counts up, where it does. */
  readonly number?: number;
}

/** Looks some times, and notes each value by its first byte. */
function watching(
  watchOf: (memory: ReadonlyBytes) => { next(): Seen | undefined },
) {
  return (self: Participant): void => {
    const watch = watchOf(ObservedObject.open(NAME).mapping.bytes);
    for (let looks = 0; looks < LOOKS; looks++) {
      const seen = watch.next();
      if (seen === undefined) continue;
      const { bytes } = seen;
      const isWhole = bytes.length === 0 || bytes.length === LENGTH &&
          bytes.every((byte) => byte === bytes[0]);
      self.note(isWhole ? bytes[0] ?? 0 : `torn: ${bytes}`);
    }
  };
}

const check: World["check"] = ({ notes }) => {
  const torn = notes.watcher!.filter((note) => typeof note === "string");
  if (torn.length > 0) throw new Error(torn.join());
};

/** Values that come faster than they are watched. */
export const latestWatched: World = {
  byteLength: 512,
  setup: () => Latest.create(NAME, { byteLength: LENGTH, slots: 2 }).close(),
  participants: {
    writer() {
      const latest = Latest.open(NAME);
      for (let i = 1; i <= 4; i++) latest.write(valueOf(i));
    },
    watcher: watching((memory) => new LatestWatch(memory, NAME)),
  },
  check,
};

/** An entry is overwritten, and its chunks are used again. */
export const mapWatched: World = {
  byteLength: 1024,
  constants: SMALL_MAP,
  setup: () => {
    using map = SharedMap.create(NAME, { budget: 128 * 3 });
    map.set("a", valueOf(1));
  },
  participants: {
    writer() {
      useSafetyNets(false);
      const map = SharedMap.open(NAME);
      map.set("a", valueOf(2));
      map.delete("a");
      map.set("b", valueOf(3));
    },
    watcher: watching((memory) => new MapWatch(memory, NAME, "oldest")),
  },
  check,
};

/** Jobs that come and go, in one slot. */
export const queueWatched: World = {
  byteLength: 576,
  constants: FEW_TAKERS,
  setup: () => WorkQueue.create(NAME, { jobs: 1, byteLength: LENGTH }).close(),
  participants: {
    async worker() {
      useSafetyNets(false);
      const queue = WorkQueue.open(NAME);
      for (let i = 1; i <= 2; i++) {
        await queue.put(valueOf(i));
        (await queue.take()).done();
      }
    },
    watcher: watching((memory) => new QueueWatch(memory, NAME)),
  },
  check,
};

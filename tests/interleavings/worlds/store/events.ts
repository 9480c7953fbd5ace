/**
 * The count of events that maps, queues and values wait by: who reads it before
 * it looks, and sleeps on what it read, misses nothing.
 *
 * @module
 */

import { EventCount } from "../../../../store/object/event_count.ts";
import type { StoreObject } from "../../../../store/object/store_object.ts";
import { useSafetyNets } from "../../../../sync/waiting/safety_nets.ts";
import { mapped } from "../../machine/mapped.ts";
import type { World } from "../../machine/world.ts";

function eventsOf(): { events: EventCount; words: Int32Array } {
  useSafetyNets(false);
  const mapping = mapped();
  // Of the object it uses the mapping alone.
  const object = { mapping } as unknown as StoreObject<"read-write">;
  const words = new Int32Array(mapping.bytes.buffer, 0, 4);
  return { events: new EventCount(object, 0, 1), words };
}

/** Waits until a word is not 0. */
const awaitWord = (index: number) => async () => {
  const { events, words } = eventsOf();
  for (;;) {
    const { event } = events;
    if (Atomics.load(words, index) !== 0) return;
    await events.sleep(event, { timeoutMs: Infinity });
  }
};

export const eventCount: World = {
  byteLength: 16,
  participants: {
    first: awaitWord(2),
    second: awaitWord(3),
    teller: () => {
      const { events, words } = eventsOf();
      words[2] = 1;
      events.wakeAll();
      words[3] = 1;
      events.wakeAll();
    },
  },
};

/** The same with one that waits. */
export const eventCountOfOne: World = {
  byteLength: 16,
  participants: {
    first: awaitWord(2),
    teller: () => {
      const { events, words } = eventsOf();
      words[2] = 1;
      events.wakeOne();
    },
  },
};

/**
 * The numbers of an object whose last minutes are worth a look.
 *
 * @module
 */

import type { Description, Rates } from "../../inspect/mod.ts";

/** Numbers by what they are. */
export type Measures = Record<string, number>;

/**
 * Takes the numbers of an object.
 *
 * @param rates Since the last look; nothing at the first.
 */
export function measuresOf(
  description: Description | undefined,
  rates: Rates | undefined,
): Measures {
  const measures: Measures = {};
  if (description === undefined) return measures;
  const add = (name: string, value: number | null | undefined) => {
    if (value !== null && value !== undefined) measures[name] = value;
  };
  const { ring, broadcast, latest, map, workQueue } = description;
  if (ring !== undefined) {
    add("fill", ring.fill);
    add("bytesPerSecond", rates?.bytesPerSecond);
    add("bytesTakenPerSecond", rates?.bytesTakenPerSecond);
    // Nothing to look at as long as nobody was lost.
    add("sendersLost", ring.deaths + ring.aborts || null);
  }
  if (broadcast !== undefined) {
    add("bytesPerSecond", rates?.bytesPerSecond);
    add("messagesPerSecond", rates?.messagesPerSecond);
  }
  if (latest !== undefined) {
    add("valuesPerSecond", rates?.messagesPerSecond);
    add("bytesPerSecond", rates?.bytesPerSecond);
  }
  if (workQueue !== undefined) {
    add("waiting", workQueue.waiting);
    add("taken", workQueue.taken);
    add("failed", workQueue.failed);
    add("jobsPerSecond", rates?.messagesPerSecond);
  }
  if (map !== undefined) {
    add("entries", map.entries);
    add("chunksInUse", map.chunks - map.freeChunks);
  }
  add("value", description.semaphore?.value);
  return measures;
}

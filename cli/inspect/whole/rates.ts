import type { Description } from "../types.ts";

/** What has gone by between two looks. */
export interface Rates {
  /** Between the looks. */
  readonly seconds: number;
  /** Bytes that were put in, headers included, a second. */
  readonly bytesPerSecond: number;
  /** Bytes that were taken out, of what is taken out. */
  readonly bytesTakenPerSecond: number | null;
  /** Messages, values or jobs that were put in, where these are counted. */
  readonly messagesPerSecond: number | null;
}

/**
 * How fast an object is used, by two descriptions of it.
 *
 * @returns Nothing for kinds that count nothing, or when it was created again meanwhile.
 */
export function ratesBetween(
  before: Description,
  after: Description,
): Rates | undefined {
  const seconds = (after.at - before.at) / 1000;
  if (!(seconds > 0)) return undefined;
  const first = countsOf(before);
  const second = countsOf(after);
  if (first === undefined || second === undefined) return undefined;
  const rate = (a: number | null, b: number | null) =>
    a === null || b === null || b < a ? null : (b - a) / seconds;
  const bytesPerSecond = rate(first.bytes, second.bytes);
  if (bytesPerSecond === null) return undefined;
  return {
    seconds,
    bytesPerSecond,
    bytesTakenPerSecond: rate(first.taken, second.taken),
    messagesPerSecond: rate(first.messages, second.messages),
  };
}

interface Counts {
  readonly bytes: number;
  readonly taken: number | null;
  readonly messages: number | null;
}

function countsOf(description: Description): Counts | undefined {
  const { ring, broadcast, latest, workQueue, broadcastChannel } = description;
  if (ring !== undefined) {
    return { bytes: ring.tail, taken: ring.head, messages: null };
  }
  if (broadcast !== undefined) {
    const { tail, messages } = broadcast;
    return { bytes: tail, taken: null, messages };
  }
  if (broadcastChannel !== undefined) {
    const { tail, messages } = broadcastChannel;
    return { bytes: tail, taken: null, messages };
  }
  if (latest !== undefined) {
    const { newest, length } = latest;
    return { bytes: newest * (length ?? 0), taken: null, messages: newest };
  }
  if (workQueue !== undefined) {
    const { puts } = workQueue;
    return { bytes: 0, taken: null, messages: puts };
  }
  return undefined;
}

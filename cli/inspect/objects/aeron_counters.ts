/**
 * The counters of Aeron's media driver and its clients, and the streams that
 * they tell about, as its own tools `AeronStat` and `StreamStat` show them.
 *
 * @module
 */

import type { ByteSource } from "../bytes/byte_source.ts";
import { Words } from "../bytes/words.ts";

/** A counter of a driver, or of one of its clients. */
export interface AeronCounter {
  /** Its index. */
  readonly id: number;
  /** What it counts: Aeron's own types are below 1000. */
  readonly typeId: number;
  /** What it counts, for people. */
  readonly label: string;
  /** Its value. */
  readonly value: number;
}

/** A stream of one publisher, as far as this driver sees it. */
export interface AeronStream {
  readonly channel: string;
  readonly streamId: number;
  readonly sessionId: number;
  /** How far its publisher is; null when that is another driver's. */
  readonly publisherPosition: number | null;
  /** How far the publisher may go. */
  readonly publisherLimit: number | null;
  /** How far it was sent; null when it stays on this machine. */
  readonly senderPosition: number | null;
  /** How far it was received from another driver. */
  readonly receiverPosition: number | null;
  /** How far each of its subscribers of this machine is. */
  readonly subscriberPositions: readonly number[];
}

/** Where the counters lie in `cnc.dat`. */
export interface CounterPlace {
  readonly metadata: number;
  readonly metadataLength: number;
  readonly values: number;
}

/** Fields of a record of metadata, and of its key. */
const RECORD = {
  length: 512,
  typeId: 4,
  key: 16,
  labelLength: 128,
  label: 132,
};
const KEY = { sessionId: 8, streamId: 12, channelLength: 16, channel: 20 };
const VALUE_LENGTH = 128;
const MAX_LABEL = 380;
const MAX_KEY_CHANNEL = 92;
const ALLOCATED = 1;

/** Types of the counters that belong to streams. */
const TYPE = {
  publisherLimit: 1,
  senderPosition: 2,
  subscriberPosition: 4,
  receiverPosition: 5,
  publisherPosition: 12,
} as const;

/** How many records are read at once. */
const CHUNK = 64;

const decoder = new TextDecoder();

/** A counter with the part of its key that names a stream. */
interface Keyed extends AeronCounter {
  readonly sessionId: number;
  readonly streamId: number;
  readonly channel: string;
}

/** What the counters of a driver say. */
export function readCounters(
  source: ByteSource,
  place: CounterPlace,
): { counters: AeronCounter[]; streams: AeronStream[] } {
  const keyed = [...allCounters(source, place)];
  return {
    counters: keyed
      .map(({ id, typeId, label, value }) => ({ id, typeId, label, value })),
    streams: streamsOf(keyed),
  };
}

function* allCounters(
  source: ByteSource,
  { metadata, metadataLength, values }: CounterPlace,
): Generator<Keyed> {
  const capacity = Math.floor(metadataLength / RECORD.length);
  for (let first = 0; first < capacity; first += CHUNK) {
    const count = Math.min(CHUNK, capacity - first);
    const bytes = source
      .read(metadata + first * RECORD.length, count * RECORD.length);
    const words = new Words(bytes);
    const numbers = new Words(
      source.read(values + first * VALUE_LENGTH, count * VALUE_LENGTH),
    );
    for (let i = 0; i < count; i++) {
      const at = i * RECORD.length;
      const state = words.i32(at);
      if (state === 0) return;
      if (state !== ALLOCATED) continue;
      const text = (start: number, length: number, most: number) =>
        decoder.decode(
          bytes.slice(start, start + Math.max(0, Math.min(length, most))),
        );
      const key = at + RECORD.key;
      yield {
        id: first + i,
        typeId: words.i32(at + RECORD.typeId),
        label: text(
          at + RECORD.label,
          words.i32(at + RECORD.labelLength),
          MAX_LABEL,
        ),
        value: numbers.i64(i * VALUE_LENGTH),
        sessionId: words.i32(key + KEY.sessionId),
        streamId: words.i32(key + KEY.streamId),
        channel: text(
          key + KEY.channel,
          words.i32(key + KEY.channelLength),
          MAX_KEY_CHANNEL,
        ),
      };
    }
  }
}

function streamsOf(counters: readonly Keyed[]): AeronStream[] {
  const types: readonly number[] = Object.values(TYPE);
  const groups = Map.groupBy(
    counters.filter(({ typeId }) => types.includes(typeId)),
    ({ sessionId, streamId, channel }) => `${sessionId} ${streamId} ${channel}`,
  );
  return [...groups.values()].map((group) => {
    const [{ channel = "", streamId = 0, sessionId = 0 } = {}] = group;
    const of = (type: number) =>
      group.filter(({ typeId }) => typeId === type).map(({ value }) => value);
    return {
      channel,
      streamId,
      sessionId,
      publisherPosition: of(TYPE.publisherPosition)[0] ?? null,
      publisherLimit: of(TYPE.publisherLimit)[0] ?? null,
      senderPosition: of(TYPE.senderPosition)[0] ?? null,
      receiverPosition: of(TYPE.receiverPosition)[0] ?? null,
      subscriberPositions: of(TYPE.subscriberPosition),
    };
  });
}

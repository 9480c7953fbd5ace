import {
  ENTRY_COUNT,
  FREE_COUNT,
  isSound,
  KEY_MUTEX_COUNT,
  KEY_MUTEXES,
  LRU,
  MUTEX,
  POLICY,
} from "../../../../store/map/map_layout.ts";
import type { ByteSource } from "../../bytes/byte_source.ts";
import { Words } from "../../bytes/words.ts";
import { type LockState, MUTEX_LENGTH, readMutex } from "../locks.ts";
import type { StoreHeader } from "./store_header.ts";

/** The state of a `SharedMap`. */
export interface MapState {
  readonly entries: number;
  /** Pieces of 128 bytes that entries are made of. */
  readonly chunks: number;
  readonly freeChunks: number;
  readonly buckets: number;
  readonly eviction: "none" | "lru";
}

/** Reads the state of a `SharedMap`; nothing when its header makes no sense. */
export function readMap(
  source: ByteSource,
  { a: chunks, b: buckets }: StoreHeader,
): MapState | undefined {
  if (!isSound(chunks, buckets)) return undefined;
  const words = new Words(source.read(0, MUTEX));
  return {
    entries: words.u32(4 * ENTRY_COUNT),
    chunks,
    freeChunks: words.u32(4 * FREE_COUNT),
    buckets,
    eviction: words.u32(4 * POLICY) === LRU ? "lru" : "none",
  };
}

/** The lock of all changes, and those of keys that somebody holds. */
export function mapLocks(source: ByteSource): LockState[] {
  const keys = Array.from(
    { length: KEY_MUTEX_COUNT },
    (_, i) =>
      readMutex(source, KEY_MUTEXES + i * MUTEX_LENGTH, `keys of group ${i}`),
  );
  return [
    readMutex(source, MUTEX, "changes of the map"),
    ...keys.filter(({ state }) => state !== "free"),
  ];
}

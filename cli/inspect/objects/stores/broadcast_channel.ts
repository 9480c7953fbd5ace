import { BROADCAST_TRAILER_LENGTH } from "../../../../channel/broadcast/broadcast_layout.ts";
import type { ByteSource } from "../../bytes/byte_source.ts";
import { Words } from "../../bytes/words.ts";
import type { StoreHeader } from "./store_header.ts";

/** The state of a `SharedBroadcastChannel`. */
export interface BroadcastChannelState {
  /** Bytes of its broadcast buffer. */
  readonly capacity: number;
  /** How many messages were posted so far, modulo 2^32. */
  readonly messages: number;
  /** Where the next record starts. */
  readonly tail: number;
  /** How many handles sleep until the next message. */
  readonly sleepers: number;
}

/** Where its words, its lock and its buffer lie, see `docs/layouts.md`. */
const SLEEPERS = 132;
const NUMBER = 136;
const BUFFER = 256;
const TAIL = 8;
/** Where its mutex lies. */
export const POSTING_MUTEX = 192;

/** Reads its state; nothing when its header makes no sense. */
export function readBroadcastChannel(
  source: ByteSource,
  { a: capacity }: StoreHeader,
): BroadcastChannelState | undefined {
  const fits = capacity > 0 &&
    BUFFER + capacity + BROADCAST_TRAILER_LENGTH === source.size;
  if (!fits) return undefined;
  const words = new Words(source.read(0, POSTING_MUTEX));
  const trailer = new Words(source.read(BUFFER + capacity, 16));
  return {
    capacity,
    messages: words.u32(NUMBER),
    tail: trailer.i64(TAIL),
    sleepers: words.u32(SLEEPERS),
  };
}

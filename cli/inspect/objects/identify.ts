import {
  channelSize,
  kindOfSharedLength,
} from "../../../channel/object/layout_area.ts";
import { BROADCAST_TRAILER_LENGTH } from "../../../channel/broadcast/broadcast_layout.ts";
import { BroadcastControl } from "../../../channel/membership/broadcast_control.ts";
import { RingControl } from "../../../channel/membership/ring_control.ts";
import type { Creator } from "../../../channel/object/header.ts";
import {
  RING_TRAILER_LENGTH,
  TRAILER,
} from "../../../channel/ring/ring_layout.ts";
import { HEADER_LENGTH } from "../../../store/object/header.ts";
import type { ByteSource } from "../bytes/byte_source.ts";
import { Words } from "../bytes/words.ts";
import type { Kind } from "../types.ts";
import { type StoreHeader, storeHeader } from "./stores/store_header.ts";

/** What an object says that it is. */
export interface Identity {
  readonly kind: Kind;
  /** Bytes of the data area, of rings and broadcasts. */
  readonly capacity?: number;
  /** Of stores. */
  readonly header?: StoreHeader;
  readonly label: string | null;
  readonly creator: Creator | null;
}

/** Kinds of stores by their four letters. */
const STORES: Readonly<Record<string, Kind>> = {
  "late": "latest",
  "work": "work-queue",
  "map ": "map",
  "bcch": "broadcast-channel",
};

const LEAST_CAPACITY = 16;

/**
 * Finds out what an object is: by the words in which objects of this library say
 * so, and by its size, which is a power of two and a trailer for rings and
 * broadcasts of Agrona's.
 *
 * @param plain What it is when it is nothing else.
 */
export function identify(
  source: ByteSource,
  plain: "object" | "file",
): Identity {
  const { size } = source;
  const header = storeHeader(source.read(0, Math.min(size, HEADER_LENGTH)));
  if (header !== undefined) {
    return {
      kind: STORES[header.kind] ?? "store",
      header,
      label: header.label || null,
      creator: { pid: header.creatorPid, startTime: header.creatorStart },
    };
  }
  return ringIdentity(source, size) ?? broadcastIdentity(source, size) ??
    { kind: plain, label: null, creator: null };
}

function ringIdentity(
  source: ByteSource,
  size: number,
): Identity | undefined {
  const { capacity, hasLayout } = channelSize(size, RING_TRAILER_LENGTH);
  if (!isCapacity(capacity)) return undefined;
  if (hasLayout && kindOfSharedLength(source.read(0, size)) === "broadcast") {
    return undefined;
  }
  const trailer = new Uint8Array(RING_TRAILER_LENGTH);
  source.readInto(trailer, capacity);
  const control = new RingControl(trailer, 0);
  const { producers, header } = control;
  const words = new Words(trailer);
  if (producers === undefined) {
    const head = words.i64(TRAILER.head);
    const tail = words.i64(TRAILER.tail);
    const sound = head >= 0 && tail >= head && tail - head <= capacity &&
      head % 8 === 0 && tail % 8 === 0;
    // What never was written to may be anything of this size.
    // Only this library has layouts: a broadcast may be as long.
    if (hasLayout || control.isForeign || !sound || tail === 0) {
      return undefined;
    }
    return { kind: "ring", capacity, label: null, creator: null };
  }
  return {
    kind: producers === "one" ? "channel" : "channel-many",
    capacity,
    label: header.label || null,
    creator: header.creator ?? null,
  };
}

function broadcastIdentity(
  source: ByteSource,
  size: number,
): Identity | undefined {
  const { capacity } = channelSize(size, BROADCAST_TRAILER_LENGTH);
  if (!isCapacity(capacity)) return undefined;
  const trailer = new Uint8Array(BROADCAST_TRAILER_LENGTH);
  source.readInto(trailer, capacity);
  const words = new Words(trailer);
  const [intent, tail, latest] = [0, 8, 16].map((at) => words.i64(at));
  const { isForeign, header } = new BroadcastControl(trailer, 0);
  if (!isForeign && words.i32(KIND) !== 0) {
    return {
      kind: "broadcast",
      capacity,
      label: header.label || null,
      creator: header.creator ?? null,
    };
  }
  const sound = tail !== undefined && intent !== undefined &&
    latest !== undefined && tail > 0 && tail % 8 === 0 && intent >= tail &&
    intent - tail <= capacity && latest <= tail && latest >= 0;
  if (isForeign || !sound) return undefined;
  return { kind: "agrona-broadcast", capacity, label: null, creator: null };
}

/** Where a broadcast says what it is. */
const KIND = 72;

function isCapacity(capacity: number): boolean {
  return capacity >= LEAST_CAPACITY && capacity <= 2 ** 31 &&
    Number.isInteger(Math.log2(capacity));
}

import {
  channelSize,
  kindOfSharedLength,
} from "../../channel/object/layout_area.ts";
import { RingControl } from "../../channel/membership/ring_control.ts";
import {
  BROADCAST_TRAILER_LENGTH,
  RING_TRAILER_LENGTH,
} from "../../channel/mod.ts";
import { ObservedObject } from "../../memory/posix/observed_object.ts";
import {
  type ReadonlyBytes,
  viewOf,
} from "../../memory/views/readonly_bytes.ts";
import { isBlank, readHeader } from "../../store/object/header.ts";
import { kindOf } from "../../store/watching/object_view.ts";
import { type NamedPlace, placeText } from "./place.ts";

/** Kinds that can be watched and sent to. */
export const KINDS = [
  "channel",
  "channel-many",
  "ring",
  "broadcast",
  "latest",
  "map",
  "work-queue",
] as const;
/** One of them. */
export type WatchedKind = typeof KINDS[number];

/** How something would be created that is like it. */
export type Sizes = Readonly<Record<string, number>>;

/** What something is. */
export interface Identity {
  readonly kind: WatchedKind;
  readonly sizes: Sizes;
}

/** Bytes of a piece of a map's budget. */
const MAP_CHUNK = 128;

/**
 * Finds out what lies in memory.
 *
 * @throws {Deno.errors.Busy} When it is not complete.
 * @throws {Deno.errors.InvalidData} When it has no messages.
 */
export function identify(memory: ReadonlyBytes, name: string): Identity {
  const kind = kindOf(memory);
  const size = memory.byteLength;
  if (kind !== undefined) {
    const { a, b } = readHeader(memory, name, kind, size);
    return storeIdentity(name, kind, a, b);
  }
  const { capacity: ring, hasLayout } = channelSize(size, RING_TRAILER_LENGTH);
  // A ring with a layout is of this library; a broadcast may be as long.
  const isOther = hasLayout && kindOfSharedLength(viewOf(memory)) !== "ring" &&
    isCapacity(size - BROADCAST_TRAILER_LENGTH);
  if (isCapacity(ring) && !isOther) {
    return { kind: ringKind(memory, ring), sizes: { capacity: ring } };
  }
  const { capacity } = channelSize(size, BROADCAST_TRAILER_LENGTH);
  if (isCapacity(capacity)) return { kind: "broadcast", sizes: { capacity } };
  if (size < 4 || isBlank(memory)) {
    throw new Deno.errors.Busy(
      `Cannot use ${name}: nothing is in it yet; its creator is still at it, or it is no object of this library`,
    );
  }
  throw new Deno.errors.InvalidData(
    `Cannot use ${name}: it is no channel, newest value, map or work queue; try: shmem info ${name}`,
  );
}

/** Which kind of ring it is: `"ring"` while nobody says who sends. */
export function ringKind(memory: ReadonlyBytes, capacity: number): WatchedKind {
  const { producers } = new RingControl(viewOf(memory), capacity);
  if (producers === undefined) return "ring";
  return producers === "one" ? "channel" : "channel-many";
}

/** Finds out what has a name. */
export function identifyPlace(place: NamedPlace): Identity {
  using object = ObservedObject.open(place);
  return identify(object.mapping.bytes, placeText(place));
}

function storeIdentity(
  name: string,
  kind: string,
  a: number,
  b: number,
): Identity {
  switch (kind) {
    case "late":
      return { kind: "latest", sizes: { byteLength: a, slots: b } };
    case "map ":
      return { kind: "map", sizes: { budget: a * MAP_CHUNK } };
    case "work":
      return { kind: "work-queue", sizes: { jobs: a, byteLength: b } };
    default:
      throw new Deno.errors.InvalidData(
        `Cannot use ${name}: what is in it are no plain bytes; try: shmem info ${name}`,
      );
  }
}

function isCapacity(capacity: number): boolean {
  return capacity >= 32 && capacity <= 2 ** 30 &&
    (capacity & (capacity - 1)) === 0;
}

import { BroadcastWatch } from "../../channel/watching/broadcast_watch.ts";
import {
  RingWatch,
  type WatchStart,
} from "../../channel/watching/ring_watch.ts";
import { ObservedObject } from "../../memory/posix/observed_object.ts";
import type { ReadonlyBytes } from "../../memory/views/readonly_bytes.ts";
import { LatestWatch } from "../../store/watching/latest_watch.ts";
import { MapWatch } from "../../store/watching/map_watch.ts";
import { QueueWatch } from "../../store/watching/queue_watch.ts";
import {
  identify,
  type Identity,
  ringKind,
  type WatchedKind,
} from "./identify.ts";
import { type NamedPlace, placeText } from "./place.ts";

/** Something that was seen: a message, a value, a change. */
export interface Seen {
  /** A copy of the bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Type of a message. */
  readonly typeId?: number;
  /** Which message, value or job it is, from 1 on, where these are counted. */
  readonly number?: number | undefined;
  /** Where a message starts in the ring: bytes that were claimed before it. */
  readonly position?: number;
  /** What happened: `"set"`, `"deleted"`, `"put"`, `"taken"` and so on. */
  readonly event?: string;
  /** Key in a map. */
  readonly key?: string | Uint8Array<ArrayBuffer>;
  /** When an entry of a map expires, in milliseconds since 1970; 0: never. */
  readonly expires?: number;
  /** How often a job was taken. */
  readonly attempts?: number;
}

/** What was gone before it was seen. */
export interface Missed {
  /** Messages, values, jobs or changes, where these are counted. */
  readonly messages: number;
  /** Bytes, of a ring, where messages are not counted. */
  readonly bytes: number;
}

/** Something that is watched. */
export interface Watched extends Identity {
  /** What was seen next; nothing when there is nothing now. */
  next(): Seen | undefined;
  readonly missed: Missed;
  /** What is wrong with it, if anything. */
  readonly damage: string | undefined;
}

/** Something that is watched, with its object, which is to be closed. */
export interface OpenWatched extends Watched {
  readonly object: ObservedObject;
}

/**
 * Opens something for watching.
 *
 * @throws {Deno.errors.NotFound} When there is nothing of this name.
 * @throws {Deno.errors.Busy} When it is not complete.
 * @throws {Deno.errors.InvalidData} When it has no messages.
 */
export function openWatched(
  place: NamedPlace,
  from: WatchStart | "state",
): OpenWatched {
  const object = ObservedObject.open(place);
  using undo = new DisposableStack();
  undo.use(object);
  const name = placeText(place);
  const memory = object.mapping.bytes;
  const identity = identify(memory, name);
  const { kind, sizes } = identity;
  const isState = kind === "latest" || kind === "map";
  const start = from === "state" ? isState ? "oldest" : "now" : from;
  const watch = watchOf(kind, memory, name, start);
  undo.move();
  let told = kind;
  return {
    ...identity,
    // Its creator may say only later who sends: a foreign ring never does.
    get kind() {
      if (told === "ring") told = ringKind(memory, sizes.capacity!);
      return told;
    },
    object,
    next: () => watch.next(),
    get missed() {
      return {
        messages: watch.missed ?? 0,
        bytes: watch.missedBytes ?? 0,
      };
    },
    get damage() {
      return watch.damage;
    },
  };
}

/** What the watches of all kinds have in common. */
interface AnyWatch {
  next(): Seen | undefined;
  readonly missed?: number;
  readonly missedBytes?: number;
  readonly damage?: string | undefined;
}

function watchOf(
  kind: WatchedKind,
  memory: ReadonlyBytes,
  name: string,
  from: WatchStart,
): AnyWatch {
  switch (kind) {
    case "broadcast":
      return new BroadcastWatch(memory, from);
    case "latest":
      return new LatestWatch(memory, name, from);
    case "map":
      return new MapWatch(memory, name, from);
    case "work-queue":
      return new QueueWatch(memory, name, from);
    default:
      return new RingWatch(memory, from);
  }
}

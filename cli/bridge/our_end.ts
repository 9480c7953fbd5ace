import {
  type ChannelOptions,
  Publisher,
  Receiver,
  type RingChannelOptions,
  Sender,
  Subscriber,
} from "../../channel/mod.ts";
import { Latest } from "../../store/mod.ts";
import { UsageError } from "../command.ts";
import { sleep } from "../sleep.ts";
import { identifyPlace } from "../watching/identify.ts";
import { type NamedPlace, placeText } from "../watching/place.ts";

/** Kinds of channels that can be bridged, and created for it. */
export const BRIDGED_KINDS = [
  "channel",
  "channel-many",
  "broadcast",
  "latest",
] as const;

/** One of them. */
export type BridgedKind = typeof BRIDGED_KINDS[number];

/** What messages are taken from. */
export type Inlet = Receiver | Subscriber | Latest;

/** What messages are taken to. */
export type Outlet = Sender | Publisher | Latest;

/** What is created, where something is. */
export interface Creation {
  readonly kind: BridgedKind;
  /** Capacity of a channel, or the largest value. */
  readonly size: number | undefined;
}

/** How often to look for what is not there yet. */
const LOOK_MS = 50;
const LATEST_SIZE = 65_536;

/** Opens what messages are taken from; waits for it, or creates it. */
export async function openInlet(
  place: NamedPlace,
  creation: Creation | undefined,
  signal: AbortSignal,
): Promise<Inlet> {
  if (creation !== undefined) return createInlet(place, creation);
  switch (await kindAt(place, signal)) {
    case "broadcast":
      return Subscriber.open(place);
    case "latest":
      return Latest.open(place, { access: "read" });
    default:
      return Receiver.open(place);
  }
}

/** Opens what messages are taken to; waits for it, or creates it. */
export async function openOutlet(
  place: NamedPlace,
  creation: Creation | undefined,
  signal: AbortSignal,
): Promise<Outlet> {
  if (creation !== undefined) return createOutlet(place, creation);
  switch (await kindAt(place, signal)) {
    case "broadcast":
      return Publisher.open(place);
    case "latest":
      return Latest.open(place);
    default:
      return Sender.open(place);
  }
}

function createInlet(place: NamedPlace, creation: Creation): Inlet {
  switch (creation.kind) {
    case "broadcast":
      throw new UsageError(
        "--create broadcast is for what comes from Aeron: a broadcast that is carried to it is created by its publisher, and waited for",
      );
    case "latest":
      return createLatest(place, creation);
    default:
      return Receiver.create(place, ringOptions(creation));
  }
}

function createOutlet(place: NamedPlace, creation: Creation): Outlet {
  switch (creation.kind) {
    case "broadcast":
      return Publisher.create(place, channelOptions(creation));
    case "latest":
      return createLatest(place, creation);
    default:
      return Sender.create(place, ringOptions(creation));
  }
}

/** What is there already is opened. */
function channelOptions({ size }: Creation): ChannelOptions {
  return {
    ifExists: "open",
    ...size === undefined ? {} : { capacity: size },
  };
}

function ringOptions(creation: Creation): RingChannelOptions {
  const producers = creation.kind === "channel" ? "one" : "many";
  return { ...channelOptions(creation), producers };
}

function createLatest(place: NamedPlace, { size }: Creation): Latest {
  const byteLength = size ?? LATEST_SIZE;
  return Latest.create(place, { byteLength, ifExists: "open" });
}

async function kindAt(
  place: NamedPlace,
  signal: AbortSignal,
): Promise<BridgedKind> {
  for (;;) {
    signal.throwIfAborted();
    try {
      const { kind } = identifyPlace(place);
      const found = BRIDGED_KINDS.find((each) => each === kind);
      if (found !== undefined) return found;
      if (kind === "ring") return "channel";
      throw new UsageError(
        `${
          placeText(place)
        } is a ${kind}, and what can be bridged is a channel, a broadcast or a newest value`,
      );
    } catch (error) {
      const isComing = error instanceof Deno.errors.NotFound ||
        error instanceof Deno.errors.Busy;
      if (!isComing) throw error;
    }
    await sleep(LOOK_MS, signal);
  }
}

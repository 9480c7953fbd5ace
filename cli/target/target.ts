import { Publisher, Sender } from "../../channel/mod.ts";
import { Latest, SharedMap, WorkQueue } from "../../store/mod.ts";
import type { Identity } from "../watching/identify.ts";
import { type NamedPlace, placeText } from "../watching/place.ts";

/** What is sent. */
export interface Sending {
  readonly bytes: Uint8Array;
  /** Type of a message; 1 by default. */
  readonly typeId?: number;
  /** Key in a map. */
  readonly key?: string | Uint8Array;
  /** How long an entry of a map lives. */
  readonly ttlMs?: number;
  /** Whether the key is to be deleted. */
  readonly deleted?: boolean;
}

/** Something that can be sent to, as one of those that send. */
export interface Target extends Disposable {
  /** Sends, waiting while there is no room. */
  send(sending: Sending, signal: AbortSignal): Promise<void>;
}

/** How a target is opened. */
export interface TargetOptions {
  /** Whether to create it, when it is not there. */
  readonly create: boolean;
}

/**
 * Opens something for sending.
 *
 * @param identity What it is, or is to be created as.
 */
export function openTarget(
  place: NamedPlace,
  identity: Identity,
  options: TargetOptions,
): Target {
  return OPENERS[identity.kind](place, identity, options);
}

type Opener = (
  place: NamedPlace,
  identity: Identity,
  options: TargetOptions,
) => Target;

const OPEN = { ifExists: "open" } as const;

const OPENERS: Readonly<Record<Identity["kind"], Opener>> = {
  channel: (place, { sizes }, { create }) =>
    ringTarget(
      create ? Sender.create(place, { ...OPEN, ...sizes }) : Sender.open(place),
    ),
  "channel-many": (place, { sizes }, { create }) =>
    ringTarget(
      create
        ? Sender.create(place, { ...OPEN, ...sizes, producers: "many" })
        : Sender.open(place),
    ),
  ring: (place) => {
    throw new Deno.errors.NotSupported(
      `Cannot send to ${
        placeText(place)
      }: another program made this ring, which does not say whether it may have one producer or many`,
    );
  },
  broadcast: (place, { sizes }, { create }) => {
    const publisher = create
      ? Publisher.create(place, { ...OPEN, ...sizes })
      : Publisher.open(place);
    return {
      send: ({ bytes, typeId }) => {
        publisher.publish(bytes, { typeId: typeId ?? 1 });
        return Promise.resolve();
      },
      [Symbol.dispose]: () => publisher.close(),
    };
  },
  latest: (place, { sizes }, { create }) => {
    const { byteLength = 2 ** 16, slots } = sizes;
    const latest = create
      ? Latest.create(place, {
        ...OPEN,
        byteLength,
        ...(slots === undefined ? {} : { slots }),
      })
      : Latest.open(place);
    return {
      send: ({ bytes }) => {
        latest.write(bytes);
        return Promise.resolve();
      },
      [Symbol.dispose]: () => latest.close(),
    };
  },
  map: (place, { sizes: { budget = 2 ** 20 } }, { create }) => {
    const map = create
      ? SharedMap.create(place, { ...OPEN, budget })
      : SharedMap.open(place);
    return {
      send: ({ bytes, key, ttlMs, deleted }) => {
        if (key === undefined) {
          throw new TypeError(
            `Cannot send to ${
              placeText(place)
            }: it is a map, so a key is needed`,
          );
        }
        if (deleted === true) map.delete(key);
        else map.set(key, bytes, ttlMs === undefined ? {} : { ttlMs });
        return Promise.resolve();
      },
      [Symbol.dispose]: () => map.close(),
    };
  },
  "work-queue": (place, { sizes }, { create }) => {
    const { jobs = 1024, byteLength = 4096 } = sizes;
    const queue = create
      ? WorkQueue.create(place, { ...OPEN, jobs, byteLength })
      : WorkQueue.open(place);
    return {
      send: async ({ bytes }, signal) => {
        await queue.put(bytes, { signal });
      },
      [Symbol.dispose]: () => queue.close(),
    };
  },
};

function ringTarget(sender: Sender): Target {
  return {
    send: ({ bytes, typeId }, signal) =>
      sender.send(bytes, { typeId: typeId ?? 1, signal }),
    [Symbol.dispose]: () => sender.close(),
  };
}

import { RingChannel } from "../../channel/carrier/ring_channel.ts";
import { ringRoom } from "../../channel/membership/ring_room.ts";
import { Sender } from "../../channel/mod.ts";
import { pollAsync } from "../../memory/waiting/poll.ts";
import type { CheckedPlace, Place } from "../../store/object/place.ts";
import type { Patience } from "../../store/object/wait_for.ts";
import { lanePlace, MAX_LANES } from "../wire/lanes.ts";

/**
 * Joins a server: the first of its lanes that has room. Waits until a server is
 * there, which what a killed one left is not.
 *
 * @returns The way to it. Rejects with `Deno.errors.TimedOut` when the time is over,
 * and with the signal's reason.
 */
export async function joinServer(
  server: CheckedPlace,
  { timeoutMs, end, signal }: Patience,
): Promise<Sender> {
  const left = Math.max(0, end - performance.now());
  const search = new LaneSearch(server);
  const sender = await pollAsync(() => search.tryJoin(), left, signal);
  if (sender !== undefined) return sender;
  throw new Deno.errors.TimedOut(
    `Cannot connect to ${
      JSON.stringify(server.name)
    }: no server with room for one more client was there within ${timeoutMs} ms`,
  );
}

/** Looks for room in the lanes of a server, again and again. */
class LaneSearch {
  readonly #server: CheckedPlace;
  /** The first that may have room: each look at a full one takes its time. */
  #first = 0;

  constructor(server: CheckedPlace) {
    this.#server = server;
  }

  tryJoin(): Sender | undefined {
    const start = this.#first;
    for (let lane = start; lane < MAX_LANES; lane++) {
      const place = lanePlace(this.#server, lane);
      // The next one is made where there is none yet, or there was room before.
      this.#first = lane === start ? 0 : lane;
      const found = lookAt(place, lane === 0);
      if (found === "nobody") break;
      const sender = found === "room" ? openSender(place) : "full";
      if (sender === "nobody") break;
      if (sender !== "full") return sender;
    }
    return undefined;
  }
}

/** Opens a lane that had room, if it is the same still. */
function openSender(place: Place): Sender | "full" | "nobody" {
  try {
    return Sender.open(place);
  } catch (error) {
    // Others were faster; the next one may have room.
    if (error instanceof Deno.errors.Busy) return "full";
    if (error instanceof Deno.errors.NotFound) return "nobody";
    // Another server is about to make it, or it is something else: the next look tells.
    if (isForeign(error) || isNotYet(error)) return "nobody";
    throw error;
  }
}

function lookAt(place: Place, isFirst: boolean): ReturnType<typeof ringRoom> {
  const found = openLane(place, isFirst);
  if (found === undefined) return "nobody";
  const { object, control, producers } = found;
  using _closed = { [Symbol.dispose]: () => object.close() };
  // Another program's.
  return producers === "many" ? ringRoom(object, control) : "nobody";
}

/**
 * Opens what may be a lane. Of the first it is told when another program has its
 * name.
 */
function openLane(place: Place, isFirst: boolean): RingChannel | undefined {
  try {
    return RingChannel.openComplete(place);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || isNotYet(error)) {
      return undefined;
    }
    if (!isFirst && isForeign(error)) return undefined;
    throw error;
  }
}

/** Whether a name has something else than a ring. */
function isForeign(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError;
}

/** Whether it is empty still, or another process looks at it. */
function isNotYet(error: unknown): boolean {
  return error instanceof Deno.errors.TimedOut ||
    error instanceof Deno.errors.WouldBlock;
}

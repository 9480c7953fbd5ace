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
      try {
        const found = lookAt(place, lane === 0);
        if (found === "nobody") break;
        if (found === "room") return Sender.open(place);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) break;
        if (lane > 0 && isForeign(error)) break;
        // Others were faster; the next one may have room.
        if (!(error instanceof Deno.errors.Busy)) throw error;
      }
    }
    return undefined;
  }
}

function lookAt(place: Place, isFirst: boolean): ReturnType<typeof ringRoom> {
  const { object, control, producers } = isFirst
    ? RingChannel.open(place, {})
    : RingChannel.openComplete(place);
  using _closed = { [Symbol.dispose]: () => object.close() };
  // Another program's.
  return producers === "many" ? ringRoom(object, control) : "nobody";
}

/** Whether a name has something else than a ring, or one that is not complete. */
function isForeign(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError ||
    error instanceof Deno.errors.TimedOut;
}

import { RingChannel } from "../../channel/carrier/ring_channel.ts";
import { RECEIVER, SENDER } from "../../channel/membership/ring_control.ts";
import { Sender } from "../../channel/mod.ts";
import { LOCKS } from "../../channel/object/channel_object.ts";
import { pollAsync } from "../../memory/waiting/poll.ts";
import type { CheckedPlace, Place } from "../../store/object/place.ts";
import type { Patience } from "../../store/object/wait_for.ts";
import { LANE_ROOM, lanePlace, MAX_LANES } from "../wire/lanes.ts";

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
  const sender = await pollAsync(() => tryJoin(server), left, signal);
  if (sender !== undefined) return sender;
  throw new Deno.errors.TimedOut(
    `Cannot connect to ${
      JSON.stringify(server.name)
    }: no server with room for one more client was there within ${timeoutMs} ms`,
  );
}

function tryJoin(server: CheckedPlace): Sender | undefined {
  for (let lane = 0; lane < MAX_LANES; lane++) {
    const place = lanePlace(server, lane);
    try {
      const found = lookAt(place);
      if (found === "nobody") return undefined;
      if (found === "room") return Sender.open(place);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      // Others were faster; the next one may have room.
      if (!(error instanceof Deno.errors.Busy)) throw error;
    }
  }
  return undefined;
}

/** Whether a server receives there, and has room. */
function lookAt(place: Place): "nobody" | "full" | "room" {
  const { object, control } = RingChannel.open(place, {});
  using _closed = { [Symbol.dispose]: () => object.close() };
  if (control.receiver !== RECEIVER.open || !object.isLocked(LOCKS.receiver)) {
    return "nobody";
  }
  for (let slot = 0; slot < LANE_ROOM; slot++) {
    if (control.senderState(slot) !== SENDER.open) return "room";
  }
  return "full";
}

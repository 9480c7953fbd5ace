import { RingChannel } from "../../channel/carrier/ring_channel.ts";
import { isUnfinishedRing } from "../../channel/carrier/unfinished_ring.ts";
import { RECEIVER } from "../../channel/membership/ring_control.ts";
import { hasSender } from "../../channel/membership/ring_room.ts";
import { LOCKS } from "../../channel/object/channel_object.ts";
import { removeStale } from "../../memory/posix/stale_object.ts";
import type { CheckedPlace } from "../../store/object/place.ts";
import { lanePlace, MAX_LANES } from "../wire/lanes.ts";

/**
 * Removes the first lane of a server that was killed. Who removes one has the lock of
 * its receiver meanwhile, as a server that lives has, which finds after locking its
 * own whether that has its name still: so of several that start at once one stays,
 * and no other removes what it made.
 */
export function removeLeftServer(server: CheckedPlace): void {
  if (!removeLeftLane(server, 0)) removeUnfinishedLane(server, 0);
}

/**
 * Removes its other lanes; for the one that has the first now, as another may have
 * been killed between that and its own.
 */
export function removeLeftLanes(server: CheckedPlace): void {
  let lanes = 1;
  while (lanes < MAX_LANES && isLeft(server, lanes, () => {})) lanes++;
  if (lanes < MAX_LANES) removeUnfinishedLane(server, lanes);
  // From the last on: of one that is killed here those stay which the next finds.
  while (--lanes > 0) removeLeftLane(server, lanes);
}

/** Removes one lane, if a server that was killed left it; whether it did. */
export function removeLeftLane(server: CheckedPlace, lane: number): boolean {
  return isLeft(server, lane, (left) => left.object.unlink());
}

/**
 * Removes a lane that was never finished, and that nobody has open. Of files nobody
 * can tell that.
 */
function removeUnfinishedLane(server: CheckedPlace, lane: number): void {
  const place = lanePlace(server, lane);
  if (typeof place !== "string") return;
  // To ask who has it open takes its time.
  const complete = tryOpen(server, lane);
  if (complete !== undefined) return complete.object.close();
  try {
    removeStale(place, isUnfinishedRing);
  } catch {
    // It is something else, or may not be looked at: creating it says so.
  }
}

/** Whether a lane was left, which is then given to a function, locked. */
function isLeft(
  server: CheckedPlace,
  lane: number,
  use: (left: RingChannel) => void,
): boolean {
  const left = tryOpen(server, lane);
  if (left === undefined) return false;
  const { object, control, producers } = left;
  using _closed = { [Symbol.dispose]: () => object.close() };
  if (producers !== "many") return false;
  if (!object.tryLock(LOCKS.receiver) || !object.isLinked) return false;
  // The receiver of a server ends with its name. Where it did not die, and senders
  // wait for one, it is another program's channel.
  if (control.receiver !== RECEIVER.open && hasSender(object)) return false;
  use(left);
  return true;
}

function tryOpen(server: CheckedPlace, lane: number): RingChannel | undefined {
  try {
    return RingChannel.openComplete(lanePlace(server, lane));
  } catch {
    // There is none, or it is something else, or not complete: creating it says so.
    return undefined;
  }
}

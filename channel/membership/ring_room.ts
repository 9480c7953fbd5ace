import { type ChannelObject, LOCKS } from "../object/channel_object.ts";
import {
  MAX_SENDERS,
  RECEIVER,
  type RingControl,
  SENDER,
} from "./ring_control.ts";

/** Whether a receiver is there: it is open, and its process lives. */
export function hasReceiver(
  object: ChannelObject,
  control: RingControl,
): boolean {
  return control.receiver === RECEIVER.open && object.isLocked(LOCKS.receiver);
}

/**
 * Whether a ring of many producers is received from, and has room for one more.
 * Places of senders that died are counted until the receiver has freed them.
 */
export function ringRoom(
  object: ChannelObject,
  control: RingControl,
): "nobody" | "full" | "room" {
  if (!hasReceiver(object, control)) return "nobody";
  for (let slot = 0; slot < MAX_SENDERS; slot++) {
    if (control.senderState(slot) !== SENDER.open) return "room";
  }
  return "full";
}

/** Whether a living process holds the lock of a sender's place. */
export function hasSender(object: ChannelObject): boolean {
  for (let slot = 0; slot < MAX_SENDERS; slot++) {
    if (object.isLocked(LOCKS.senders + slot)) return true;
  }
  return false;
}

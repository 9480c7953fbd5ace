import { retryFor } from "../../memory/checks/retry.ts";
import { type ChannelObject, LOCKS } from "../ends/channel_object.ts";
import {
  announceClaims,
  ManyToOneRingBuffer,
} from "../ring/many_to_one_ring_buffer.ts";
import {
  OneToOneRingBuffer,
  takeOverProducer,
} from "../ring/one_to_one_ring_buffer.ts";
import type { RingBuffer } from "../ring/ring_buffer.ts";
import { MAX_SENDERS, type RingControl, SENDER } from "./ring_control.ts";

/** How long the receiver may take to clear a place, generously. */
const CLEARING_MS = 20;

/**
 * Takes a place among the senders of a ring, and makes whole what a sender left
 * there that died.
 *
 * @throws {Deno.errors.Busy} When there is none.
 */
export function takePlace(
  object: ChannelObject,
  ring: RingBuffer,
  control: RingControl,
): number {
  const slot = findPlace(object, ring, control);
  control.clearClaim(slot);
  if (ring instanceof ManyToOneRingBuffer) {
    announceClaims(ring, control.claimWord(slot));
  }
  control.setSenderState(slot, SENDER.open);
  return slot;
}

function findPlace(
  object: ChannelObject,
  ring: RingBuffer,
  control: RingControl,
): number {
  const one = ring instanceof OneToOneRingBuffer;
  const slots = Array.from({ length: one ? 1 : MAX_SENDERS }, (_, i) => i);
  // Not only once: the receiver holds the lock of a place while it clears it.
  const slot = retryFor(CLEARING_MS, () => lockPlace(object, control, slots));
  if (slot === undefined) {
    object.close();
    const limit = one
      ? 'it has a sender already; for more than one create it with `producers: "many"`'
      : `it has ${MAX_SENDERS} senders already; close one first`;
    throw new Deno.errors.Busy(`Cannot send to ${object.what}: ${limit}`);
  }
  switch (control.senderState(slot)) {
    case SENDER.open:
      if (one) takeOverProducer(ring);
      control.addDeath();
      break;
    case SENDER.aborted:
      control.addAbort();
      break;
  }
  return slot;
}

/** Locks a place that nobody has. */
function lockPlace(
  object: ChannelObject,
  control: RingControl,
  slots: readonly number[],
): number | undefined {
  const isVacant = (slot: number) => {
    const state = control.senderState(slot);
    return state === SENDER.free || state === SENDER.ended;
  };
  // The places of senders that died or gave up are left to the receiver, which
  // has not seen it yet; unless no other place is left.
  return [...slots.filter(isVacant), ...slots]
    .find((slot) => object.tryLock(LOCKS.senders + slot));
}

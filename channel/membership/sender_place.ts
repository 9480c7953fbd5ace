import { retryFor } from "../../memory/checks/retry.ts";
import { type ChannelObject, LOCKS } from "../object/channel_object.ts";
import { MAX_SENDERS, type RingControl, SENDER } from "./ring_control.ts";

/** How long the receiver may take to clear a place, generously. */
const CLEARING_MS = 20;

/**
 * Takes a place among the senders of a channel.
 *
 * @param repair Makes whole what the sender before left; only for the one sender
 * that a channel may have: it is certain then that no other one is at work,
 * whatever program the last one was of.
 * @returns Which place.
 * @throws {Deno.errors.Busy} When there is none.
 */
export function takePlace(
  object: ChannelObject,
  control: RingControl,
  repair: (() => void) | undefined,
): number {
  const slot = findPlace(object, control, repair === undefined);
  repair?.();
  switch (control.senderState(slot)) {
    case SENDER.open:
      control.addDeath(control.senderPid(slot));
      break;
    case SENDER.aborted:
      control.addAbort();
      break;
  }
  control.clearClaim(slot);
  control.setSenderPid(slot, Deno.pid);
  return slot;
}

function findPlace(
  object: ChannelObject,
  control: RingControl,
  many: boolean,
): number {
  const length = many ? MAX_SENDERS : 1;
  const slots = Array.from({ length }, (_, slot) => slot);
  // Not only once: the receiver holds the lock of a place while it clears it.
  const slot = retryFor(CLEARING_MS, () => lockPlace(object, control, slots));
  if (slot !== undefined) return slot;
  const { what } = object;
  const limit = many
    ? `it has ${MAX_SENDERS} senders already; close one first`
    : `it has a sender already (${
      processOf(control.senderPid(0))
    }); for more than one create it with \`producers: "many"\``;
  object.close();
  throw new Deno.errors.Busy(`Cannot send to ${what}: ${limit}`);
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

/** How messages call a process that may be unknown. */
export function processOf(pid: number): string {
  return pid === 0 ? "an unknown process" : `process ${pid}`;
}

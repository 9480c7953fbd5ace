/**
 * Removing what has a name or a number.
 *
 * @module
 */

import { removeStale } from "../../../memory/posix/stale_object.ts";
import { removeSegment } from "../../../ffi/sysv/sysv_shm.ts";
import { removeSet } from "../../../ffi/sysv/sysv_sem_control.ts";
import { removeQueue } from "../../../ffi/sysv/sysv_msg_control.ts";
import { MessageQueue } from "../../../queue/mod.ts";
import { SharedMemory } from "../../../mod.ts";
import { Semaphore } from "../../../sync/mod.ts";
import { type Address, addressText, describe } from "../../inspect/mod.ts";

/** Removes an object, even while processes have it open. */
export function removeObject(address: Address): void {
  const { space, name } = address;
  const operation = `remove ${addressText(address)}`;
  switch (space) {
    case "posix":
      return SharedMemory.unlinkName(name);
    case "semaphore":
      return Semaphore.unlinkName(name);
    case "message-queue":
      return MessageQueue.unlinkName(name);
    case "segment":
      return removeSegment(idOf(address), operation);
    case "semaphore-set":
      return removeSet(idOf(address), operation);
    case "system-queue":
      return removeQueue(idOf(address), operation);
    case "file":
      throw new TypeError(`Cannot ${operation}: it is a file`);
  }
}

/**
 * Removes it unless somebody has it by now; of objects the kernel's lock decides in
 * the same step.
 *
 * @returns Whether it was removed.
 */
export function removeUnlessUsed(address: Address): boolean {
  // Looked at again just before: of what holds no lock only this tells.
  const { stale } = describe(addressText(address), { records: false });
  if (stale !== true) return false;
  // Its lock is taken for the removal, so that nobody opens it in between.
  if (address.space === "posix") return removeStale(address.name);
  removeObject(address);
  return true;
}

/** The number of what may have been named by its key. */
function idOf(address: Address): number {
  const { segment, set, systemQueue } = describe(addressText(address), {
    scan: null,
  });
  return segment?.id ?? set?.id ?? systemQueue?.id ?? -1;
}

import { type Address, addressText } from "../address.ts";
import type { ProcessScan } from "../processes/scan.ts";
import { messageQueueState } from "../sysv/message_queues.ts";
import { segmentStates } from "../sysv/segments.ts";
import { setStates, withSemaphores } from "../sysv/sets.ts";
import { systemQueueStates } from "../sysv/system_queues.ts";
import type { Entry } from "../types.ts";
import type { Details } from "./describe.ts";
import {
  messageQueueEntry,
  segmentEntry,
  setEntry,
  systemQueueEntry,
} from "./sysv_entries.ts";

/**
 * Describes what is no file: System V objects and POSIX message queues.
 *
 * @returns Nothing when the address is that of a file.
 * @throws {Deno.errors.NotFound} When there is none.
 */
export function describeNumbered(
  address: Address,
  scan: ProcessScan | undefined,
): Entry & Details | undefined {
  switch (address.space) {
    case "segment": {
      const segment = pick(address, segmentStates());
      return { ...segmentEntry(segment, scan), segment };
    }
    case "semaphore-set": {
      const set = withSemaphores(pick(address, setStates()));
      return { ...setEntry(set), set };
    }
    case "system-queue": {
      const systemQueue = pick(address, systemQueueStates());
      return { ...systemQueueEntry(systemQueue), systemQueue };
    }
    case "message-queue": {
      const messageQueue = messageQueueState(address.name);
      if (messageQueue === undefined) throw missing(address);
      return { ...messageQueueEntry(messageQueue), messageQueue };
    }
    default:
      return undefined;
  }
}

/** The one that has an id, or a key. */
function pick<S extends { readonly id: number; readonly key: number }>(
  address: Address,
  states: readonly S[],
): S {
  const { id, key } = address;
  const found = states.find((state) =>
    key === undefined ? state.id === id : state.key === key
  );
  if (found === undefined) throw missing(address);
  return found;
}

function missing(address: Address): Error {
  return new Deno.errors.NotFound(
    `there is no ${addressText(address)}; shmem list shows what there is`,
  );
}

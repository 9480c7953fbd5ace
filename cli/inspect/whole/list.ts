import { readNames } from "../../../ffi/files/directory.ts";
import { isSystemError } from "../../../ffi/errors/system_error.ts";
import { parseAddress } from "../address.ts";
import {
  type ProcessScan,
  scanProcesses,
  unseenNote,
} from "../processes/scan.ts";
import { messageQueueStates } from "../sysv/message_queues.ts";
import { segmentStates } from "../sysv/segments.ts";
import { setStates } from "../sysv/sets.ts";
import { systemQueueStates } from "../sysv/system_queues.ts";
import type { Entry } from "../types.ts";
import { fileEntry, OBJECTS_FOLDER } from "./entry.ts";
import { matcher } from "./pattern.ts";
import {
  messageQueueEntry,
  segmentEntry,
  setEntry,
  systemQueueEntry,
} from "./sysv_entries.ts";

/** What is listed. */
export interface ListOptions {
  /**
   * Names, with `*` and `?` as a shell has them; a name without these that is a part
   * of it will do, too. Default: everything.
   */
  readonly pattern?: string;
  /** Who has what; it is looked for when it is not given. `null`: it is not asked. */
  readonly scan?: ProcessScan | null;
}

/** What a list holds besides its entries. */
export interface Listing {
  readonly entries: readonly Entry[];
  /** What could not be looked at, as sentences. */
  readonly notes: readonly string[];
}

/** Lists all that processes share on this machine, sorted by name. */
export function listObjects(options: ListOptions = {}): Listing {
  const matches = matcher(options.pattern);
  const scan = options.scan === null
    ? undefined
    : options.scan ?? scanProcesses();
  const notes: string[] = [];
  const add = (what: string, list: () => readonly Entry[]) => {
    try {
      return list();
    } catch (error) {
      if (
        !isSystemError(error) && !(error instanceof Deno.errors.NotSupported)
      ) throw error;
      notes.push(`${what}: ${error.message}`);
      return [];
    }
  };
  const entries = [
    ...add("POSIX objects", () => files(scan, matches)),
    ...add(
      "segments",
      () => segmentStates().map((each) => segmentEntry(each, scan)),
    ),
    ...add("semaphore sets", () => setStates().map(setEntry)),
    ...add(
      "system message queues",
      () => systemQueueStates().map(systemQueueEntry),
    ),
    ...add(
      "POSIX message queues",
      () => messageQueues(notes).map(messageQueueEntry),
    ),
  ];
  const unseen = scan === undefined ? undefined : unseenNote(scan);
  if (unseen !== undefined) notes.push(unseen);
  return {
    entries: entries.filter(({ name, label }) =>
      matches(name) || (label !== null && matches(label))
    ),
    notes,
  };
}

function files(
  scan: ProcessScan | undefined,
  matches: (name: string) => boolean,
): Entry[] {
  const names = readNames(OBJECTS_FOLDER, "list shared memory").sort();
  const entries: Entry[] = [];
  for (const name of names) {
    const isSemaphore = name.startsWith("sem.");
    const text = isSemaphore ? `sem:/${name.slice(4)}` : `/${name}`;
    // A label may match what its name does not, so all must be looked at.
    const found = fileEntry(parseAddress(text), scan);
    if (found !== undefined) entries.push(found.entry);
  }
  // Everything else was put there by people who know what it is.
  return entries.filter(({ kind, name }) => kind !== "other" || matches(name));
}

function messageQueues(notes: string[]) {
  const states = messageQueueStates();
  if (states === undefined) {
    notes.push(
      "POSIX message queues are not listed: /dev/mqueue is not mounted",
    );
  }
  return states ?? [];
}

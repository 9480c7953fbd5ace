import { readNames } from "../../../ffi/files/directory.ts";
import { statusThrough } from "../../../ffi/files/process_files.ts";
import { statusAt } from "../../../ffi/files/status.ts";
import { isSystemError } from "../../../ffi/errors/system_error.ts";
import { type Address, addressText, parseAddress } from "../address.ts";
import { identity, segmentIdentity } from "../processes/identity.ts";
import { seesAllProcesses } from "../processes/process_info.ts";
import {
  type Holder,
  type ProcessScan,
  scanProcesses,
  unseenNote,
} from "../processes/scan.ts";
import { OBJECTS_FOLDER, pathOf } from "./entry.ts";
import { describeNumbered } from "./numbered.ts";

/** Who has something. */
export interface Holders {
  readonly name: string;
  /** Whether the name is there; it may be gone while processes still have it. */
  readonly exists: boolean;
  readonly holders: readonly Holder[];
  /** What could not be seen, as sentences. */
  readonly notes: readonly string[];
}

/**
 * Finds the processes that have something open or mapped; those that still have an
 * earlier object of the same name, too.
 *
 * @param text Its NAME, as `parseAddress` reads it.
 * @param scan What processes have; it is looked for when it is not given.
 */
export function processesOf(
  text: string,
  scan: ProcessScan = scanProcesses(),
): Holders {
  const address = parseAddress(text);
  const name = addressText(address);
  const notes: string[] = [];
  if (!seesAllProcesses()) {
    notes.push(
      "this is a PID namespace of its own, such as a container: processes outside cannot be seen",
    );
  }
  const unseen = unseenNote(scan);
  if (unseen !== undefined) notes.push(unseen);
  if (address.space === "semaphore-set" || address.space === "system-queue") {
    describeNumbered(address, undefined);
    notes.push(
      "processes keep nothing open of a System V set or queue; info tells who used it last",
    );
    return { name, exists: true, holders: [], notes };
  }
  const keys = keysOf(address);
  const holders = keys.flatMap((key) => scan.holders.get(key) ?? []);
  const former = formerHolders(address, scan, new Set(keys));
  return {
    name,
    exists: keys.length > 0,
    holders: [...holders, ...former].sort((a, b) => a.pid - b.pid),
    notes,
  };
}

/** What holders of it are found by: of a directory, of each file in it. */
function keysOf(address: Address): string[] {
  switch (address.space) {
    case "segment":
      return segmentKeys(address);
    case "message-queue": {
      const status = statusAt(`/dev/mqueue${address.name}`, "look at a queue");
      return status === undefined
        ? []
        : [identity(status.device, status.inode)];
    }
  }
  const path = pathOf(address);
  const status = statusThrough(path);
  if (status === undefined) return [];
  if (status.kind === "a directory") return keysWithin(path);
  return [identity(status.device, status.inode)];
}

function segmentKeys(address: Address): string[] {
  try {
    const id = describeNumbered(address, undefined)?.segment?.id;
    return id === undefined ? [] : [segmentIdentity(id)];
  } catch (error) {
    // Removed segments live on in their processes, and are listed by id.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return [];
  }
}

const MOST_DEPTH = 3;

function keysWithin(folder: string, depth = 0): string[] {
  let names: string[];
  try {
    names = readNames(folder, "look into a directory");
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
  return names.flatMap((name) => {
    const status = statusAt(`${folder}/${name}`, "look into a directory");
    if (status === undefined) return [];
    if (status.regular) return [identity(status.device, status.inode)];
    const deeper = status.kind === "a directory" && depth < MOST_DEPTH;
    return deeper ? keysWithin(`${folder}/${name}`, depth + 1) : [];
  });
}

/** Who has an object whose name was this one, and has been removed. */
function formerHolders(
  address: Address,
  scan: ProcessScan,
  known: ReadonlySet<string>,
): Holder[] {
  const path = pathOf(address);
  if (!path.startsWith(`${OBJECTS_FOLDER}/`)) return [];
  const found: Holder[] = [];
  for (const [key, holders] of scan.holders) {
    if (known.has(key)) continue;
    for (const holder of holders) {
      if (holder.deleted && holder.path === path) found.push(holder);
    }
  }
  return found;
}

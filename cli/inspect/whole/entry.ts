import { isSystemError } from "../../../ffi/errors/system_error.ts";
import { statusThrough } from "../../../ffi/files/process_files.ts";
import {
  type FileStatus,
  statusAt,
  toDate,
} from "../../../ffi/files/status.ts";
import { type Address, addressText } from "../address.ts";
import { ByteSource } from "../bytes/byte_source.ts";
import { Words } from "../bytes/words.ts";
import { CNC_FILE } from "../objects/aeron.ts";
import { identify, type Identity } from "../objects/identify.ts";
import { SEMAPHORE_LENGTH } from "../objects/semaphore.ts";
import { TRAILER } from "../../../channel/ring/ring_layout.ts";
import { identity } from "../processes/identity.ts";
import { creatorOf } from "../processes/process_info.ts";
import type { ProcessScan } from "../processes/scan.ts";
import { userName } from "../processes/users.ts";
import type { Entry } from "../types.ts";

/** Where POSIX objects lie. */
export const OBJECTS_FOLDER = "/dev/shm";

/** The path of something that has one. */
export function pathOf({ space, name }: Address): string {
  switch (space) {
    case "posix":
      return `${OBJECTS_FOLDER}${name}`;
    case "semaphore":
      return `${OBJECTS_FOLDER}/sem.${name.slice(1)}`;
    default:
      return name;
  }
}

/** What is known of a thing that is a file, at a glance. */
export interface FileEntry {
  readonly entry: Entry;
  /** What it says that it is, when its bytes could be read. */
  readonly identity: Identity | undefined;
  /** Which file it is: its name may be another one's by now. */
  readonly file: string | undefined;
}

/**
 * Looks at a POSIX object, a semaphore, a file or a directory.
 *
 * @returns Nothing when it is gone.
 */
export function fileEntry(
  address: Address,
  scan: ProcessScan | undefined,
): FileEntry | undefined {
  const path = pathOf(address);
  const status = address.space === "file"
    ? statusThrough(path)
    : statusAt(path, `look at ${addressText(address)}`);
  if (status === undefined) return undefined;
  const holders = scan?.holders.get(identity(status.device, status.inode));
  const seen = scan === undefined ? null : holders?.length ?? 0;
  if (!status.regular) {
    return {
      entry: noFile(address, status, seen),
      identity: undefined,
      file: undefined,
    };
  }
  try {
    using source = ByteSource.open(address);
    const own = source.status;
    const found = kindOf(address, source);
    const fill = found.capacity === undefined ? null : fillOf(source, found);
    // Asked only when it says something new: the question locks for a moment.
    const flocked = seen !== null && seen > 0 ? true : source.flocked;
    const stale = isStale(found, flocked, seen, scan);
    return {
      entry: {
        ...common(address, own),
        kind: found.kind,
        label: found.label,
        fill,
        processes: seen,
        inUse: flocked === null ? null : flocked,
        stale,
        creator: found.creator === null
          ? null
          : creatorOf(found.creator.pid, found.creator.startTime),
      },
      identity: found,
      file: identity(own.device, own.inode),
    };
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof Deno.errors.NotCapable)) {
      throw error;
    }
    if (error instanceof Deno.errors.NotFound) return undefined;
    return {
      entry: unreadable(address, status, seen),
      identity: undefined,
      file: undefined,
    };
  }
}

/** What it is: a semaphore by its name, and all else by its bytes. */
function kindOf({ space }: Address, source: ByteSource): Identity {
  if (space !== "semaphore") {
    return identify(source, space === "file" ? "file" : "object");
  }
  const kind = source.size === SEMAPHORE_LENGTH ? "semaphore" : "object";
  return { kind, label: null, creator: null };
}

/** How full a ring is; a broadcast is never full. */
function fillOf(
  source: ByteSource,
  { kind, capacity = 0 }: Identity,
): number | null {
  if (!["channel", "channel-many", "ring"].includes(kind)) return null;
  const words = new Words(source.read(capacity, TRAILER.length));
  const fill = words.i64(TRAILER.tail) - words.i64(TRAILER.head);
  return fill >= 0 && fill <= capacity ? fill / capacity : null;
}

/**
 * Whether the kernel says that nobody has it. Of objects that say that they are
 * this library's a lock does; of others only the list of all processes can.
 */
function isStale(
  { kind }: Identity,
  flocked: boolean | null,
  seen: number | null,
  scan: ProcessScan | undefined,
): boolean | null {
  if (flocked === true) return false;
  if (flocked === null || seen === null) return null;
  const locks = !["object", "file", "ring", "agrona-broadcast", "semaphore"]
    .includes(kind);
  return locks || scan?.complete === true ? true : null;
}

function common(address: Address, status: FileStatus) {
  return {
    name: addressText(address),
    size: status.size,
    used: status.allocated,
    uid: status.uid,
    gid: status.gid,
    owner: userName(status.uid),
    mode: status.mode,
    changedAt: toDate(Math.max(status.changed, status.modified)),
  };
}

function unreadable(
  address: Address,
  status: FileStatus,
  processes: number | null,
): Entry {
  const inUse = processes !== null && processes > 0 ? true : null;
  return {
    ...common(address, status),
    kind: address.space === "file"
      ? "file"
      : address.space === "semaphore"
      ? "semaphore"
      : "object",
    label: null,
    fill: null,
    processes,
    inUse,
    stale: inUse === true ? false : null,
    creator: null,
  };
}

/** A directory of Aeron's, or something that has no place among objects. */
function noFile(
  address: Address,
  status: FileStatus,
  processes: number | null,
): Entry {
  const isAeron = status.kind === "a directory" &&
    statusThrough(`${pathOf(address)}/${CNC_FILE}`) !== undefined;
  return {
    ...common(address, status),
    name: isAeron ? pathOf(address) : addressText(address),
    kind: isAeron ? "aeron" : "other",
    size: null,
    used: null,
    label: null,
    fill: null,
    processes: isAeron ? null : processes,
    inUse: null,
    stale: null,
    creator: null,
  };
}

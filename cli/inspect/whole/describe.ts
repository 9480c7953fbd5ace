import { type Address, addressText, parseAddress } from "../address.ts";
import { ByteSource } from "../bytes/byte_source.ts";
import { CNC_FILE, readAeron } from "../objects/aeron.ts";
import { carriedLayout } from "../objects/carried_layout.ts";
import { readBroadcast } from "../objects/broadcast.ts";
import {
  POSTING_MUTEX,
  readBroadcastChannel,
} from "../objects/stores/broadcast_channel.ts";
import type { Identity } from "../objects/identify.ts";
import { readLatest } from "../objects/stores/latest.ts";
import { findLocks, readLock } from "../objects/lock_blocks.ts";
import { type LockState, readMutex } from "../objects/locks.ts";
import { mapLocks, readMap } from "../objects/stores/map.ts";
import { readRing } from "../objects/ring.ts";
import { readSemaphore } from "../objects/semaphore.ts";
import { queueLocks, readWorkQueue } from "../objects/stores/work_queue.ts";
import { identity as fileOf } from "../processes/identity.ts";
import { type ProcessScan, scanProcesses } from "../processes/scan.ts";
import type { Description, Entry } from "../types.ts";
import { fileEntry, pathOf } from "./entry.ts";
import { findingsOf } from "./findings.ts";
import { describeNumbered } from "./numbered.ts";

/** How something is described. */
export interface DescribeOptions {
  /** Who has what; it is looked for when it is not given. `null`: it is not asked. */
  readonly scan?: ProcessScan | null;
  /**
   * Whether to look at each record between head and tail of a ring, and to search
   * objects without a kind for locks, which copies them. Default: true.
   */
  readonly records?: boolean;
  /**
   * Where locks lie that only the programs know, in bytes; besides those that are
   * found in the first 64 KiB of an object without a kind.
   */
  readonly locks?: readonly number[];
}

/** What belongs to one kind of object. */
export type Details = Omit<
  Description,
  keyof Entry | "at" | "findings" | "locks"
>;

/** How often to look again at a name that gets another object meanwhile. */
const MAX_TRIES = 20;

/**
 * Tells all that is known of an object.
 *
 * @param text Its NAME, as `parseAddress` reads it.
 * @throws {Deno.errors.NotFound} When there is none.
 * @throws {Deno.errors.Busy} When it is created again and again.
 * @throws {TypeError} When it cannot be a name.
 */
export function describe(
  text: string,
  options: DescribeOptions = {},
): Description {
  const address = parseAddress(text);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const description = describeOnce(address, options);
    if (description !== undefined) return description;
  }
  throw new Deno.errors.Busy(
    `Cannot describe ${
      addressText(address)
    }: it is created again and again, and is another object at each look`,
  );
}

/** Nothing when the name got another object meanwhile. */
function describeOnce(
  address: Address,
  options: DescribeOptions,
): Description | undefined {
  const scan = options.scan === null
    ? undefined
    : options.scan ?? scanProcesses();
  const at = performance.now();
  const numbered = describeNumbered(address, scan);
  if (numbered !== undefined) {
    return finish({ ...numbered, at, locks: [], findings: [] });
  }
  const file = fileEntry(address, scan);
  if (file === undefined) {
    throw new Deno.errors.NotFound(
      `there is no ${addressText(address)}; shmem list shows what there is`,
    );
  }
  const { entry, identity } = file;
  if (entry.kind === "aeron") {
    return finish({
      ...entry,
      ...aeronOf(address),
      at,
      locks: [],
      findings: [],
    });
  }
  if (identity === undefined) {
    return finish({ ...entry, at, locks: [], findings: [] });
  }
  using source = ByteSource.open(address);
  const { device, inode } = source.status;
  if (fileOf(device, inode) !== file.file) return undefined;
  const withContent = options.records ?? true;
  const found = locksOf(source, identity, withContent);
  const asked = (options.locks ?? [])
    .filter((at) => !found.some(({ byteOffset }) => byteOffset === at))
    .map((at) => readLock(source, at));
  const layout = carriedLayout(source, identity);
  return finish({
    ...entry,
    ...detailsOf(source, identity, withContent),
    ...(layout === undefined ? {} : { layout }),
    at,
    locks: [...found, ...asked],
    findings: [],
  });
}

function finish(description: Description): Description {
  return { ...description, findings: findingsOf(description) };
}

function aeronOf(address: Address): Details {
  try {
    using source = ByteSource.open({
      space: "file",
      name: `${pathOf(address)}/${CNC_FILE}`,
    });
    return { aeron: readAeron(source) };
  } catch (error) {
    // It is being removed, or another user's.
    if (error instanceof Deno.errors.NotFound) return {};
    if (error instanceof Deno.errors.PermissionDenied) return {};
    throw error;
  }
}

function detailsOf(
  source: ByteSource,
  identity: Identity,
  withRecords: boolean,
): Details {
  const { kind, capacity = 0, header } = identity;
  switch (kind) {
    case "channel":
    case "channel-many":
    case "ring":
      return { ring: readRing(source, capacity, withRecords) };
    case "broadcast":
    case "agrona-broadcast":
      return { broadcast: readBroadcast(source, capacity) };
    case "semaphore":
      return { semaphore: readSemaphore(source) };
  }
  if (header === undefined) return {};
  switch (kind) {
    case "latest": {
      const latest = readLatest(source, header);
      return latest === undefined ? {} : { latest };
    }
    case "work-queue": {
      const workQueue = readWorkQueue(source, header);
      return workQueue === undefined ? {} : { workQueue };
    }
    case "broadcast-channel": {
      const broadcastChannel = readBroadcastChannel(source, header);
      return broadcastChannel === undefined ? {} : { broadcastChannel };
    }
    case "map": {
      const map = readMap(source, header);
      return map === undefined ? {} : { map };
    }
    default:
      return {};
  }
}

/** Locks that are where the kind of the object has them. */
function locksOf(
  source: ByteSource,
  { kind }: Identity,
  withContent: boolean,
): LockState[] {
  switch (kind) {
    case "work-queue":
      return queueLocks(source);
    case "map":
      return mapLocks(source);
    case "broadcast-channel":
      return [readMutex(source, POSTING_MUTEX, "posting")];
    case "object":
    case "file":
      return withContent ? findLocks(source) : [];
    default:
      return [];
  }
}

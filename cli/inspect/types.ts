/**
 * What is told of an object. Everything is a plain value, so that it is the same
 * in JSON but for dates.
 *
 * @module
 */

import type { AeronState } from "./objects/aeron.ts";
import type { BroadcastState } from "./objects/broadcast.ts";
import type { BroadcastChannelState } from "./objects/stores/broadcast_channel.ts";
import type { LatestState } from "./objects/stores/latest.ts";
import type { MapState } from "./objects/stores/map.ts";
import type { LockState } from "./objects/locks.ts";
import type { RingState } from "./objects/ring.ts";
import type { WorkQueueState } from "./objects/stores/work_queue.ts";
import type { MessageQueueState } from "./sysv/message_queues.ts";
import type { SemaphoreState } from "./objects/semaphore.ts";
import type { SegmentState } from "./sysv/segments.ts";
import type { SetState } from "./sysv/sets.ts";
import type { SystemQueueState } from "./sysv/system_queues.ts";

/** What something may be, each with what it means. */
export const KINDS = [
  /** Shared memory whose bytes are its programs' own. */
  "object",
  /** The ring of a `Receiver`, for one sender. */
  "channel",
  /** The same for many. */
  "channel-many",
  /** The broadcast of a `Publisher`. */
  "broadcast",
  /** By its size a ring of Agrona's, made elsewhere. */
  "ring",
  /** By its size a broadcast buffer of Agrona's, made elsewhere. */
  "agrona-broadcast",
  "latest",
  "map",
  "work-queue",
  "broadcast-channel",
  /** A store of a kind that this version does not know. */
  "store",
  "semaphore",
  "aeron",
  "file",
  "segment",
  "semaphore-set",
  "message-queue",
  "system-queue",
  /** None of these: a directory, a socket and so on, or not to be read. */
  "other",
] as const;

/** What something is. */
export type Kind = typeof KINDS[number];

/** Who created an object, by its own words. */
export interface CreatorState {
  readonly pid: number;
  /** Its program, when it still runs here. */
  readonly command: string | null;
  /**
   * Whether it runs: the process that has the number started at the same time.
   * Null where that cannot be told, as in another PID namespace.
   */
  readonly alive: boolean | null;
}

/** One object in a list. */
export interface Entry {
  /** What commands take as its NAME. */
  readonly name: string;
  readonly kind: Kind;
  /** What `label:` said when it was created. */
  readonly label: string | null;
  /** Size in bytes; null when it has none. */
  readonly size: number | null;
  /** Bytes that have a page, or hold messages; null when it is not known. */
  readonly used: number | null;
  /** How full it is, from 0 to 1, for what can be full. */
  readonly fill: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  /** Name of the user, or the number. */
  readonly owner: string | null;
  /** Permission bits. */
  readonly mode: number | null;
  /** When it was created or changed, as far as the kernel keeps it. */
  readonly changedAt: Date | null;
  /** How many processes are seen to have it open or mapped. */
  readonly processes: number | null;
  /**
   * Whether somebody uses it: a process has it open or mapped, or holds a lock on
   * it. Null when this user may not look.
   */
  readonly inUse: boolean | null;
  /** Whether the kernel says that nobody has it. Null when it cannot say. */
  readonly stale: boolean | null;
  readonly creator: CreatorState | null;
}

/** A remark on the state of something: what is wrong, or explains it. */
export interface Finding {
  /** How bad it is. */
  readonly tone: "good" | "warning" | "bad";
  /** A sentence without a period. */
  readonly text: string;
}

/** All that is known of an object. */
export interface Description extends Entry {
  /** Milliseconds since some moment, for rates. */
  readonly at: number;
  readonly findings: readonly Finding[];
  readonly ring?: RingState;
  readonly broadcast?: BroadcastState;
  readonly latest?: LatestState;
  readonly map?: MapState;
  readonly workQueue?: WorkQueueState;
  /** What a channel, a map or a work queue says that it carries, in one line. */
  readonly layout?: string;
  readonly broadcastChannel?: BroadcastChannelState;
  readonly semaphore?: SemaphoreState;
  readonly aeron?: AeronState;
  readonly segment?: SegmentState;
  readonly set?: SetState;
  readonly messageQueue?: MessageQueueState;
  readonly systemQueue?: SystemQueueState;
  /** Locks that the kind of the object has, or that were asked for. */
  readonly locks: readonly LockState[];
}

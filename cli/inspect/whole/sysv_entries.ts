/**
 * System V objects and POSIX message queues, as lists show them.
 *
 * @module
 */

import { userName } from "../processes/users.ts";
import { segmentIdentity } from "../processes/identity.ts";
import { processInfo, seesAllProcesses } from "../processes/process_info.ts";
import type { ProcessScan } from "../processes/scan.ts";
import type { MessageQueueState } from "../sysv/message_queues.ts";
import type { SegmentState } from "../sysv/segments.ts";
import type { SystemQueueState } from "../sysv/system_queues.ts";
import type { SemaphoreSetStatus } from "../../../ffi/sysv/sysv_sem_control.ts";
import type { CreatorState, Entry } from "../types.ts";

const NOTHING = {
  label: null,
  size: null,
  used: null,
  fill: null,
  processes: null,
  inUse: null,
  stale: null,
  creator: null,
} as const;

/** A segment. The kernel counts its attachments, so it always knows whether it is used. */
export function segmentEntry(
  segment: SegmentState,
  scan: ProcessScan | undefined,
): Entry {
  const { id, uid, gid, mode, size, attachments, changedAt } = segment;
  const seen = scan?.holders.get(segmentIdentity(id))?.length ?? 0;
  return {
    ...NOTHING,
    name: `segment:${id}`,
    kind: "segment",
    size,
    uid,
    gid,
    owner: userName(uid),
    mode,
    changedAt,
    processes: scan === undefined ? null : seen,
    inUse: attachments > 0,
    stale: attachments === 0,
    creator: creatorByPid(segment.creatorPid),
  };
}

/** A semaphore set. Nobody has one open, so nobody can say that it is not used. */
export function setEntry(set: SemaphoreSetStatus): Entry {
  const { id, uid, gid, mode, operatedAt, changedAt } = set;
  return {
    ...NOTHING,
    name: `set:${id}`,
    kind: "semaphore-set",
    uid,
    gid,
    owner: userName(uid),
    mode,
    changedAt: later(operatedAt, changedAt),
  };
}

/** A System V message queue. */
export function systemQueueEntry(queue: SystemQueueState): Entry {
  const { id, uid, gid, mode, bytes, maxBytes } = queue;
  return {
    ...NOTHING,
    name: `msg:${id}`,
    kind: "system-queue",
    size: maxBytes,
    used: bytes,
    fill: maxBytes > 0 ? Math.min(1, bytes / maxBytes) : null,
    uid,
    gid,
    owner: userName(uid),
    mode,
    changedAt: later(
      later(queue.sentAt, queue.receivedAt),
      queue.changedAt,
    ),
  };
}

/** A POSIX message queue. */
export function messageQueueEntry({ name, status }: MessageQueueState): Entry {
  const most = status === null
    ? null
    : status.maxMessages * status.maxMessageLength;
  return {
    ...NOTHING,
    name: `mq:${name}`,
    kind: "message-queue",
    size: most,
    fill: status === null ? null : status.messages / status.maxMessages,
    uid: status?.uid ?? null,
    gid: status?.gid ?? null,
    owner: status === null ? null : userName(status.uid),
    mode: status?.mode ?? null,
    changedAt: null,
  };
}

/** The kernel keeps the number of the process, and not when that started. */
function creatorByPid(pid: number): CreatorState | null {
  if (pid === 0) return null;
  const info = processInfo(pid);
  if (info === undefined) {
    return { pid, command: null, alive: seesAllProcesses() ? false : null };
  }
  return { pid, command: info.command, alive: null };
}

function later(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

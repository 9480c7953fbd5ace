/**
 * Status, changes, limits and the list of System V message queues: `msgctl(2)`.
 *
 * @module
 */

import { checkNotMinusOne } from "../libc/check.ts";
import { errnoName } from "../errors/errno.ts";
import { systemError } from "../errors/system_error.ts";
import { Struct } from "../libc/layout.ts";
import { errnoCell, libc } from "../libc/library.ts";
import {
  IPC_INFO,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  MSG_INFO,
  MSG_STAT,
  MSG_STAT_ANY,
} from "../platforms/constants.ts";
import { type MsqidDsField, platform } from "../platforms/platform.ts";

/** What the kernel keeps of a queue (`struct msqid_ds`). */
export interface SystemQueueStatus {
  /** Identifier. */
  readonly id: number;
  /** Key that `msgget` finds it by; 0 (`IPC_PRIVATE`) when it cannot be found. */
  readonly key: number;
  /** Permission bits. */
  readonly mode: number;
  /** User id of its owner. */
  readonly uid: number;
  /** Group id of its owner. */
  readonly gid: number;
  /** User id of its creator. */
  readonly creatorUid: number;
  /** Group id of its creator. */
  readonly creatorGid: number;
  /** How many messages it holds. */
  readonly messages: number;
  /** How many bytes they have together. */
  readonly bytes: number;
  /** How many bytes they may have together. */
  readonly maxBytes: number;
  /** Process that sent last; 0 when none did. */
  readonly lastSendPid: number;
  /** Process that received last; 0 when none did. */
  readonly lastReceivePid: number;
  /** When a message was sent last, to the second; null when none was. */
  readonly sentAt: Date | null;
  /** When a message was received last, to the second; null when none was. */
  readonly receivedAt: Date | null;
  /** When it was created or changed, to the second. */
  readonly changedAt: Date | null;
  /** Counts how often the kernel has used its slot. */
  readonly sequence: number;
}

/** Limits of System V message queues (`struct msginfo`). */
export interface SystemQueueLimits {
  /** How long a message may be, in bytes (`kernel.msgmax`). */
  readonly maxMessageLength: number;
  /** How many bytes a new queue takes (`kernel.msgmnb`). */
  readonly maxBytes: number;
  /** How many queues there may be (`kernel.msgmni`). */
  readonly maxQueues: number;
}

/** How much all System V message queues hold together. */
export interface SystemQueueUsage {
  /** How many queues there are. */
  readonly queues: number;
  /** How many messages they hold. */
  readonly messages: number;
  /** How many bytes those have. */
  readonly bytes: number;
}

/** What may be changed of a queue (`IPC_SET`). */
export interface SystemQueueChanges {
  /** User id of the owner. */
  readonly uid?: number;
  /** Group id of the owner. */
  readonly gid?: number;
  /** Permission bits. */
  readonly mode?: number;
  /** How many bytes it takes; more than `kernel.msgmnb` for root alone. */
  readonly maxBytes?: number;
}

/** Reads the status of a queue (`IPC_STAT`). */
export function queueStatus(id: number, operation: string): SystemQueueStatus {
  const msqidDs = new Struct(platform().layouts.msqidDs);
  const result = libc().msgctl(id | 0, IPC_STAT, msqidDs.bytes);
  checkNotMinusOne(result, errnoCell[0], "msgctl", operation);
  return toStatus(id, msqidDs);
}

/** Changes owner, group, mode or size of a queue (`IPC_SET`). */
export function changeQueue(
  id: number,
  { uid, gid, mode, maxBytes }: SystemQueueChanges,
  operation: string,
): void {
  const msqidDs = new Struct(platform().layouts.msqidDs);
  // IPC_SET sets all four, so read those that stay.
  const read = libc().msgctl(id | 0, IPC_STAT, msqidDs.bytes);
  checkNotMinusOne(read, errnoCell[0], "msgctl", operation);
  if (uid !== undefined) msqidDs.set("uid", uid);
  if (gid !== undefined) msqidDs.set("gid", gid);
  if (mode !== undefined) msqidDs.set("mode", mode);
  if (maxBytes !== undefined) msqidDs.set("msg_qbytes", maxBytes);
  const result = libc().msgctl(id | 0, IPC_SET, msqidDs.bytes);
  checkNotMinusOne(result, errnoCell[0], "msgctl", operation);
}

/** Removes a queue with all that is in it; waits for it fail (`IPC_RMID`). */
export function removeQueue(id: number, operation: string): void {
  const result = libc().msgctl(id | 0, IPC_RMID, null);
  checkNotMinusOne(result, errnoCell[0], "msgctl", operation);
}

/** Reads the limits (`IPC_INFO`); Linux. */
export function queueLimits(operation: string): SystemQueueLimits {
  const { msginfo } = readInfo(IPC_INFO, operation);
  return {
    maxMessageLength: msginfo.get("msgmax"),
    maxBytes: msginfo.get("msgmnb"),
    maxQueues: msginfo.get("msgmni"),
  };
}

/** Reads how much all queues hold (`MSG_INFO`); Linux. */
export function queueUsage(operation: string): SystemQueueUsage {
  const { msginfo } = readInfo(MSG_INFO, operation);
  return {
    queues: msginfo.get("msgpool"),
    messages: msginfo.get("msgmap"),
    bytes: msginfo.get("msgtql"),
  };
}

/**
 * Reads the status of the queue with an index, not an id (`MSG_STAT`,
 * `MSG_STAT_ANY`); Linux.
 */
export function queueStatusAt(
  index: number,
  command: number,
  operation: string,
): SystemQueueStatus {
  if (platform().layouts.msginfo === null) unsupported(operation);
  const msqidDs = new Struct(platform().layouts.msqidDs);
  const id = libc().msgctl(index, command, msqidDs.bytes);
  checkNotMinusOne(id, errnoCell[0], "msgctl", operation);
  return toStatus(id, msqidDs);
}

/**
 * Lists all queues, those of other users too (`MSG_STAT_ANY`); before Linux 4.17
 * those that this user may read (`MSG_STAT`).
 */
export function listQueues(operation: string): SystemQueueStatus[] {
  const { msginfo, highestIndex } = readInfo(MSG_INFO, operation);
  const found = queuesBy(MSG_STAT_ANY, highestIndex, operation);
  if (found.length > 0 || msginfo.get("msgpool") === 0) return found;
  return queuesBy(MSG_STAT, highestIndex, operation);
}

function queuesBy(
  command: number,
  highestIndex: number,
  operation: string,
): SystemQueueStatus[] {
  const found: SystemQueueStatus[] = [];
  for (let index = 0; index <= highestIndex; index++) {
    const msqidDs = new Struct(platform().layouts.msqidDs);
    const id = libc().msgctl(index, command, msqidDs.bytes);
    if (id === -1) {
      const number = errnoCell[0] ?? 0;
      // An unused index, or a queue that went away or may not be read.
      if (["EINVAL", "EIDRM", "EACCES"].includes(errnoName(number))) continue;
      throw systemError("msgctl", number, operation);
    }
    found.push(toStatus(id, msqidDs));
  }
  return found;
}

function readInfo(command: number, operation: string) {
  const layout = platform().layouts.msginfo ?? unsupported(operation);
  const msginfo = new Struct(layout);
  const highestIndex = checkNotMinusOne(
    libc().msgctl(0, command, msginfo.bytes),
    errnoCell[0],
    "msgctl",
    operation,
  );
  return { msginfo, highestIndex };
}

function toStatus(
  id: number,
  msqidDs: Struct<MsqidDsField>,
): SystemQueueStatus {
  return {
    id,
    key: msqidDs.get("key"),
    mode: msqidDs.get("mode") & 0o777,
    uid: msqidDs.get("uid"),
    gid: msqidDs.get("gid"),
    creatorUid: msqidDs.get("cuid"),
    creatorGid: msqidDs.get("cgid"),
    messages: msqidDs.get("msg_qnum"),
    bytes: msqidDs.get("msg_cbytes"),
    maxBytes: msqidDs.get("msg_qbytes"),
    lastSendPid: msqidDs.get("msg_lspid"),
    lastReceivePid: msqidDs.get("msg_lrpid"),
    sentAt: toDate(msqidDs.get("msg_stime")),
    receivedAt: toDate(msqidDs.get("msg_rtime")),
    changedAt: toDate(msqidDs.get("msg_ctime")),
    sequence: msqidDs.get("seq"),
  };
}

function toDate(seconds: number): Date | null {
  return seconds === 0 ? null : new Date(seconds * 1000);
}

function unsupported(operation: string): never {
  throw new Deno.errors.NotSupported(
    `Cannot ${operation}: ${platform().name} has no such command`,
  );
}

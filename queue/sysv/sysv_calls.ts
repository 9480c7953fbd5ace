/**
 * The calls of System V message queues under their names in the manual, for people
 * who come from there. The handle is {@linkcode SystemMessageQueue}.
 *
 * @module
 */

import { errnoNumber } from "../../ffi/errors/errno.ts";
import { systemError } from "../../ffi/errors/system_error.ts";
import { checkI32, checkInteger, describe } from "../../ffi/libc/integers.ts";
import {
  IPC_CREAT,
  IPC_INFO,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  MSG_INFO,
  MSG_STAT,
  MSG_STAT_ANY,
} from "../../ffi/platforms/constants.ts";
import { getQueue, MessageBuffer } from "../../ffi/sysv/sysv_msg.ts";
import {
  changeQueue,
  queueLimits,
  queueStatus,
  queueStatusAt,
  queueUsage,
  removeQueue,
  type SystemQueueChanges,
  type SystemQueueLimits,
  type SystemQueueStatus,
  type SystemQueueUsage,
} from "../../ffi/sysv/sysv_msg_control.ts";
import { checkMessage } from "../checks/message_bytes.ts";
import { checkQueueChanges, shown } from "./system_queue_checks.ts";
import type { SystemMessage } from "./system_queue_options.ts";

export type { SystemQueueUsage };

/** Longest message that the kernel's numbers allow. */
const HIGHEST_LENGTH = 0x7fff_ffff - 8;

/**
 * Creates or finds a message queue (`msgget(2)`).
 *
 * @param key A key from -2^31 to 2^31 - 1, or `IPC_PRIVATE`.
 * @param flags `IPC_CREAT`, `IPC_EXCL` and permission bits, combined with `|`.
 * Without permission bits nobody may use the queue but root. Default: 0.
 * @returns The identifier of the queue, 0 or more.
 * @throws {Deno.errors.NotFound} When the key has no queue (ENOENT).
 * @throws {Deno.errors.AlreadyExists} With `IPC_EXCL`, when it has one (EEXIST).
 * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
 * @throws {SystemError} Above the system's number of queues (ENOSPC).
 *
 * @example Create, send, receive, remove
 * ```ts
 * import {
 *   IPC_CREAT,
 *   IPC_PRIVATE,
 *   IPC_RMID,
 *   msgctl,
 *   msgget,
 *   msgrcv,
 *   msgsnd,
 * } from "@shmem/shmem/queue";
 *
 * const id = msgget(IPC_PRIVATE, IPC_CREAT | 0o600);
 * msgsnd(id, 7, new TextEncoder().encode("hello"));
 * const { type, bytes } = msgrcv(id, 100);
 * console.log(type, new TextDecoder().decode(bytes)); // 7 hello
 * msgctl(id, IPC_RMID);
 * ```
 */
export function msgget(key: number, flags = 0): number {
  checkI32(key, "key");
  checkI32(flags, "flags");
  const operation = (flags & IPC_CREAT) === 0 ? "find" : "create";
  return getQueue(
    key,
    flags,
    `${operation} system message queue ${shown(key)}`,
  );
}

/**
 * Sends a message (`msgsnd(2)`), blocking this thread while the queue is full.
 *
 * @param msqid Identifier from {@linkcode msgget}.
 * @param type Type of the message, from 1 to 2^53 - 1.
 * @param bytes The message; it may be empty.
 * @param flags `IPC_NOWAIT`, or 0. Default: 0.
 * @throws {Deno.errors.WouldBlock} With `IPC_NOWAIT`, when the queue is full (EAGAIN).
 * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
 * @throws {SystemError} When there is no such queue or the message is too long
 * (EINVAL), or the queue is removed meanwhile (EIDRM).
 *
 * @example Send unless it is full
 * ```ts
 * import {
 *   IPC_CREAT,
 *   IPC_NOWAIT,
 *   IPC_PRIVATE,
 *   IPC_RMID,
 *   msgctl,
 *   msgget,
 *   msgsnd,
 * } from "@shmem/shmem/queue";
 *
 * const id = msgget(IPC_PRIVATE, IPC_CREAT | 0o600);
 * msgsnd(id, 1, new Uint8Array(100), IPC_NOWAIT);
 * msgctl(id, IPC_RMID);
 * ```
 */
export function msgsnd(
  msqid: number,
  type: number,
  bytes: Uint8Array,
  flags = 0,
): void {
  checkI32(msqid, "msqid");
  checkInteger(type, "type", 1, Number.MAX_SAFE_INTEGER);
  checkI32(flags, "flags");
  const operation = `send to system message queue ${msqid}`;
  const length = checkMessage(bytes, operation);
  const message = new MessageBuffer(length);
  message.put(type, bytes);
  if (message.send(msqid, length, flags, operation)) return;
  throw systemError("msgsnd", errnoNumber("EAGAIN"), operation);
}

/**
 * Receives a message (`msgrcv(2)`), blocking this thread until there is one.
 *
 * @param msqid Identifier from {@linkcode msgget}.
 * @param size How long the message may be, in bytes.
 * @param type 0: the oldest of all. Above 0: the oldest of this type. Below 0: the
 * oldest of the lowest type that is not above its absolute value. With `MSG_COPY` the
 * place of the message, from 0. Default: 0.
 * @param flags `IPC_NOWAIT`, `MSG_NOERROR`, `MSG_EXCEPT`, `MSG_COPY`, combined with
 * `|`. Default: 0.
 * @returns The message and its type.
 * @throws {SystemError} With `IPC_NOWAIT`, when there is none (ENOMSG); when it is
 * longer than `size` (E2BIG), unless `MSG_NOERROR` cuts it; when there is no such
 * queue (EINVAL), or it is removed meanwhile (EIDRM).
 * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
 *
 * @example Receive by type
 * ```ts
 * import {
 *   IPC_CREAT,
 *   IPC_PRIVATE,
 *   IPC_RMID,
 *   msgctl,
 *   msgget,
 *   msgrcv,
 *   msgsnd,
 * } from "@shmem/shmem/queue";
 *
 * const id = msgget(IPC_PRIVATE, IPC_CREAT | 0o600);
 * for (const type of [5, 3]) msgsnd(id, type, new Uint8Array(type));
 * console.log(msgrcv(id, 100, 3).bytes.length); // 3
 * msgctl(id, IPC_RMID);
 * ```
 */
export function msgrcv(
  msqid: number,
  size: number,
  type = 0,
  flags = 0,
): SystemMessage {
  checkI32(msqid, "msqid");
  checkInteger(size, "size", 0, HIGHEST_LENGTH);
  const highest = Number.MAX_SAFE_INTEGER;
  checkInteger(type, "type", -highest, highest);
  checkI32(flags, "flags");
  const operation = `receive from system message queue ${msqid}`;
  const message = new MessageBuffer(size);
  const length = message.receive(msqid, size, type, flags, operation);
  if (length === -1) {
    throw systemError("msgrcv", errnoNumber("ENOMSG"), operation);
  }
  return { bytes: message.copy(length), type: message.type };
}

/**
 * Reads the status of a queue (`msgctl(2)`, `IPC_STAT`); with `MSG_STAT` or
 * `MSG_STAT_ANY`, Linux, of the one with an index, from 0.
 *
 * @param msqid Identifier of the queue, or its index.
 * @param command Which of the three.
 * @returns Every field of `struct msqid_ds`, in plain names and units.
 * @throws {SystemError} When there is no such queue (EINVAL).
 * @throws {Deno.errors.PermissionDenied} When its mode forbids it (EACCES).
 *
 * @example Change, read and remove
 * ```ts
 * import {
 *   IPC_CREAT,
 *   IPC_PRIVATE,
 *   IPC_RMID,
 *   IPC_SET,
 *   IPC_STAT,
 *   msgctl,
 *   msgget,
 * } from "@shmem/shmem/queue";
 *
 * const id = msgget(IPC_PRIVATE, IPC_CREAT | 0o600);
 * msgctl(id, IPC_SET, { mode: 0o640 });
 * console.log(msgctl(id, IPC_STAT).mode.toString(8)); // 640
 * msgctl(id, IPC_RMID);
 * ```
 */
export function msgctl(
  msqid: number,
  command: typeof IPC_STAT | typeof MSG_STAT | typeof MSG_STAT_ANY,
): SystemQueueStatus;
/**
 * Changes owner, group, mode or size of a queue (`IPC_SET`); what is left out stays.
 *
 * @throws {Deno.errors.PermissionDenied} Unless this process is the owner's, the
 * creator's or root's (EPERM).
 */
export function msgctl(
  msqid: number,
  command: typeof IPC_SET,
  changes: SystemQueueChanges,
): void;
/**
 * Removes a queue (`IPC_RMID`); waits for it fail, with EIDRM.
 *
 * @throws {Deno.errors.PermissionDenied} Unless this process is the owner's, the
 * creator's or root's (EPERM).
 */
export function msgctl(msqid: number, command: typeof IPC_RMID): void;
/**
 * Reads how much all queues hold (`MSG_INFO`); Linux.
 *
 * @param msqid Ignored; 0 by custom.
 */
export function msgctl(
  msqid: number,
  command: typeof MSG_INFO,
): SystemQueueUsage;
/**
 * Reads the limits of System V message queues (`IPC_INFO`); Linux.
 *
 * @param msqid Ignored; 0 by custom.
 */
export function msgctl(
  msqid: number,
  command: typeof IPC_INFO,
): SystemQueueLimits;
export function msgctl(
  msqid: number,
  command: number,
  changes: SystemQueueChanges = {},
): SystemQueueStatus | SystemQueueUsage | SystemQueueLimits | void {
  checkI32(msqid, "msqid");
  const queue = `system message queue ${msqid}`;
  switch (command) {
    case IPC_STAT:
      return queueStatus(msqid, `read the status of ${queue}`);
    case MSG_STAT:
    case MSG_STAT_ANY: {
      const operation =
        `read the status of the system message queue at ${msqid}`;
      return queueStatusAt(msqid, command, operation);
    }
    case IPC_SET: {
      const operation = `change ${queue}`;
      return changeQueue(
        msqid,
        checkQueueChanges(changes, operation),
        operation,
      );
    }
    case IPC_RMID:
      return removeQueue(msqid, `remove ${queue}`);
    case MSG_INFO:
      return queueUsage("read the use of system message queues");
    case IPC_INFO:
      return queueLimits("read the limits of system message queues");
    default:
      throw new RangeError(
        `Cannot control ${queue}: there is no command ${describe(command)}`,
      );
  }
}

/**
 * POSIX message queues: `mqueue.h`; Linux. What is opened here never waits
 * inside a call, and is never inherited by a program that this process starts.
 *
 * @module
 */

import { checkNotMinusOne } from "../libc/check.ts";
import { cString } from "../libc/cstring.ts";
import { errnoName } from "../errors/errno.ts";
import { systemError } from "../errors/system_error.ts";
import { Struct } from "../libc/layout.ts";
import { errnoCell, libc } from "../libc/library.ts";
import { requireStack } from "../libc/stack_room.ts";
import {
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  RLIMIT_MSGQUEUE,
} from "../platforms/constants.ts";
import { type MqAttrField, platform } from "../platforms/platform.ts";

/** What a queue is opened for. */
export type QueueAccess = "read" | "write" | "read-write";

/** How large a queue is. */
export interface QueueSize {
  /** How many messages it takes. */
  readonly maxMessages: number;
  /** How long each may be, in bytes. */
  readonly maxMessageLength: number;
}

/** What is made when there is no queue. */
export interface QueueCreation {
  /** Permission bits, less the umask. */
  readonly mode: number;
  /** Null for what the system has as default. */
  readonly size: QueueSize | null;
}

/** What `mq_getattr(3)` tells. */
export interface QueueAttributes extends QueueSize {
  /** How many messages it holds now. */
  readonly messages: number;
}

const FLAGS: Readonly<Record<QueueAccess, number>> = {
  "read": O_RDONLY,
  "write": O_WRONLY,
  "read-write": O_RDWR,
};

/** Numbers of bytes as `size_t` takes them: a new bigint for each call costs more. */
const SHORT_LENGTHS = Array.from({ length: 1025 }, (_, index) => BigInt(index));

/** A number of bytes as `size_t` takes it. */
export function sizeOf(length: number): bigint {
  return SHORT_LENGTHS[length] ?? BigInt(length);
}

/**
 * Opens a queue, or creates it, failing when there is one (`mq_open(3)`).
 *
 * @param hint What to do about an error that the system's limits explain.
 */
export function openQueue(
  name: string,
  access: QueueAccess,
  creation: QueueCreation | null,
  operation: string,
  hint: (code: string) => string | undefined = () => undefined,
): number {
  requireStack("create");
  const { O_CLOEXEC, O_NONBLOCK, O_CREAT, O_EXCL } = platform().constants;
  let flags = FLAGS[access] | O_CLOEXEC | O_NONBLOCK;
  let attributes = null;
  if (creation !== null) {
    flags |= O_CREAT | O_EXCL;
    attributes = attributesOf(creation.size, operation);
  }
  const mqOpen = has(libc().mq_open, operation);
  const mode = BigInt(creation?.mode ?? 0);
  const fd = mqOpen(cString(name), flags, mode, attributes);
  if (fd !== -1) return fd;
  const errno = errnoCell[0] ?? 0;
  throw systemError("mq_open", errno, operation, hint(errnoName(errno)));
}

/** Removes the name of a queue (`mq_unlink(3)`). */
export function unlinkQueue(name: string, operation: string): void {
  const mqUnlink = has(libc().mq_unlink, operation);
  checkNotMinusOne(
    mqUnlink(cString(name)),
    errnoCell[0],
    "mq_unlink",
    operation,
  );
}

/**
 * Sends a message, unless the queue is full (`mq_send(3)`).
 *
 * @param length How long the message is; no longer than `bytes`.
 * @returns Whether it was sent.
 */
export function sendNow(
  fd: number,
  bytes: Uint8Array,
  length: number,
  priority: number,
  operation: string,
): boolean {
  const mqSend = libc().mq_send!;
  // A view of memory that is shared between threads is no type of this parameter,
  // and works as any other.
  const pointer = bytes as Uint8Array<ArrayBuffer>;
  while (mqSend(fd, pointer, sizeOf(length), priority | 0) === -1) {
    const errno = errnoCell[0] ?? 0;
    const code = errnoName(errno);
    if (code === "EAGAIN") return false;
    if (code !== "EINTR") throw systemError("mq_send", errno, operation);
  }
  return true;
}

/** Where messages are received into: as long as the longest. */
export class ReceiveBuffer {
  /** The message. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #size: bigint;
  readonly #priority = new Uint32Array(1);

  constructor(maxMessageLength: number) {
    this.bytes = new Uint8Array(maxMessageLength);
    this.#size = BigInt(maxMessageLength);
  }

  /** Priority of what was received last. */
  get priority(): number {
    return this.#priority[0] ?? 0;
  }

  /**
   * Receives the oldest message of the highest priority (`mq_receive(3)`).
   *
   * @returns Its length; -1 when there is none.
   */
  receiveNow(fd: number, operation: string): number {
    const mqReceive = libc().mq_receive!;
    for (;;) {
      const length = mqReceive(fd, this.bytes, this.#size, this.#priority);
      if (length !== -1) return length;
      const errno = errnoCell[0] ?? 0;
      const code = errnoName(errno);
      if (code === "EAGAIN") return -1;
      if (code !== "EINTR") throw systemError("mq_receive", errno, operation);
    }
  }
}

/** Reads how large a queue is and how full (`mq_getattr(3)`). */
export function queueAttributes(
  fd: number,
  operation: string,
): QueueAttributes {
  const attributes = mqAttr(operation);
  const mqGetattr = has(libc().mq_getattr, operation);
  const result = mqGetattr(fd, attributes.bytes);
  checkNotMinusOne(result, errnoCell[0], "mq_getattr", operation);
  return {
    maxMessages: attributes.get("mq_maxmsg"),
    maxMessageLength: attributes.get("mq_msgsize"),
    messages: attributes.get("mq_curmsgs"),
  };
}

/** How many bytes the queues of a user may take (`RLIMIT_MSGQUEUE`). */
export function queueByteLimit(): bigint {
  const limits = new BigUint64Array(2);
  libc().getrlimit(RLIMIT_MSGQUEUE, limits);
  return limits[0] ?? 0n;
}

function attributesOf(
  size: QueueSize | null,
  operation: string,
): Uint8Array<ArrayBuffer> | null {
  if (size === null) return null;
  const attributes = mqAttr(operation);
  attributes.set("mq_maxmsg", size.maxMessages);
  attributes.set("mq_msgsize", size.maxMessageLength);
  return attributes.bytes;
}

function mqAttr(operation: string): Struct<MqAttrField> {
  return new Struct(has(platform().layouts.mqAttr, operation));
}

/** Returns something that only systems with these queues have. */
function has<Thing>(found: Thing | null, operation: string): Thing {
  if (found !== null) return found;
  throw new Deno.errors.NotSupported(
    `Cannot ${operation}: ${platform().name}, or the libc in use, has no POSIX message queues; use SystemMessageQueue`,
  );
}

/**
 * Making POSIX message queues, and how they are checked and described.
 *
 * @module
 */

import { closeDescriptor } from "../../ffi/files/open.ts";
import { changeMode } from "../../ffi/files/size.ts";
import { status } from "../../ffi/files/status.ts";
import {
  openQueue,
  queueAttributes,
  type QueueSize,
  unlinkQueue,
} from "../../ffi/files/mqueue.ts";
import { checkInteger } from "../../ffi/libc/integers.ts";
import { checkMode, checkWord } from "../../memory/checks/checks.ts";
import { checkOptionNames } from "../checks/options.ts";
import { limitHint, setting } from "./queue_limits.ts";
import type {
  MessageQueueCreateOptions,
  MessageQueueStatus,
} from "./queue_options.ts";

/** No queue takes more messages, or longer ones, not even root's (`mq_overview(7)`). */
const HIGHEST_MESSAGES = 65536;
const HIGHEST_LENGTH = 16_777_216;

/** What was asked for, checked. */
export interface Creation {
  readonly maxMessages: number | undefined;
  readonly maxMessageLength: number | undefined;
  readonly mode: number;
  readonly ifExists: "fail" | "open";
}

/** How messages call a queue. */
export function label(name: string): string {
  return `message queue ${JSON.stringify(name)}`;
}

/** Checks what a queue is to be like. */
export function checkCreation(
  options: MessageQueueCreateOptions,
  operation: string,
): Creation {
  const known = ["maxMessages", "maxMessageLength", "mode", "ifExists"];
  checkOptionNames(options, known, operation);
  const { maxMessages, maxMessageLength, mode = 0o600, ifExists = "fail" } =
    options;
  if (maxMessages !== undefined) {
    checkInteger(maxMessages, "maxMessages", 1, HIGHEST_MESSAGES);
  }
  if (maxMessageLength !== undefined) {
    checkInteger(maxMessageLength, "maxMessageLength", 1, HIGHEST_LENGTH);
  }
  checkMode(mode);
  checkWord(ifExists, ["fail", "open"], "ifExists");
  return { maxMessages, maxMessageLength, mode, ifExists };
}

/**
 * Creates a queue with exactly this mode, or leaves nothing behind.
 *
 * @returns Its descriptor.
 */
export function createQueue(
  name: string,
  { maxMessages, maxMessageLength, mode }: Creation,
  operation: string,
): number {
  const size = {
    maxMessages: maxMessages ?? setting("msg_default"),
    maxMessageLength: maxMessageLength ?? setting("msgsize_default"),
  };
  // Without any wish the system takes its defaults, whatever the limits are.
  const isDefault = maxMessages === undefined && maxMessageLength === undefined;
  const fd = openQueue(
    name,
    "read-write",
    { mode, size: isDefault ? null : size },
    operation,
    (code) => limitHint(code, size),
  );
  try {
    changeMode(fd, mode, operation);
    return fd;
  } catch (error) {
    closeDescriptor(fd);
    unlinkQueue(name, operation);
    throw error;
  }
}

/** Compares the size that a queue has with what was asked for. */
export function checkSize(
  name: string,
  actual: QueueSize,
  wanted: Pick<Creation, "maxMessages" | "maxMessageLength">,
): void {
  const { maxMessages, maxMessageLength } = actual;
  const {
    maxMessages: messages = maxMessages,
    maxMessageLength: length = maxMessageLength,
  } = wanted;
  if (messages === maxMessages && length === maxMessageLength) return;
  throw new RangeError(
    `Cannot open ${
      label(name)
    }: it takes ${maxMessages} messages of ${maxMessageLength} bytes, and ${messages} of ${length} were expected`,
  );
}

/** Reads what the system keeps of an open queue. */
export function statusOf(fd: number, operation: string): MessageQueueStatus {
  const { mode, uid, gid, links } = status(fd, operation);
  return {
    ...queueAttributes(fd, operation),
    mode,
    uid,
    gid,
    unlinked: links === 0,
  };
}

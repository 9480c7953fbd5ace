/**
 * What the system allows of POSIX message queues (`mq_overview(7)`), for messages
 * that say why a queue cannot be had.
 *
 * @module
 */

import { readKernelFile } from "../../ffi/files/kernel_file.ts";
import { queueByteLimit, type QueueSize } from "../../ffi/files/mqueue.ts";

/** Settings under `/proc/sys/fs/mqueue`, and what they are unless changed. */
const DEFAULTS = {
  "msg_default": 10,
  "msgsize_default": 8192,
  "msg_max": 10,
  "msgsize_max": 8192,
  "queues_max": 256,
} as const;

/** Reads a setting. */
export function setting(name: keyof typeof DEFAULTS): number {
  const text = readKernelFile(`/proc/sys/fs/mqueue/${name}`).trim();
  return /^\d+$/.test(text) ? Number(text) : DEFAULTS[name];
}

/** Which limit stands behind an error of creating a queue. */
export function limitHint(
  code: string,
  { maxMessages, maxMessageLength }: QueueSize,
): string | undefined {
  const asked =
    `${maxMessages} messages of ${maxMessageLength} bytes were asked for`;
  switch (code) {
    case "EINVAL":
      return `${asked}, and the system allows ${
        setting("msg_max")
      } (fs.mqueue.msg_max) of ${
        setting("msgsize_max")
      } bytes (fs.mqueue.msgsize_max), and more to root alone: ask for less, or raise them`;
    case "EMFILE":
      return `either this process has no descriptor left (\`ulimit -n\`), or the queues of this user would take more than \`ulimit -q\` allows, ${queueByteLimit()} bytes: ${asked}; ask for less, or unlink unused queues (MessageQueue.list())`;
    case "ENOSPC":
      return `the system allows ${
        setting("queues_max")
      } queues (fs.mqueue.queues_max): unlink unused ones (MessageQueue.list()), or raise it`;
    default:
      return undefined;
  }
}

/**
 * The list of all POSIX message queues of this IPC namespace.
 *
 * @module
 */

import { isSystemError } from "../../ffi/errors/system_error.ts";
import { readNames } from "../../ffi/files/directory.ts";
import { readKernelFile } from "../../ffi/files/kernel_file.ts";
import { openQueue } from "../../ffi/files/mqueue.ts";
import { closeDescriptor } from "../../ffi/files/open.ts";
import { statusOf } from "./queue_creation.ts";
import type { MessageQueueEntry } from "./queue_options.ts";

/** Lists names, and what this process may know of each. */
export function listQueues(operation: string): MessageQueueEntry[] {
  const entries: MessageQueueEntry[] = [];
  for (const name of queueNames(operation)) {
    let fd;
    try {
      fd = openQueue(name, "read", null, operation);
    } catch (error) {
      // It was removed meanwhile, or is another user's.
      if (!isSystemError(error)) throw error;
      if (error.code !== "ENOENT") entries.push({ name, status: null });
      continue;
    }
    try {
      entries.push({ name, status: statusOf(fd, operation) });
    } finally {
      closeDescriptor(fd);
    }
  }
  return entries;
}

/**
 * The names of all POSIX message queues of this IPC namespace, with their slashes.
 * The system shows them as files, where an administrator mounted these
 * (`mq_overview(7)`); this library mounts nothing.
 *
 * @throws {Deno.errors.NotSupported} When they are not mounted.
 */
export function queueNames(operation: string): string[] {
  const folder = mountPoint(readKernelFile("/proc/self/mountinfo"));
  if (folder === undefined) {
    throw new Deno.errors.NotSupported(
      `Cannot ${operation}: the system shows no list of them; as root, \`mkdir -p /dev/mqueue && mount -t mqueue none /dev/mqueue\` makes it`,
    );
  }
  return readNames(folder, operation).map((name) => `/${name}`);
}

/** Finds where message queues are mounted (`proc_pid_mountinfo(5)`). */
export function mountPoint(mounts: string): string | undefined {
  for (const line of mounts.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    if (!after.startsWith("mqueue ")) continue;
    const [, , , , path = ""] = before.split(" ");
    // Blanks and the like are written as octal numbers.
    return path.replace(
      /\\([0-7]{3})/g,
      (_, digits) => String.fromCharCode(parseInt(digits, 8)),
    );
  }
  return undefined;
}

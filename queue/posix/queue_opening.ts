/**
 * Creating and opening POSIX message queues.
 *
 * @module
 */

import { closeDescriptor } from "../../ffi/files/open.ts";
import {
  openQueue,
  type QueueAccess,
  queueAttributes,
  type QueueSize,
  unlinkQueue,
} from "../../ffi/files/mqueue.ts";
import { checkName, checkWord } from "../../memory/checks/checks.ts";
import { createOrOpen } from "../../memory/checks/create_or_open.ts";
import { checkOptionNames } from "../checks/options.ts";
import {
  checkCreation,
  checkSize,
  createQueue,
  type Creation,
  label,
} from "./queue_creation.ts";
import { QueueHandle } from "./queue_handle.ts";
import type {
  MessageQueueCreateOptions,
  MessageQueueOpenOptions,
} from "./queue_options.ts";

/** A queue that is open. */
export interface OpenedQueue {
  /** Name with its slash. */
  readonly name: string;
  readonly handle: QueueHandle;
  readonly size: QueueSize;
  readonly created: boolean;
}

/** Creates a queue, or opens it where that is allowed. */
export function createMessageQueue(
  name: string,
  options: MessageQueueCreateOptions,
): OpenedQueue {
  const checked = checkName(name);
  const operation = `create ${label(checked)}`;
  const creation = checkCreation(options, operation);
  const create = () => {
    const fd = createQueue(checked, creation, operation);
    return adopt(checked, "read-write", fd, operation, true);
  };
  if (creation.ifExists === "fail") return create();
  return createOrOpen(create, () => openSized(checked, creation));
}

/** Opens a queue that exists. */
export function openMessageQueue(
  name: string,
  options: MessageQueueOpenOptions,
): OpenedQueue {
  const checked = checkName(name);
  const operation = `open ${label(checked)}`;
  checkOptionNames(options, ["access"], operation);
  const { access = "read-write" } = options;
  checkWord(access, ["read", "write", "read-write"], "access");
  const fd = openQueue(checked, access, null, operation);
  return adopt(checked, access, fd, operation, false);
}

/** Opens a queue that must have the size that was asked for. */
function openSized(name: string, creation: Creation): OpenedQueue {
  const queue = openMessageQueue(name, {});
  try {
    checkSize(name, queue.size, creation);
  } catch (error) {
    queue.handle.close();
    throw error;
  }
  return queue;
}

/** Takes a descriptor over. */
function adopt(
  name: string,
  access: QueueAccess,
  fd: number,
  operation: string,
  created: boolean,
): OpenedQueue {
  try {
    const size = queueAttributes(fd, operation);
    const handle = new QueueHandle(fd, name, access, size);
    return { name, handle, size, created };
  } catch (error) {
    closeDescriptor(fd);
    if (created) unlinkQueue(name, operation);
    throw error;
  }
}

/**
 * Creating and opening System V message queues.
 *
 * @module
 */

import { checkI32, describe } from "../../ffi/libc/integers.ts";
import {
  IPC_CREAT,
  IPC_EXCL,
  IPC_PRIVATE,
} from "../../ffi/platforms/constants.ts";
import { getQueue } from "../../ffi/sysv/sysv_msg.ts";
import { queueStatus } from "../../ffi/sysv/sysv_msg_control.ts";
import { checkMode, checkWord } from "../../memory/checks/checks.ts";
import { createOrOpen } from "../../memory/checks/create_or_open.ts";
import { checkOptionNames } from "../checks/options.ts";
import { shown } from "./system_queue_checks.ts";
import type {
  SystemQueueCreateOptions,
  SystemQueueOpenOptions,
} from "./system_queue_options.ts";

/** A queue that was created or opened. */
export interface FoundQueue {
  readonly id: number;
  readonly key: number;
  readonly created: boolean;
}

/** Creates a queue, or opens it where that is allowed. */
export function createSystemQueue(
  options: SystemQueueCreateOptions,
): FoundQueue {
  const known = ["key", "mode", "ifExists"];
  checkOptionNames(options, known, "create system message queue");
  const { key = IPC_PRIVATE, mode = 0o600, ifExists = "fail" } = options;
  checkI32(key, "key");
  checkMode(mode);
  checkWord(ifExists, ["fail", "open"], "ifExists");
  const operation = `create system message queue ${shown(key)}`;
  const flags = IPC_CREAT | IPC_EXCL | mode;
  const create = () => ({
    id: getQueue(key, flags, operation),
    key,
    created: true,
  });
  if (ifExists === "fail") return create();
  return createOrOpen(create, () => openSystemQueue({ key }));
}

/** Opens a queue by key or by id. */
export function openSystemQueue(options: SystemQueueOpenOptions): FoundQueue {
  checkOptionNames(options, ["key", "id"], "open system message queue");
  const { key, id } = options;
  if ((key === undefined) === (id === undefined)) {
    throw new TypeError(
      `Cannot open system message queue: give its key or its id: received ${
        describe(key)
      } and ${describe(id)}`,
    );
  }
  if (key === IPC_PRIVATE) {
    throw new RangeError(
      "Cannot open system message queue: key 0 is IPC_PRIVATE, which finds none; open it by id",
    );
  }
  if (key !== undefined) {
    checkI32(key, "key");
    const operation = `open system message queue ${shown(key)}`;
    return { id: getQueue(key, 0, operation), key, created: false };
  }
  const found = checkI32(id ?? 0, "id");
  const operation = `open system message queue with id ${found}`;
  const { key: foundKey } = queueStatus(found, operation);
  return { id: found, key: foundKey, created: false };
}

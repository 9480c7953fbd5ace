/**
 * Finding and creating semaphore sets.
 *
 * @module
 */

import {
  IPC_CREAT,
  IPC_EXCL,
  IPC_PRIVATE,
} from "../../ffi/platforms/constants.ts";
import { checkI32, describe } from "../../ffi/libc/integers.ts";
import { hasCode } from "../../ffi/errors/system_error.ts";
import { getSet } from "../../ffi/sysv/sysv_sem.ts";
import {
  anyStatus,
  removeSet,
  type SemaphoreSetStatus,
  setStatus,
} from "../../ffi/sysv/sysv_sem_control.ts";
import { writeValues } from "../../ffi/sysv/sysv_sem_values.ts";
import { checkMode, checkWord } from "../../memory/checks/checks.ts";
import { createOrOpen } from "../../memory/checks/create_or_open.ts";
import { requireKnown } from "../waiting/options.ts";
import {
  checkValues,
  type SemaphoreSetCreateOptions,
  type SemaphoreSetOpenOptions,
} from "./semaphore_set_options.ts";
import { mayUse } from "./set_permissions.ts";

/** A set that was made or found. */
export interface FoundSet {
  readonly id: number;
  readonly key: number;
  readonly count: number;
  readonly created: boolean;
}

/** Creates a set, or opens the one that is there. */
export function createSet(options: SemaphoreSetCreateOptions): FoundSet {
  const names = ["values", "key", "mode", "ifExists"];
  requireKnown(options, names, "create semaphore set");
  const { mode = 0o600, ifExists = "fail" } = options;
  const key = checkI32(options.key ?? IPC_PRIVATE, "key");
  const { count, values } = checkValues(options.values);
  checkMode(mode);
  checkWord(ifExists, ["fail", "open"], "ifExists");
  const flags = IPC_CREAT | IPC_EXCL | mode;
  const operation = `create semaphore set ${shown(key)}`;
  const create = () => {
    const id = getSet(key, count, flags, operation);
    if (values !== undefined) initialize(id, values, operation);
    return { id, key, count, created: true };
  };
  const open = () => {
    const set = openSet({ key });
    if (set.count === count) return set;
    throw new RangeError(
      `Cannot open semaphore set ${
        shown(key)
      }: it has ${set.count} semaphores, and ${count} were expected`,
    );
  };
  return ifExists === "open" ? createOrOpen(create, open) : create();
}

/** Opens a set that exists. */
export function openSet(options: SemaphoreSetOpenOptions): FoundSet {
  requireKnown(options, ["key", "id"], "open semaphore set");
  const { key, id } = options;
  if ((key === undefined) === (id === undefined)) {
    throw new TypeError(
      `Cannot open semaphore set: give its key or its id: received ${
        describe(key)
      } and ${describe(id)}`,
    );
  }
  if (key === IPC_PRIVATE) {
    throw new RangeError(
      "Cannot open semaphore set: key 0 is IPC_PRIVATE, which finds none; open it by id",
    );
  }
  const found = key === undefined
    ? checkI32(id as number, "id")
    : getSet(checkI32(key, "key"), 0, 0, `open semaphore set ${shown(key)}`);
  const operation = `open semaphore set with id ${found}`;
  const status = statusToOpen(found, operation);
  const { count } = status;
  return { id: found, key: key ?? status.key, count, created: false };
}

/** Sets the first values, or leaves no set behind. */
function initialize(
  id: number,
  values: readonly number[],
  operation: string,
): void {
  try {
    writeValues(id, values, operation);
  } catch (error) {
    removeSet(id, operation);
    throw error;
  }
}

/** The kernel asks for permission to read only when the status is read. */
function statusToOpen(id: number, operation: string): SemaphoreSetStatus {
  try {
    return setStatus(id, operation);
  } catch (error) {
    const status = hasCode(error, "EACCES") ? anyStatus(id) : undefined;
    if (status === undefined || !mayUse(status)) throw error;
    return status;
  }
}

function shown(key: number): string {
  return key === IPC_PRIVATE
    ? "without a key"
    : `with key 0x${(key >>> 0).toString(16)}`;
}

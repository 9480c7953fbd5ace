/**
 * What is read and changed of System V semaphore sets: `semctl(2)`.
 *
 * @module
 */

import {
  IPC_INFO,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
} from "../platforms/constants.ts";
import { Struct } from "../libc/layout.ts";
import {
  platform,
  type SemidDsField,
  type SeminfoField,
} from "../platforms/platform.ts";
import { hasCode } from "../errors/system_error.ts";
import { addressOf, control, rawControl } from "./semctl.ts";

/** Commands of Linux alone. */
const SEM_STAT = 18;
const SEM_INFO = 19;
const SEM_STAT_ANY = 20;

/** What the kernel keeps of a set (`struct semid_ds`). */
export interface SemaphoreSetStatus {
  /** Identifier. */
  readonly id: number;
  /** Key that `semget` finds it by; 0 (`IPC_PRIVATE`) when it cannot be found. */
  readonly key: number;
  /** How many semaphores it has. */
  readonly count: number;
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
  /** When an operation was done last, to the second; null when none was. */
  readonly operatedAt: Date | null;
  /** When it was created or changed, to the second. */
  readonly changedAt: Date | null;
}

/** Limits of System V semaphores (`struct seminfo`). */
export interface SemaphoreLimits {
  /** How many sets there may be. */
  readonly maxSets: number;
  /** How many semaphores there may be over all sets. */
  readonly maxSemaphores: number;
  /** How many semaphores a set may have. */
  readonly maxPerSet: number;
  /** How many operations one call may have. */
  readonly maxOperations: number;
  /** Largest value of a semaphore. */
  readonly maxValue: number;
}

/** What all sets of this IPC namespace take (`SEM_INFO`). */
export interface SemaphoreUsage {
  /** How many sets there are. */
  readonly sets: number;
  /** How many semaphores they have. */
  readonly semaphores: number;
}

/** Reads the status of a set (`IPC_STAT`). */
export function setStatus(id: number, operation: string): SemaphoreSetStatus {
  const semidDs = new Struct(platform().layouts.semidDs);
  control(id, 0, IPC_STAT, addressOf(semidDs.bytes), operation);
  return toStatus(id, semidDs);
}

/**
 * Reads the status of a set whatever its mode (`SEM_STAT_ANY`, Linux 4.17).
 *
 * @returns The status; nothing where the kernel does not tell, or has no such set.
 */
export function anyStatus(id: number): SemaphoreSetStatus | undefined {
  const last = lastIndex();
  for (let index = 0; index <= last; index++) {
    const status = statusAtIndex(index, SEM_STAT_ANY);
    if (status?.id === id) return status;
  }
  return undefined;
}

/**
 * Lists all sets of this IPC namespace, whatever their modes (`SEM_STAT_ANY`);
 * before Linux 4.17 those that this user may read (`SEM_STAT`).
 */
export function listSets(operation: string): SemaphoreSetStatus[] {
  // Says it where there is no such list.
  readSeminfo(SEM_INFO, operation);
  const found = setsBy(SEM_STAT_ANY);
  return found.length > 0 ? found : setsBy(SEM_STAT);
}

function setsBy(command: number): SemaphoreSetStatus[] {
  const length = lastIndex() + 1;
  return Array.from({ length }, (_, index) => statusAtIndex(index, command))
    .filter((status) => status !== undefined);
}

/** The highest index of the kernel's table that a set has; -1 when there is none. */
function lastIndex(): number {
  const { seminfo } = platform().layouts;
  if (seminfo === null) return -1;
  const { bytes } = new Struct(seminfo);
  // Without any set it is 0, too.
  return rawControl(0, 0, SEM_INFO, addressOf(bytes));
}

/** The set at an index of the kernel's table; nothing when there is none. */
function statusAtIndex(
  index: number,
  command: number,
): SemaphoreSetStatus | undefined {
  const semidDs = new Struct(platform().layouts.semidDs);
  const address = addressOf(semidDs.bytes);
  const id = rawControl(index, 0, command, address);
  return id === -1 ? undefined : toStatus(id, semidDs);
}

function toStatus(
  id: number,
  semidDs: Struct<SemidDsField>,
): SemaphoreSetStatus {
  return {
    id,
    key: semidDs.get("key"),
    count: semidDs.get("sem_nsems"),
    mode: semidDs.get("mode") & 0o777,
    uid: semidDs.get("uid"),
    gid: semidDs.get("gid"),
    creatorUid: semidDs.get("cuid"),
    creatorGid: semidDs.get("cgid"),
    operatedAt: toDate(semidDs.get("sem_otime")),
    changedAt: toDate(semidDs.get("sem_ctime")),
  };
}

/** Changes owner, group or mode of a set (`IPC_SET`). */
export function changeSet(
  id: number,
  changes: {
    readonly uid?: number;
    readonly gid?: number;
    readonly mode?: number;
  },
  operation: string,
): void {
  const semidDs = new Struct(platform().layouts.semidDs);
  const { uid, gid, mode } = changes;
  const complete = uid !== undefined && gid !== undefined && mode !== undefined;
  // IPC_SET sets all three, so read those that stay. An owner may change a set that
  // it may not read, and a stranger is told so by IPC_SET itself.
  const before = complete ? changes : statusForChange(id, operation);
  semidDs.set("uid", uid ?? before.uid ?? 0);
  semidDs.set("gid", gid ?? before.gid ?? 0);
  semidDs.set("mode", mode ?? before.mode ?? 0);
  control(id, 0, IPC_SET, addressOf(semidDs.bytes), operation);
}

function statusForChange(id: number, operation: string): SemaphoreSetStatus {
  try {
    return setStatus(id, operation);
  } catch (error) {
    const status = hasCode(error, "EACCES") ? anyStatus(id) : undefined;
    if (status === undefined) throw error;
    return status;
  }
}

/** Removes a set; waits for it fail (`IPC_RMID`). */
export function removeSet(id: number, operation: string): void {
  control(id, 0, IPC_RMID, 0n, operation);
}

/** Reads the limits (`IPC_INFO`); Linux. */
export function setLimits(operation: string): SemaphoreLimits {
  const seminfo = readSeminfo(IPC_INFO, operation);
  return {
    maxSets: seminfo.get("semmni"),
    maxSemaphores: seminfo.get("semmns"),
    maxPerSet: seminfo.get("semmsl"),
    maxOperations: seminfo.get("semopm"),
    maxValue: seminfo.get("semvmx"),
  };
}

/** Reads what all sets take (`SEM_INFO`); Linux. */
export function setUsage(operation: string): SemaphoreUsage {
  const seminfo = readSeminfo(SEM_INFO, operation);
  return {
    sets: seminfo.get("semusz"),
    semaphores: seminfo.get("semaem"),
  };
}

function readSeminfo(command: number, operation: string): Struct<SeminfoField> {
  const layout = platform().layouts.seminfo;
  if (layout === null) {
    throw new Deno.errors.NotSupported(
      `Cannot ${operation}: ${platform().name} has no such command`,
    );
  }
  const seminfo = new Struct(layout);
  control(0, 0, command, addressOf(seminfo.bytes), operation);
  return seminfo;
}

function toDate(seconds: number): Date | null {
  return seconds === 0 ? null : new Date(seconds * 1000);
}

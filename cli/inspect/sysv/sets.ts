import {
  listSets,
  type SemaphoreSetStatus,
} from "../../../ffi/sysv/sysv_sem_control.ts";
import {
  querySemaphore,
  readValues,
} from "../../../ffi/sysv/sysv_sem_values.ts";
import { isSystemError } from "../../../ffi/errors/system_error.ts";

/** One semaphore of a set. */
export interface MemberState {
  readonly value: number;
  /** Process that changed it last; 0 before the first. */
  readonly lastPid: number;
  /** How many wait for it to grow. */
  readonly waitingForMore: number;
  /** How many wait for it to become 0. */
  readonly waitingForZero: number;
}

/** The state of a System V semaphore set. */
export interface SetState extends SemaphoreSetStatus {
  /** Its semaphores, the first of them; null when this user may not read them. */
  readonly semaphores: readonly MemberState[] | null;
}

/** Most semaphores of a set that are told of. */
const MOST_TOLD = 250;

/** All sets of this IPC namespace. */
export function setStates(): SemaphoreSetStatus[] {
  return listSets("list semaphore sets");
}

/** A set with the values of its semaphores. */
export function withSemaphores(status: SemaphoreSetStatus): SetState {
  const { id, count } = status;
  const operation = `look at semaphore set ${id}`;
  try {
    const semaphores = readValues(id, count, operation)
      .slice(0, MOST_TOLD)
      .map((value, index) => ({
        value,
        lastPid: querySemaphore(id, index, "GETPID", operation),
        waitingForMore: querySemaphore(id, index, "GETNCNT", operation),
        waitingForZero: querySemaphore(id, index, "GETZCNT", operation),
      }));
    return { ...status, semaphores };
  } catch (error) {
    if (isSystemError(error)) return { ...status, semaphores: null };
    throw error;
  }
}

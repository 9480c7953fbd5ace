import { querySemaphore, readValues } from "../../ffi/sysv/sysv_sem_values.ts";
import type { SemaphoreState } from "./semaphore_set_options.ts";

/** Reads one semaphore of a set: value, last process, and how many wait. */
export function readState(
  id: number,
  count: number,
  index: number,
  operation: string,
): SemaphoreState {
  const query = (name: "GETPID" | "GETNCNT" | "GETZCNT") =>
    querySemaphore(id, index, name, operation);
  return {
    value: readValues(id, count, operation)[index] ?? 0,
    lastPid: query("GETPID"),
    waitingForMore: query("GETNCNT"),
    waitingForZero: query("GETZCNT"),
  };
}

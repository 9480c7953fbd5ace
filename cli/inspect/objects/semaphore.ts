import type { ByteSource } from "../bytes/byte_source.ts";
import { Words } from "../bytes/words.ts";

/** The state of a POSIX semaphore. */
export interface SemaphoreState {
  /** Its value; 0 makes the next one wait. */
  readonly value: number;
  /** How many say that they wait; those that were killed while they did count on. */
  readonly waiters: number;
  /** Whether glibc takes it for one of all processes. */
  readonly processShared: boolean;
}

/** Length of a `sem_t` of glibc. */
export const SEMAPHORE_LENGTH = 32;
const PROCESS_SHARED = 0x80;

/** Reads a `sem_t` (`nptl/sem_waitcommon.c`). */
export function readSemaphore(source: ByteSource): SemaphoreState {
  const words = new Words(source.read(0, SEMAPHORE_LENGTH));
  return {
    value: words.u32(0),
    waiters: words.u32(4),
    processShared: words.i32(8) === PROCESS_SHARED,
  };
}

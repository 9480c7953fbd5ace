/**
 * Waiting, locking and counting between processes, on memory that
 * `@shmem/shmem` mapped, next to programs in other languages; Linux.
 *
 * | what | for |
 * | --- | --- |
 * | `wait`, `waitAsync`, `notify` | sleeping until a word changes |
 * | `Mutex` | one at a time; survives the death of its owner |
 * | `ReadWriteLock` | many readers or one writer; survives both |
 * | `Condition` | waiting until what a mutex protects has changed |
 * | `Semaphore` | counting, with C and Python |
 * | `SemaphoreSet` | several counters at once, given back by dying |
 * | `Barrier` | going on together |
 *
 * @example A counter that two processes increment
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 * import { Mutex } from "@shmem/shmem/sync";
 *
 * using memory = SharedMemory.anonymous({ size: 4096 });
 * using mapping = memory.map();
 * const mutex = Mutex.create(mapping.bytes);
 * {
 *   using _guard = mutex.lock();
 *   mapping.bytes[64]!++;
 * }
 * ```
 *
 * @module
 */

export {
  notify,
  wait,
  waitAsync,
  type WaitAsyncOptions,
  type WaitResult,
} from "./waiting/wait.ts";
export { useWaitStrategy, type WaitStrategy } from "./waiting/parker.ts";
export { type LockOptions, Mutex, MutexGuard } from "./locks/mutex.ts";
export {
  ReadWriteGuard,
  ReadWriteLock,
  type ReadWriteLockOptions,
} from "./locks/read_write_lock.ts";
export {
  Condition,
  type ConditionResult,
  type ConditionWaitOptions,
} from "./locks/condition.ts";
export {
  Semaphore,
  type SemaphoreCreateOptions,
  type SemaphoreResult,
  type SemaphoreWaitOptions,
} from "./semaphores/semaphore.ts";
export {
  type SemaphoreLimits,
  type SemaphoreOperation,
  SemaphoreSet,
  type SemaphoreSetCreateOptions,
  type SemaphoreSetOpenOptions,
  type SemaphoreSetStatus,
  type SemaphoreState,
} from "./semaphores/semaphore_set.ts";
export { Barrier, type BarrierResult } from "./locks/barrier.ts";

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
 * | `SemaphoreSet` | several counters at once, undone by the kernel when the process exits |
 * | `Barrier` | waiting until all have arrived |
 * | `Once` | doing something in one process, while others wait |
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
  type WaitOptions,
  type WaitResult,
} from "./waiting/wait.ts";
export {
  type LockOptions,
  Mutex,
  type MutexOptions,
} from "./locks/mutex/mutex.ts";
export { MutexGuard } from "./locks/mutex/mutex_guard.ts";
export {
  ReadWriteLock,
  type ReadWriteLockOptions,
} from "./locks/read_write/read_write_lock.ts";
export { ReadWriteGuard } from "./locks/read_write/read_write_guard.ts";
export {
  Condition,
  type ConditionResult,
  type ConditionWaitOptions,
} from "./locks/condition.ts";
export { Semaphore } from "./semaphores/semaphore.ts";
export type {
  SemaphoreCreateAtOptions,
  SemaphoreCreateOptions,
  SemaphoreResult,
  SemaphoreWaitOptions,
} from "./semaphores/semaphore_options.ts";
export {
  SemaphoreSet,
  type SemaphoreSetChanges,
} from "./semaphores/semaphore_set.ts";
export type {
  SemaphoreSetCreateOptions,
  SemaphoreSetOpenOptions,
  SemaphoreState,
} from "./semaphores/semaphore_set_options.ts";
export type {
  OperationResult as SemaphoreOperationResult,
} from "./semaphores/set_operations.ts";
export type { SemaphoreOperation } from "../ffi/sysv/sysv_sem.ts";
export type {
  SemaphoreLimits,
  SemaphoreSetStatus,
  SemaphoreUsage,
} from "../ffi/sysv/sysv_sem_control.ts";
export {
  Barrier,
  type BarrierOptions,
  type BarrierResult,
} from "./locks/barrier.ts";
export { Once, type OnceContext } from "./locks/once.ts";

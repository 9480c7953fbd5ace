/**
 * Shared memory between processes, straight from libc: System V segments, POSIX
 * shared memory, mapped files and memory without a name, in handles that
 * ordinary use cannot crash.
 *
 * Runs with `deno run --allow-ffi`. On Linux x86_64 and aarch64, and, untested,
 * on macOS; elsewhere the first call fails with one clear error.
 *
 * @example One process creates, another opens
 * ```ts
 * import { SharedMemory } from "@shmem/shmem";
 *
 * const name = `/counter-${crypto.randomUUID()}`;
 * using memory = SharedMemory.create(name, { size: 4096 });
 * using mapping = memory.map();
 * Atomics.add(new Int32Array(mapping.bytes.buffer), 0, 1);
 *
 * // What another process does with the same name:
 * using other = SharedMemory.open(name);
 * using same = other.map();
 * console.log(Atomics.load(new Int32Array(same.bytes.buffer), 0)); // 1
 *
 * memory.unlink();
 * ```
 *
 * @module
 */

// Handles.
export {
  type AttachAccess,
  type AttachOptions,
  Segment,
  type SegmentChanges,
  type SegmentCreateOptions,
  type SegmentOpenOptions,
  type SegmentStatus,
} from "./memory/sysv/segment.ts";
export { SharedMemory } from "./memory/posix/shared_memory.ts";
export type { ObjectHandle } from "./memory/posix/object_handle.ts";
export type {
  AnonymousOptions,
  CreateOptions,
  ObjectAccess,
  ObjectEntry,
  ObjectStatus,
  OpenOptions,
  WaitForOptions,
} from "./memory/posix/object_options.ts";
export type { Seal } from "./memory/posix/seals.ts";
export { MappedFile } from "./memory/file/mapped_file.ts";
export type {
  FileOptions,
  FileWaitOptions,
  MappedFileStatus,
} from "./memory/file/file_options.ts";
export {
  type BytesOf,
  Mapping,
  type Residency,
} from "./memory/mapping/mapping.ts";
export {
  type AnyArray,
  type ElementOf,
  ReadonlyArrayOf,
} from "./memory/views/readonly_array.ts";
export type {
  ArrayName,
  Arrays,
  ViewOf,
  ViewType,
} from "./memory/views/view.ts";
export {
  FileLock,
  type FileLockAsyncOptions,
  type FileLockHolder,
  type FileLockOptions,
  type FileLockRange,
  type FileLockWaitOptions,
  type Lockable,
  type LockKind,
} from "./memory/locks/file_lock.ts";
export type {
  BlockingWaitOptions,
  WaitOptions,
} from "./memory/waiting/wait_options.ts";
export type { MappingOptions, WindowOptions } from "./memory/mapping/access.ts";
export type { Advice, SyncOptions } from "./memory/mapping/advice.ts";
export type { Access } from "./ffi/memory/mman.ts";
export { ReadonlyBytes } from "./memory/views/readonly_bytes.ts";
export type { HugePages } from "./memory/checks/huge_pages.ts";

// Calls, named as in the manual.
export {
  ftok,
  type SegmentLimits,
  type SegmentUsage,
  shmat,
  shmctl,
  shmdt,
  shmget,
} from "./memory/sysv/sysv_calls.ts";
export { mmap, type MmapOptions, munmap } from "./memory/file/mman_calls.ts";
export { madvise, msync } from "./memory/file/mapped_calls.ts";
export {
  IPC_CREAT,
  IPC_EXCL,
  IPC_INFO,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  SHM_HUGE_1GB,
  SHM_HUGE_2MB,
  SHM_HUGETLB,
  SHM_INFO,
  SHM_LOCK,
  SHM_NORESERVE,
  SHM_UNLOCK,
} from "./ffi/platforms/constants.ts";

// Errors, libraries, leaks.
export {
  isSystemError,
  SystemError,
  type SystemErrorInfo,
} from "./ffi/errors/system_error.ts";
export { useLibrary } from "./ffi/libc/library.ts";
export { reportLeaks } from "./memory/mapping/leaks.ts";

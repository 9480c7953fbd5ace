/**
 * Opening and closing: `fcntl.h`, `unistd.h`, `sys/mman.h`. What is opened here is
 * never inherited by a program that this process starts.
 *
 * @module
 */

import { requireSymbol } from "../libc/check.ts";
import { cString } from "../libc/cstring.ts";
import { libc } from "../libc/library.ts";
import { type Hint, retry } from "../libc/retry.ts";
import { requireStack } from "../libc/stack_room.ts";
import { hugePageBits } from "../memory/huge_pages.ts";
import {
  MFD_ALLOW_SEALING,
  MFD_CLOEXEC,
  MFD_HUGETLB,
  O_RDONLY,
  O_RDWR,
} from "../platforms/constants.ts";
import { platform } from "../platforms/platform.ts";

/** Whether a file must, may or must not be made by opening it. */
export type Creation = "never" | "if-missing" | "exclusive";

/** How something is opened. */
export interface OpenRequest {
  /** For reading only, or also for writing. */
  readonly writable: boolean;
  /** Whether to create it. */
  readonly create: Creation;
  /** Permission bits of what is created. */
  readonly mode: number;
}

/** Opens a file (`open(2)`). */
export function openFile(
  path: string,
  request: OpenRequest,
  operation: string,
): number {
  requireStack("create");
  const { O_NONBLOCK, O_NOCTTY } = platform().constants;
  const mode = BigInt(request.mode);
  // O_NONBLOCK: opening a FIFO must fail later, not hang now.
  const flags = openFlags(request) | O_NONBLOCK | O_NOCTTY;
  const name = cString(path);
  return retry(
    () => libc().open(name, flags, mode, 0n, 0n, 0n, 0n, 0n, mode),
    "open",
    operation,
  );
}

/**
 * Opens a POSIX shared memory object (`shm_open(3)`). No symbolic link is followed,
 * and nothing is waited for, whatever lies under the name.
 *
 * @param hint What to do about an error, by its name.
 */
export function openObject(
  name: string,
  request: OpenRequest,
  operation: string,
  hint?: Hint,
): number {
  requireStack("create");
  const shmOpen = requireSymbol(libc().shm_open, "shm_open");
  const { constants, capabilities } = platform();
  // Where names are files there may be a FIFO among them.
  const safe = capabilities.shmDirectory === null
    ? 0
    : constants.O_NONBLOCK | constants.O_NOFOLLOW;
  const flags = openFlags(request) | safe;
  const mode = BigInt(request.mode);
  const bytes = cString(name);
  return retry(
    () => shmOpen(bytes, flags, mode, 0n, 0n, 0n, 0n, 0n, mode),
    "shm_open",
    operation,
    hint,
  );
}

/**
 * Removes the name of a POSIX shared memory object (`shm_unlink(3)`).
 *
 * @param hint What to do about an error, by its name.
 */
export function unlinkObject(
  name: string,
  operation: string,
  hint?: Hint,
): void {
  const shmUnlink = requireSymbol(libc().shm_unlink, "shm_unlink");
  const bytes = cString(name);
  retry(() => shmUnlink(bytes), "shm_unlink", operation, hint);
}

/** Removes the name of a file (`unlink(2)`), and never a folder. */
export function unlinkFile(path: string, operation: string): void {
  const bytes = cString(path);
  retry(() => libc().unlink(bytes), "unlink", operation);
}

/** Creates memory without a name (`memfd_create(2)`). */
export function createMemoryFile(
  name: string,
  hugePageSize: number | undefined,
  operation: string,
): number {
  requireStack("create");
  const memfdCreate = requireSymbol(libc().memfd_create, "memfd_create");
  let flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  if (hugePageSize !== undefined) {
    flags |= MFD_HUGETLB | hugePageBits(hugePageSize);
  }
  const bytes = cString(name);
  return retry(
    () => memfdCreate(bytes, flags),
    "memfd_create",
    operation,
    (code) =>
      code === "EPERM" && hugePageSize !== undefined
        ? "huge pages may be what is not allowed: do without `hugePages`"
        : undefined,
  );
}

/**
 * Closes a descriptor (`close(2)`). A failure is not reported, and not tried again:
 * whatever it says, the descriptor is gone.
 */
export function closeDescriptor(fd: number): void {
  libc().close(fd);
}

function openFlags({ writable, create }: OpenRequest): number {
  const { O_CLOEXEC, O_CREAT, O_EXCL } = platform().constants;
  const access = (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC;
  switch (create) {
    case "never":
      return access;
    case "if-missing":
      return access | O_CREAT;
    case "exclusive":
      return access | O_CREAT | O_EXCL;
  }
}

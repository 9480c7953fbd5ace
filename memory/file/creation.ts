/**
 * Creating a file and giving it its size, when others do the same at the same moment.
 *
 * @module
 */

import { errnoNumber } from "../../ffi/errors/errno.ts";
import { hasCode, systemError } from "../../ffi/errors/system_error.ts";
import { type Creation, openFile } from "../../ffi/files/open.ts";
import { tryLockFile, unlockFile } from "../../ffi/files/whole_lock.ts";
import { createOrOpen } from "../checks/create_or_open.ts";
import { PATIENCE_MS, retryFor } from "../checks/retry.ts";
import type { Descriptor } from "./descriptor.ts";

/** Opens a file, and tells whether that created it. */
export function openOrCreate(
  path: string,
  writable: boolean,
  create: "if-missing" | "exclusive" | undefined,
  mode: number,
): { fd: number; created: boolean } {
  const shown = JSON.stringify(path);
  const open = (create: Creation) =>
    openFile(
      path,
      { writable, create, mode },
      `${create === "never" ? "open" : "create"} ${shown}`,
    );
  if (create === undefined) return { fd: open("never"), created: false };
  if (create === "exclusive") return { fd: open("exclusive"), created: true };
  return createOrOpen<{ fd: number; created: boolean }>(
    () => ({ fd: open("exclusive"), created: true }),
    () => ({ fd: open("never"), created: false }),
  );
}

/**
 * Sets the size of an empty file. Under a lock: of two processes that do so at
 * once, the second must not cut off what the first has written.
 *
 * @param created Path of the file when this handle created it: it goes again
 * when it cannot have its size, unless someone else has given it one.
 */
export function giveSize(
  descriptor: Descriptor,
  size: number,
  created: string | null,
): void {
  if (descriptor.status().size > 0) return;
  const operation = `give ${descriptor.what} ${size} bytes`;
  const fd = descriptor.fd("size");
  using undo = new DisposableStack();
  if (created !== null) undo.defer(() => removeEmpty(descriptor, created));
  if (lockAgainstRace(fd, operation)) {
    undo.defer(() => unlockFile(fd, operation));
    // Under the lock, where there is one.
    if (created !== null) undo.defer(() => removeEmpty(descriptor, created));
  }
  if (descriptor.status().size > 0) return;
  descriptor.grow(size, operation);
}

/**
 * Locks the file while it is given its size.
 *
 * @returns Whether it is locked: where the file system has no locks, it is done
 * without, and the race is lost to the one that comes second.
 */
function lockAgainstRace(fd: number, operation: string): boolean {
  let locked;
  try {
    locked = retryFor(
      PATIENCE_MS,
      () => tryLockFile(fd, "exclusive", operation) || undefined,
    );
  } catch (error) {
    if (NO_LOCKS.some((code) => hasCode(error, code))) return false;
    throw error;
  }
  if (locked) return true;
  throw systemError("flock", errnoNumber("EAGAIN"), operation);
}

/** How file systems, kernels and sandboxes without `flock` answer. */
const NO_LOCKS: readonly string[] = [
  "ENOLCK",
  "EOPNOTSUPP",
  "ENOSYS",
  "EPERM",
  "EINVAL",
];

/** Removes what this handle created and could not give a size. */
function removeEmpty(descriptor: Descriptor, path: string): void {
  const { size, links } = descriptor.status();
  if (size === 0 && links > 0) Deno.removeSync(path);
}

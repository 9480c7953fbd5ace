/**
 * The list of objects with a name.
 *
 * @module
 */

import { isSystemError } from "../../ffi/errors/system_error.ts";
import { readNames } from "../../ffi/files/directory.ts";
import { closeDescriptor, openObject } from "../../ffi/files/open.ts";
import { status, statusAt, toDate } from "../../ffi/files/status.ts";
import { tryLockFile } from "../../ffi/files/whole_lock.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import { folderHint } from "./folder.ts";
import type { ObjectEntry } from "./object_options.ts";
import { objectLabel } from "./object_locks.ts";

/** POSIX semaphores lie among the objects under names that start like this. */
const SEMAPHORE_PREFIX = "sem.";

/** Lists the objects with a name, and whether a process has them open. */
export function listObjects(): ObjectEntry[] {
  const { capabilities, name } = platform();
  const { shmDirectory } = capabilities;
  if (shmDirectory === null) {
    throw new Deno.errors.NotSupported(
      `Cannot list shared memory: ${name} keeps no list of it`,
    );
  }
  return readNames(shmDirectory, "list shared memory", folderHint("open"))
    .filter((name) => !name.startsWith(SEMAPHORE_PREFIX))
    .map((name) => describeObject(shmDirectory, `/${name}`))
    .filter((entry) => entry !== undefined);
}

/** Describes an object; returns nothing when it is gone or is none. */
function describeObject(
  directory: string,
  name: string,
): ObjectEntry | undefined {
  const operation = `look at ${objectLabel(name)}`;
  const found = statusAt(`${directory}${name}`, operation);
  if (found === undefined || !found.regular) return undefined;
  const { size, allocated, mode, uid, gid, modified, changed } = found;
  const inUse = isInUse(name, operation);
  return {
    name,
    size,
    allocated,
    mode,
    uid,
    gid,
    modifiedAt: toDate(modified),
    changedAt: toDate(changed),
    inUse,
  };
}

/** Whether a process has an object open; null when this one may not look. */
function isInUse(name: string, operation: string): boolean | null {
  let fd;
  try {
    fd = openObject(
      name,
      { writable: false, create: "never", mode: 0 },
      operation,
    );
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
  try {
    // Something else may have taken the name meanwhile.
    if (!status(fd, operation).regular) return null;
    return !tryLockFile(fd, "exclusive", operation);
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  } finally {
    closeDescriptor(fd);
  }
}

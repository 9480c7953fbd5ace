/**
 * The files in which glibc keeps semaphores that have a name (`sem_open(3)`,
 * `sem_overview(7)`): `sem.NAME` among the shared memory objects, 32 bytes.
 *
 * @module
 */

import { requireSymbol } from "../libc/check.ts";
import { cString } from "../libc/cstring.ts";
import { libc } from "../libc/library.ts";
import { type Hint, retry } from "../libc/retry.ts";
import { errnoNumber } from "../errors/errno.ts";
import { systemError } from "../errors/system_error.ts";
import { closeDescriptor, unlinkObject } from "../files/open.ts";
import {
  changeMode,
  checkFileLimit,
  reserveNew,
  truncate,
} from "../files/size.ts";
import { status } from "../files/status.ts";
import { requireStack } from "../libc/stack_room.ts";
import { map } from "../memory/mman.ts";
import type { Region } from "../memory/region.ts";
import { O_RDWR } from "../platforms/constants.ts";
import { platform } from "../platforms/platform.ts";

/** Size of a `sem_t` on 64-bit Linux, and of one that a 32-bit program made. */
export const SEMAPHORE_SIZE = 32;
const SIZE_IN_32_BITS = 16;
/** How often another name is tried while the new one is made. */
const MOST_TRIES = 100;

/** Opens and maps the semaphore of a name. */
export function openSemaphoreFile(
  name: string,
  operation: string,
  hint: Hint,
): Region {
  requireFiles(operation);
  const fd = open(objectOf(name), 0, 0, operation, hint);
  try {
    const { regular, size } = status(fd, operation);
    if (!regular) {
      throw refused(
        operation,
        "it is not a regular file",
        "choose another name",
      );
    }
    if (size === SIZE_IN_32_BITS) {
      throw refused(
        operation,
        "it was made by a 32-bit program, which counts in another way",
        "a 32-bit and a 64-bit program cannot share one: use two names",
      );
    }
    if (size !== SEMAPHORE_SIZE) {
      throw refused(
        operation,
        `its file has ${size} bytes, and a semaphore ${SEMAPHORE_SIZE}`,
        "remove it with Semaphore.unlinkName()",
      );
    }
    return mapWhole(fd, operation);
  } finally {
    closeDescriptor(fd);
  }
}

/**
 * Creates a semaphore under a name, complete when it can be found.
 *
 * @param initialize Fills its memory.
 * @param hint What an error says of the folder.
 * @param hintOnFull What to do where there is no room.
 */
export function createSemaphoreFile(
  name: string,
  mode: number,
  initialize: (region: Region) => void,
  operation: string,
  hint: Hint,
  hintOnFull: () => string | undefined,
): Region {
  requireFiles(operation);
  // Growing beyond `ulimit -f` would kill.
  checkFileLimit(SEMAPHORE_SIZE, operation);
  using undo = new DisposableStack();
  const { fd, object } = openTemporary(operation, hint);
  undo.defer(() => closeDescriptor(fd));
  undo.defer(() => unlinkObject(object, operation));
  changeMode(fd, mode, operation);
  truncate(fd, SEMAPHORE_SIZE, operation);
  reserveNew(fd, SEMAPHORE_SIZE, operation, hintOnFull);
  const region = mapWhole(fd, operation);
  try {
    initialize(region);
    const { shmDirectory } = platform().capabilities;
    const from = cString(`${shmDirectory}${object}`);
    const to = cString(`${shmDirectory}${objectOf(name)}`);
    const { link } = libc();
    retry(() => link(from, to), "sem_open", operation, hint);
  } catch (error) {
    region.release();
    throw error;
  }
  return region;
}

/** Removes the name of a semaphore (`sem_unlink(3)`). */
export function unlinkSemaphoreFile(
  name: string,
  operation: string,
  hint: Hint,
): void {
  requireFiles(operation);
  const shmUnlink = requireSymbol(libc().shm_unlink, "shm_unlink");
  const path = cString(objectOf(name));
  retry(() => shmUnlink(path), "sem_unlink", operation, hint);
}

/** The name of its file, with a slash in front as its own has. */
function objectOf(name: string): string {
  return `/sem.${name.slice(1)}`;
}

/** Opens a file under a name that nobody looks for. */
function openTemporary(
  operation: string,
  hint: Hint,
): { fd: number; object: string } {
  const { O_CREAT, O_EXCL } = platform().constants;
  for (let tries = 1;; tries++) {
    const object = objectOf(`/${crypto.randomUUID().slice(0, 8)}.new`);
    try {
      const fd = open(object, O_CREAT | O_EXCL, 0o600, operation, hint);
      return { fd, object };
    } catch (error) {
      const taken = error instanceof Deno.errors.AlreadyExists;
      if (!taken || tries === MOST_TRIES) throw error;
    }
  }
}

/** `shm_open` follows no symbolic link, and for writing waits for no pipe. */
function open(
  object: string,
  flags: number,
  mode: number,
  operation: string,
  hint: Hint,
): number {
  requireStack("create");
  const shmOpen = requireSymbol(libc().shm_open, "shm_open");
  const all = O_RDWR | platform().constants.O_CLOEXEC | flags;
  const bits = BigInt(mode);
  const path = cString(object);
  const call = () => shmOpen(path, all, bits, 0n, 0n, 0n, 0n, 0n, bits);
  return retry(call, "sem_open", operation, (code) => {
    // glibc makes EINVAL of EISDIR.
    return code === "EINVAL"
      ? { meaning: "a directory has its name" }
      : hint(code);
  });
}

function mapWhole(fd: number, operation: string): Region {
  const length = SEMAPHORE_SIZE;
  return map({ fd, offset: 0, length, access: "read-write" }, operation);
}

function refused(operation: string, meaning: string, remedy?: string): Error {
  return systemError("sem_open", errnoNumber("EINVAL"), operation, {
    meaning,
    ...(remedy !== undefined && { remedy }),
  });
}

function requireFiles(operation: string): void {
  const { capabilities, name } = platform();
  if (capabilities.shmDirectory !== null) return;
  throw new Deno.errors.NotSupported(
    `Cannot ${operation}: ${name} keeps no semaphores in files; use SemaphoreSet`,
  );
}

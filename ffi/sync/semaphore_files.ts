/**
 * The files in which glibc keeps semaphores that have a name (`sem_open(3)`,
 * `sem_overview(7)`): `sem.NAME` among the shared memory objects, 32 bytes.
 *
 * @module
 */

import { checkNotMinusOne, requireSymbol } from "../libc/check.ts";
import { cString } from "../libc/cstring.ts";
import { errnoCell, libc } from "../libc/library.ts";
import { errnoName, errnoNumber } from "../errors/errno.ts";
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
export function openSemaphoreFile(name: string, operation: string): Region {
  requireFiles(operation);
  const fd = open(objectOf(name), 0, 0, operation);
  try {
    const { regular, size } = status(fd, operation);
    if (!regular) throw refused(operation, "it is not a regular file");
    if (size === SIZE_IN_32_BITS) {
      throw refused(
        operation,
        "it was made by a 32-bit program, which counts in another way: it cannot be shared with a 64-bit one",
      );
    }
    if (size !== SEMAPHORE_SIZE) {
      throw refused(
        operation,
        `its file has ${size} bytes, and a semaphore ${SEMAPHORE_SIZE}: remove it with Semaphore.unlinkName()`,
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
 */
export function createSemaphoreFile(
  name: string,
  mode: number,
  initialize: (region: Region) => void,
  operation: string,
): Region {
  requireFiles(operation);
  // Growing beyond `ulimit -f` would kill.
  checkFileLimit(SEMAPHORE_SIZE, operation);
  using undo = new DisposableStack();
  const { fd, object } = openTemporary(operation);
  undo.defer(() => closeDescriptor(fd));
  undo.defer(() => unlinkObject(object, operation));
  changeMode(fd, mode, operation);
  truncate(fd, SEMAPHORE_SIZE, operation);
  reserveNew(fd, SEMAPHORE_SIZE, operation);
  const region = mapWhole(fd, operation);
  try {
    initialize(region);
    const { shmDirectory } = platform().capabilities;
    const from = cString(`${shmDirectory}${object}`);
    const to = cString(`${shmDirectory}${objectOf(name)}`);
    const result = libc().link(from, to);
    checkNotMinusOne(result, errnoCell[0], "sem_open", operation);
  } catch (error) {
    region.release();
    throw error;
  }
  return region;
}

/** Removes the name of a semaphore (`sem_unlink(3)`). */
export function unlinkSemaphoreFile(name: string, operation: string): void {
  requireFiles(operation);
  const shmUnlink = requireSymbol(libc().shm_unlink, "shm_unlink");
  const result = shmUnlink(cString(objectOf(name)));
  checkNotMinusOne(result, errnoCell[0], "sem_unlink", operation);
}

/** The name of its file, with a slash in front as its own has. */
function objectOf(name: string): string {
  return `/sem.${name.slice(1)}`;
}

/** Opens a file under a name that nobody looks for. */
function openTemporary(operation: string): { fd: number; object: string } {
  const { O_CREAT, O_EXCL } = platform().constants;
  for (let tries = 1;; tries++) {
    const object = objectOf(`/${crypto.randomUUID().slice(0, 8)}.new`);
    try {
      return { fd: open(object, O_CREAT | O_EXCL, 0o600, operation), object };
    } catch (error) {
      const taken = error instanceof Deno.errors.AlreadyExists;
      if (!taken || tries === MOST_TRIES) throw error;
    }
  }
}

/** `shm_open` follows no symbolic link, and for writing waits for no pipe. */
function open(object: string, flags: number, mode: number, operation: string) {
  requireStack("create");
  const shmOpen = requireSymbol(libc().shm_open, "shm_open");
  const all = O_RDWR | platform().constants.O_CLOEXEC | flags;
  const bits = BigInt(mode);
  const path = cString(object);
  const fd = shmOpen(path, all, bits, 0n, 0n, 0n, 0n, 0n, bits);
  const errno = errnoCell[0] ?? 0;
  if (fd !== -1) return fd;
  throw systemError("sem_open", errno, operation, hintFor(errno, flags !== 0));
}

/** What `shm_open` says in a way that does not fit here. */
function hintFor(errno: number, creating: boolean): string | undefined {
  const code = errnoName(errno);
  if (creating && code === "ENOENT") {
    const { shmDirectory } = platform().capabilities;
    return `there is no ${shmDirectory} here: put the semaphore into memory, with Semaphore.createAt()`;
  }
  // glibc makes EINVAL of EISDIR.
  return code === "EINVAL" ? "a directory has its name" : undefined;
}

function mapWhole(fd: number, operation: string): Region {
  const length = SEMAPHORE_SIZE;
  return map({ fd, offset: 0, length, access: "read-write" }, operation);
}

function refused(operation: string, hint: string): Error {
  return systemError("sem_open", errnoNumber("EINVAL"), operation, hint);
}

function requireFiles(operation: string): void {
  const { capabilities, name } = platform();
  if (capabilities.shmDirectory !== null) return;
  throw new Deno.errors.NotSupported(
    `Cannot ${operation}: ${name} keeps no semaphores in files; use SemaphoreSet`,
  );
}

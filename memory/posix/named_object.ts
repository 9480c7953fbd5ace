/**
 * Making and finding POSIX shared memory by name, when others do the same at
 * the same moment.
 *
 * Every handle holds a shared `flock` on its object. Whoever finds an object
 * can tell by it whether a process still has it open: an exclusive lock can be
 * had only when nobody has.
 *
 * @module
 */

import { readNames, roomAt } from "../../ffi/files/directory.ts";
import {
  changeMode,
  closeDescriptor,
  linksOf,
  openObject,
  status,
  statusAt,
  toDate,
  tryLockFile,
  unlinkObject,
} from "../../ffi/files/file.ts";
import { errnoNumber } from "../../ffi/errors/errno.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import {
  hasCode,
  isSystemError,
  systemError,
} from "../../ffi/errors/system_error.ts";
import { Descriptor } from "../file/descriptor.ts";
import type { ObjectEntry } from "./object_options.ts";
import { PATIENCE_MS, retryFor } from "../checks/retry.ts";

/** How long an empty object may be one that is just being created. */
const CREATION_GRACE_MS = 200;

/** How long someone who lists objects may hold a lock, generously. */
const LISTING_MS = 20;

/** How an object is created. */
export interface CreationRequest {
  readonly size: number;
  readonly mode: number;
  readonly sparse: boolean;
  readonly ifStale: "fail" | "replace";
}

/** How messages call an object. */
export function objectLabel(name: string): string {
  return `shared memory ${JSON.stringify(name)}`;
}

/**
 * Creates an object, sized, locked and with its pages reserved, or leaves
 * nothing behind.
 *
 * @throws {Deno.errors.AlreadyExists} When the name is taken.
 */
export function createObject(
  name: string,
  request: CreationRequest,
): Descriptor {
  const { size, mode, sparse, ifStale } = request;
  const what = objectLabel(name);
  const act = `create ${what}`;
  const create = () =>
    openObject(name, { writable: true, create: "exclusive", mode }, act);
  let fd;
  try {
    fd = create();
  } catch (error) {
    const taken = hasCode(error, "EEXIST");
    if (!taken || ifStale === "fail") throw error;
    if (!removeStale(name)) throw inUse(act);
    fd = create();
  }

  using undo = new DisposableStack();
  const options = { what, writable: true, sparse, inMemory: true };
  const descriptor = undo.adopt(
    new Descriptor(fd, { ...options, hintOnFull: () => hintOnFull(size) }),
    (descriptor) => descriptor.close(),
  );
  undo.defer(() => unlinkOwn(name, fd, act));
  // Someone who thought it stale before it was locked has removed the name.
  lockShared(fd, act);
  if (isUnlinked(fd, act)) throw inUse(act);
  // It would silently lock out the group.
  const { appliesUmask } = platform().capabilities;
  if (appliesUmask && (mode & 0o077) !== 0) changeMode(fd, mode, act);
  descriptor.truncate(size);
  if (!sparse) descriptor.reserve(size);
  undo.move();
  return descriptor;
}

/** How an object is opened. */
export interface OpeningRequest {
  readonly writable: boolean;
  readonly sparse: boolean;
  readonly timeoutMs: number;
}

/**
 * Opens an object, waiting for its creator to size it.
 *
 * @throws {Deno.errors.NotFound} When there is none with this name.
 * @throws {Deno.errors.TimedOut} When it stays empty.
 */
export function openExisting(
  name: string,
  request: OpeningRequest,
): Descriptor {
  const { timeoutMs } = request;
  const end = performance.now() + timeoutMs;
  const opened = retryFor(timeoutMs, () => openOnce(name, request, end));
  if (opened !== undefined) return opened;
  throw new Deno.errors.TimedOut(
    `Cannot open ${
      objectLabel(name)
    }: it is still empty after ${timeoutMs} ms; whoever created it has not given it a size, or died before; remove it with SharedMemory.unlink()`,
  );
}

/** Opens an object; gives nothing when it lost its name or stayed empty. */
function openOnce(
  name: string,
  { writable, sparse }: OpeningRequest,
  end: number,
): Descriptor | undefined {
  const what = objectLabel(name);
  const act = `open ${what}`;
  const left = () => Math.max(0, end - performance.now());
  const fd = openObject(name, { writable, create: "never", mode: 0 }, act);
  using undo = new DisposableStack();
  const options = { what, writable, sparse, inMemory: true };
  const descriptor = undo.adopt(
    new Descriptor(fd, { ...options, hintOnFull: () => hintOnFull() }),
    (descriptor) => descriptor.close(),
  );
  lockShared(fd, act, left());
  // Whoever held it exclusively may have replaced it: then the name leads to
  // another one now.
  if (isUnlinked(fd, act)) return undefined;
  const sized = retryFor(left(), () => status(fd, act).size > 0 || undefined);
  if (sized === undefined) return undefined;
  undo.move();
  return descriptor;
}

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
  return readNames(shmDirectory, "list shared memory")
    .filter((name) => !name.startsWith(SEMAPHORE_PREFIX))
    .map((name) => describeObject(shmDirectory, `/${name}`))
    .filter((entry) => entry !== undefined);
}

/** Describes an object; gives nothing when it is gone or is none. */
function describeObject(
  directory: string,
  name: string,
): ObjectEntry | undefined {
  const act = `look at ${objectLabel(name)}`;
  const found = statusAt(`${directory}${name}`, act);
  if (found === undefined || !found.regular) return undefined;
  const { size, allocated, mode, uid, gid, modified, changed } = found;
  const inUse = isInUse(name, act);
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
function isInUse(name: string, act: string): boolean | null {
  let fd;
  try {
    fd = openObject(name, { writable: false, create: "never", mode: 0 }, act);
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
  try {
    return !tryLockFile(fd, "exclusive", act);
  } finally {
    closeDescriptor(fd);
  }
}

/**
 * Removes a name that nobody uses.
 *
 * @returns Whether the name is free now.
 */
function removeStale(name: string): boolean {
  const act = `replace ${objectLabel(name)}`;
  if (!platform().capabilities.locksObjects) {
    throw new Deno.errors.NotSupported(
      `Cannot ${act}: ${platform().name} has no locks on shared memory, so nobody can tell whether it is in use; remove it with SharedMemory.unlink()`,
    );
  }
  const graceEnd = performance.now() + CREATION_GRACE_MS;
  return retryFor(PATIENCE_MS, () => {
    let fd;
    try {
      fd = openObject(name, { writable: false, create: "never", mode: 0 }, act);
    } catch (error) {
      if (hasCode(error, "ENOENT")) return true;
      throw error;
    }
    try {
      if (!tryLockExclusive(fd, act)) return false;
      const { size, links } = status(fd, act);
      if (links === 0) return undefined;
      // Empty: its creator may be between creating and locking it.
      if (size === 0 && performance.now() < graceEnd) return undefined;
      unlinkObject(name, act);
      return true;
    } finally {
      closeDescriptor(fd);
    }
  }) ?? false;
}

/**
 * Tries to take the lock that nobody else may hold. Not only once: whoever lists
 * objects holds it for a moment, too.
 */
export function tryLockExclusive(fd: number, act: string): boolean {
  return retryFor(
    LISTING_MS,
    () => tryLockFile(fd, "exclusive", act) || undefined,
  ) ?? false;
}

/** Takes the lock that says "in use", waiting while someone looks at it. */
export function lockShared(
  fd: number,
  act: string,
  timeoutMs = PATIENCE_MS,
): void {
  if (!platform().capabilities.locksObjects) return;
  const locked = retryFor(
    Math.max(timeoutMs, 1),
    () => tryLockFile(fd, "shared", act) || undefined,
  );
  if (locked === undefined) {
    throw systemError("flock", errnoNumber("EAGAIN"), act);
  }
}

/** Removes the name of an object that this process made and cannot finish. */
function unlinkOwn(name: string, fd: number, act: string): void {
  if (!isUnlinked(fd, act)) unlinkObject(name, act);
}

/** Whether an object has lost its name; false where nobody can tell. */
function isUnlinked(fd: number, act: string): boolean {
  return platform().capabilities.countsObjectLinks && linksOf(fd, act) === 0;
}

function inUse(act: string): Error {
  return systemError(
    "shm_open",
    errnoNumber("EEXIST"),
    act,
    "another process has it open: open it, or choose another name",
  );
}

/** Says how much room there is where objects live, and how to get more. */
function hintOnFull(size?: number): string | undefined {
  const { shmDirectory } = platform().capabilities;
  if (shmDirectory === null) return undefined;
  const { total, free } = roomAt(shmDirectory, "look for room");
  const asked = size === undefined ? "" : `${size} bytes were asked for, and `;
  return `${asked}${shmDirectory} has ${free} of ${total} bytes left: remove unused objects (SharedMemory.list()), give a container more (--shm-size), use SharedMemory.anonymous() or MappedFile, which have no such limit, or pass \`sparse: true\` and risk SIGBUS on writing`;
}

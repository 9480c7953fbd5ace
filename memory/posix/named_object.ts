/**
 * Creating and finding POSIX shared memory by name, when others do the same at
 * the same moment.
 *
 * Every handle holds a shared `flock` on its object. A process that finds an object
 * can tell by it whether a process still has it open: an exclusive lock can be
 * had only when nobody has.
 *
 * @module
 */

import { errnoNumber } from "../../ffi/errors/errno.ts";
import { hasCode, systemError } from "../../ffi/errors/system_error.ts";
import { openObject, unlinkObject } from "../../ffi/files/open.ts";
import { changeMode } from "../../ffi/files/size.ts";
import { status } from "../../ffi/files/status.ts";
import { platform } from "../../ffi/platforms/platform.ts";
import { retryFor } from "../checks/retry.ts";
import { Descriptor } from "../file/descriptor.ts";
import { folderHint, hintOnFull } from "./folder.ts";
import { isUnlinked, lockShared, objectLabel } from "./object_locks.ts";
import { removeStale } from "./stale_object.ts";

/** How an object is created. */
export interface CreationRequest {
  readonly size: number;
  readonly mode: number;
  readonly sparse: boolean;
  readonly ifStale: "fail" | "replace";
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
  const operation = `create ${what}`;
  const create = () =>
    openObject(
      name,
      { writable: true, create: "exclusive", mode },
      operation,
      folderHint("create"),
    );
  let fd;
  try {
    fd = create();
  } catch (error) {
    const taken = hasCode(error, "EEXIST");
    if (!taken || ifStale === "fail") throw error;
    if (!removeStale(name)) throw inUse(operation);
    fd = create();
  }

  using undo = new DisposableStack();
  const options = { what, writable: true, sparse, inMemory: true };
  const descriptor = undo.adopt(
    new Descriptor(fd, { ...options, hintOnFull: () => hintOnFull(size) }),
    (descriptor) => descriptor.close(),
  );
  undo.defer(() => unlinkOwn(name, fd, operation));
  // Someone who thought it stale before it was locked has removed the name.
  lockShared(fd, operation);
  if (isUnlinked(fd, operation)) throw inUse(operation);
  // It would silently lock out the group.
  const { appliesUmask } = platform().capabilities;
  if (appliesUmask && (mode & 0o077) !== 0) changeMode(fd, mode, operation);
  descriptor.truncate(size);
  if (!sparse) descriptor.reserve(size);
  // A process that removes stale objects may have done so before that.
  if (isUnlinked(fd, operation)) throw inUse(operation);
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
    }: it is still empty after ${timeoutMs} ms; the process that created it has not set its size, or died before; remove it with SharedMemory.unlink()`,
  );
}

/** Opens an object; returns nothing when it lost its name or stayed empty. */
function openOnce(
  name: string,
  { writable, sparse }: OpeningRequest,
  end: number,
): Descriptor | undefined {
  const what = objectLabel(name);
  const operation = `open ${what}`;
  const left = () => Math.max(0, end - performance.now());
  const fd = openObject(
    name,
    { writable, create: "never", mode: 0 },
    operation,
    folderHint("open"),
  );
  using undo = new DisposableStack();
  const options = { what, writable, sparse, inMemory: true };
  const descriptor = undo.adopt(
    new Descriptor(fd, { ...options, hintOnFull: () => hintOnFull() }),
    (descriptor) => descriptor.close(),
  );
  // A FIFO or a directory could be waited for without end.
  descriptor.requireRegular();
  lockShared(fd, operation, left());
  // A process that held it exclusively may have replaced it: then the name leads to
  // another one now.
  if (isUnlinked(fd, operation)) return undefined;
  const sized = retryFor(
    left(),
    () => status(fd, operation).size > 0 || undefined,
  );
  if (sized === undefined) return undefined;
  undo.move();
  return descriptor;
}

/** Removes the name of an object that this process made and cannot finish. */
function unlinkOwn(name: string, fd: number, operation: string): void {
  if (!isUnlinked(fd, operation)) unlinkObject(name, operation);
}

function inUse(operation: string): Error {
  return systemError(
    "shm_open",
    errnoNumber("EEXIST"),
    operation,
    "another process has it open: open it, or choose another name",
  );
}

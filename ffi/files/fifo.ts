/**
 * Named pipes: `mkfifo(3)`, and opening them without waiting for the other side.
 *
 * @module
 */

import { checkNotMinusOne } from "../libc/check.ts";
import { cString } from "../libc/cstring.ts";
import { hasCode, systemError } from "../errors/system_error.ts";
import { errnoCell, libc } from "../libc/library.ts";
import { requireStack } from "../libc/stack_room.ts";
import { O_RDONLY, O_WRONLY } from "../platforms/constants.ts";
import { platform } from "../platforms/platform.ts";
import { closeDescriptor, unlinkFile } from "./open.ts";
import { changeMode } from "./size.ts";
import { status } from "./status.ts";

/** Creates a named pipe with exactly these permission bits, or nothing. */
export function makeFifo(path: string, mode: number, operation: string): void {
  requireStack("create");
  checkNotMinusOne(
    libc().mkfifo(cString(path), OWN_MODE),
    errnoCell[0],
    "mkfifo",
    operation,
  );
  try {
    const fd = openFlagged(path, O_RDONLY, operation);
    try {
      requireFifo(fd, path, operation);
      changeMode(fd, mode, operation);
    } finally {
      closeDescriptor(fd);
    }
  } catch (error) {
    libc().unlink(cString(path));
    throw error;
  }
}

/** What is needed to open it here and set the mode, whatever the umask takes. */
const OWN_MODE = 0o600;

/**
 * Opens one end, at once.
 *
 * @returns The descriptor; null for an end to write to that nobody reads from.
 */
export function openFifo(
  path: string,
  end: "read" | "write",
  operation: string,
): number | null {
  let fd;
  try {
    fd = openFlagged(path, end === "read" ? O_RDONLY : O_WRONLY, operation);
  } catch (error) {
    if (!hasCode(error, "ENXIO")) throw error;
    // Sockets, which never will, fail in the same way.
    checkFifo(path, operation);
    return null;
  }
  try {
    requireFifo(fd, path, operation);
  } catch (error) {
    closeDescriptor(fd);
    throw error;
  }
  return fd;
}

/** Removes the name of a named pipe, and of nothing else. */
export function unlinkFifo(path: string, operation: string): void {
  checkFifo(path, operation);
  unlinkFile(path, operation);
}

/** Refuses what is no named pipe, without opening it for anything. */
export function checkFifo(path: string, operation: string): void {
  const fd = openFlagged(path, platform().optionalFlags.O_PATH, operation);
  try {
    requireFifo(fd, path, operation);
  } finally {
    closeDescriptor(fd);
  }
}

function openFlagged(path: string, access: number, operation: string): number {
  requireStack("create");
  const { O_CLOEXEC, O_NONBLOCK, O_NOCTTY } = platform().constants;
  const flags = access | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  const fd = libc().open(cString(path), flags, 0n, 0n, 0n, 0n, 0n, 0n, 0n);
  if (fd !== -1) return fd;
  throw systemError("open", errnoCell[0] ?? 0, operation);
}

function requireFifo(fd: number, path: string, operation: string): void {
  if (status(fd, operation).fifo) return;
  throw new TypeError(
    `Cannot ${operation}: ${JSON.stringify(path)} is not a named pipe`,
  );
}

/**
 * Pipes of other processes, found by process, descriptor and inode: no name is
 * left behind, and the inode tells whether it is the pipe that was meant.
 *
 * @module
 */

import { cString } from "../libc/cstring.ts";
import { errnoCell, libc } from "../libc/library.ts";
import { errnoName } from "../errors/errno.ts";
import { O_RDONLY, O_WRONLY } from "../platforms/constants.ts";
import { platform } from "../platforms/platform.ts";
import { closeDescriptor } from "./open.ts";
import { status } from "./status.ts";

/** A pipe of another process. */
export interface PeerPipe {
  /** The process that has it. */
  readonly pid: number;
  /** A descriptor of it there. */
  readonly fd: number;
  /** Low 32 bits of its inode. */
  readonly inode: number;
}

/** Low 32 bits of the inode of an open pipe. */
export function inodeOf(fd: number): number {
  return Number(BigInt(status(fd, "look at a pipe").inode) & 0xffff_ffffn) | 0;
}

/**
 * Opens a pipe of another process, if it is that one. What anything else is that
 * stands there is looked at without opening it: a device may do something then.
 *
 * @returns The descriptor; nothing when it cannot be opened: the process is gone,
 * another user's, or in another PID namespace.
 */
export function openPeerPipe(
  { pid, fd, inode }: PeerPipe,
  end: "read" | "write",
): number | undefined {
  const isProcess = Number.isInteger(pid) && pid > 0;
  if (!isProcess || !Number.isInteger(fd) || fd < 0) return undefined;
  const looked = openFlagged(
    `/proc/${pid}/fd/${fd}`,
    platform().optionalFlags.O_PATH,
  );
  if (looked === undefined) return undefined;
  try {
    const { fifo } = status(looked, "look at a pipe");
    if (!fifo || inodeOf(looked) !== (inode | 0)) return undefined;
    const access = end === "read" ? O_RDONLY : O_WRONLY;
    return openFlagged(`/proc/self/fd/${looked}`, access);
  } finally {
    closeDescriptor(looked);
  }
}

const byte = new Uint8Array(1);

/**
 * Writes a byte into a pipe that does not block.
 *
 * @returns Whether its reader will wake up; false when there is none any more.
 */
export function ringPipe(fd: number): boolean {
  if (libc().write(fd, byte, 1n) === 1n) return true;
  // A full pipe rings, too.
  return ["EAGAIN", "EINTR"].includes(errnoName(errnoCell[0] ?? 0));
}

function openFlagged(path: string, access: number): number | undefined {
  const { O_CLOEXEC, O_NONBLOCK, O_NOCTTY } = platform().constants;
  const flags = access | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  const fd = libc().open(cString(path), flags, 0n, 0n, 0n, 0n, 0n, 0n, 0n);
  return fd === -1 ? undefined : fd;
}

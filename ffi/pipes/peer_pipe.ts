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
import { closeDescriptor } from "../files/open.ts";
import { status } from "../files/status.ts";
import { requireStack } from "../libc/stack_room.ts";

/** A pipe of another process. */
export interface PeerPipe {
  /** The process that has it. */
  readonly pid: number;
  /** A descriptor of it there. */
  readonly fd: number;
  /** Low 32 bits of its inode. */
  readonly inode: number;
}

/**
 * Modes that mark the pipes which other processes may open, by what they open them
 * for. Without the mark, words of shared memory that another user writes could aim
 * at any pipe of this user's processes. No pipe has the sticky bit by itself, a
 * process sets the mode of its own pipes only, and the kernel itself refuses the
 * other access (`pipe(7)`, `inode(7)`).
 */
export const PIPE_MODES = { read: 0o1400, write: 0o1200 } as const;

/** Low 32 bits of the inode of an open pipe. */
export function inodeOf(fd: number): number {
  return Number(BigInt(status(fd, "look at a pipe").inode) & 0xffff_ffffn) | 0;
}

/**
 * Opens a pipe of another process, if it is that one and marked for it. Anything
 * else that stands there is looked at without opening it: a device may do something
 * then.
 *
 * @returns The descriptor; "unreachable" when the process is gone, another user's,
 * or in another PID namespace, or the pipe is not the one that was meant; "not now"
 * when this process has no descriptor left.
 */
export function openPeerPipe(
  { pid, fd, inode }: PeerPipe,
  end: "read" | "write",
): number | "unreachable" | "not now" {
  const isProcess = Number.isInteger(pid) && pid > 0;
  if (!isProcess || !Number.isInteger(fd) || fd < 0) return "unreachable";
  const looked = openFlagged(
    `/proc/${pid}/fd/${fd}`,
    platform().optionalFlags.O_PATH,
  );
  if (typeof looked !== "number") return looked;
  try {
    const { fifo, modeBits } = status(looked, "look at a pipe");
    const isMeant = fifo && modeBits === PIPE_MODES[end] &&
      inodeOf(looked) === (inode | 0);
    if (!isMeant) return "unreachable";
    const access = end === "read" ? O_RDONLY : O_WRONLY;
    return openFlagged(`/proc/self/fd/${looked}`, access);
  } finally {
    closeDescriptor(looked);
  }
}

/** Errors that say something about this process, or the machine, at this moment. */
const PASSING: readonly string[] = ["EMFILE", "ENFILE", "ENOMEM", "EINTR"];

const word = new Uint32Array(1);
const wordBytes = new Uint8Array(word.buffer);

/**
 * Writes a word into a pipe that does not block: all of it or nothing, as `pipe(7)`
 * promises.
 *
 * @returns Whether its reader will wake up; false when there is none any more.
 */
export function ringPipe(fd: number, sleeper: number): boolean {
  word[0] = sleeper;
  if (libc().write(fd, wordBytes, 4n) === 4n) return true;
  // A full pipe rings, too.
  return ["EAGAIN", "EINTR"].includes(errnoName(errnoCell[0] ?? 0));
}

/** A `struct pollfd`: the descriptor, then events and what was found. */
const pollfd = new Int32Array(2);
const pollfdBytes = new Uint8Array(pollfd.buffer);

/** Whether a process has a pipe open for reading that is open for writing here. */
export function isPipeHeard(fd: number): boolean {
  pollfd[0] = fd;
  pollfd[1] = 0;
  // A closed other end is told without being asked for.
  return libc().poll(pollfdBytes, 1n, 0) === 0;
}

function openFlagged(
  path: string,
  access: number,
): number | "unreachable" | "not now" {
  requireStack("create");
  const { O_CLOEXEC, O_NONBLOCK, O_NOCTTY } = platform().constants;
  const flags = access | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  const fd = libc().open(cString(path), flags, 0n, 0n, 0n, 0n, 0n, 0n, 0n);
  if (fd !== -1) return fd;
  const code = errnoName(errnoCell[0] ?? 0);
  return PASSING.includes(code) ? "not now" : "unreachable";
}

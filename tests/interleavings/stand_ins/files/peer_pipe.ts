/** Pipes of other participants. */

import type { Machine } from "../../machine/machine.ts";
import { call } from "./call.ts";

declare const $machine: Machine;

/** As in the file that this stands for. */
export interface PeerPipe {
  readonly pid: number;
  readonly fd: number;
  readonly inode: number;
}

/** Nobody looks at them. */
export const PIPE_MODES = { read: 0o1400, write: 0o1200 } as const;

/** The first process of a world has this number. */
const FIRST_PID = 1000;

/** Which pipe it is. */
export function inodeOf(fd: number): number {
  return call(
    `look at ${fd}`,
    (files, who) => files.opening(who, fd).inode,
    false,
  );
}

/** Opens the pipe of another, if it lives. */
export function openPeerPipe(
  { pid, fd, inode }: PeerPipe,
  end: "read" | "write",
): number | "unreachable" {
  const opened = call(`open a pipe of ${pid}`, (_, who) => {
    const peer = { who: pid - FIRST_PID, fd, inode };
    return $machine.kernel.pipes.openPeer(who, peer, end);
  });
  return opened < 0 ? "unreachable" : opened;
}

/** Writes for whom; whether it was heard. */
export function ringPipe(fd: number, sleeper: number): boolean {
  return call(`ring ${fd}`, (files, who) => {
    const { inode } = files.opening(who, fd);
    const heard = $machine.kernel.pipes.ring(inode, sleeper);
    $machine.kernel.tellWatches();
    return heard ? 1 : 0;
  }) === 1;
}

/** Whether another has it open for reading. */
export function isPipeHeard(fd: number): boolean {
  return call(`look who hears ${fd}`, (files, who) => {
    const { inode } = files.opening(who, fd);
    return $machine.kernel.pipes.has(inode, "read") ? 1 : 0;
  }, false) === 1;
}

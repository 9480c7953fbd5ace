/** Locks on ranges of the machine's files, told apart by where they start. */

import type { LockKind } from "../../machine/kernel/files.ts";
import { call } from "./call.ts";

/** As in the file that this stands for. */
export interface LockRange {
  readonly start: number;
  readonly length: number;
}

export type { LockKind };

/** Tries to lock a range. */
export function tryLockRange(
  fd: number,
  kind: LockKind,
  { start }: LockRange,
  _operation: string,
): boolean {
  return call(`lock ${start} of ${fd}`, (files, who) => {
    const opening = files.opening(who, fd);
    if (files.findRange(opening, start, kind) !== undefined) return 0;
    opening.ranges.set(start, kind);
    return 1;
  }, (result) => result === 1) === 1;
}

/** Releases it. */
export function unlockRange(
  fd: number,
  { start }: LockRange,
  _operation: string,
): void {
  call(`unlock ${start} of ${fd}`, (files, who) => {
    files.opening(who, fd).ranges.delete(start);
    return 1;
  });
}

/** Releases all of an opening. */
export function unlockAll(fd: number): void {
  call(`unlock all of ${fd}`, (files, who) => {
    files.opening(who, fd).ranges.clear();
    return 1;
  });
}

/** Finds one that is in the way. */
export function findLock(
  fd: number,
  kind: LockKind,
  range: LockRange,
  _operation: string,
) {
  const found = call(
    `look for a lock at ${range.start} of ${fd}`,
    (files, who) => {
      const opening = files.opening(who, fd);
      return files.findRange(opening, range.start, kind) === undefined ? 0 : 1;
    },
    false,
  );
  return found === 0 ? undefined : { ...range, kind, pid: -1 };
}

/** Tries to lock one byte. */
export function tryLockByte(fd: number, start: number, operation: string) {
  return tryLockRange(fd, "exclusive", { start, length: 1 }, operation);
}

/** Releases it. */
export function unlockByte(fd: number, start: number, operation: string): void {
  unlockRange(fd, { start, length: 1 }, operation);
}

/** Whether another has it. */
export function isByteLocked(fd: number, start: number, operation: string) {
  const range = { start, length: 1 };
  return findLock(fd, "exclusive", range, operation) !== undefined;
}

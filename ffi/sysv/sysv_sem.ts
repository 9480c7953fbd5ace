/**
 * System V semaphore sets: `sys/sem.h`.
 *
 * @module
 */

import { checkNotMinusOne, present } from "../libc/check.ts";
import { timespecOf } from "../sync/clock.ts";
import {
  IPC_INFO,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
} from "../platforms/constants.ts";
import { errnoName } from "../errors/errno.ts";
import { Struct } from "../libc/layout.ts";
import { errnoCell, libc } from "../libc/library.ts";
import { platform } from "../platforms/platform.ts";
import { systemError } from "../errors/system_error.ts";

const IPC_NOWAIT = 0o4000;
const SEM_UNDO = 0o10000;
/** `struct sembuf`: u16 sem_num, i16 sem_op, i16 sem_flg. */
const SEMBUF_SIZE = 6;

/** One operation of a set. */
export interface SemaphoreOperation {
  /** Which semaphore of the set, from 0. */
  readonly index: number;
  /** What is added; negative waits until so much is there, 0 waits for zero. */
  readonly delta: number;
  /** Whether the kernel takes it back when this process ends (`SEM_UNDO`). */
  readonly undo?: boolean;
  /** Whether the whole call fails instead of waiting for it (`IPC_NOWAIT`). */
  readonly noWait?: boolean;
}

/** What the kernel keeps of a set (`struct semid_ds`). */
export interface SemaphoreSetStatus {
  /** Identifier. */
  readonly id: number;
  /** Key that `semget` finds it by; 0 (`IPC_PRIVATE`) when it cannot be found. */
  readonly key: number;
  /** How many semaphores it has. */
  readonly count: number;
  /** Permission bits. */
  readonly mode: number;
  /** User id of its owner. */
  readonly uid: number;
  /** Group id of its owner. */
  readonly gid: number;
  /** User id of its creator. */
  readonly creatorUid: number;
  /** Group id of its creator. */
  readonly creatorGid: number;
  /** When an operation was done last, to the second; null when none was. */
  readonly operatedAt: Date | null;
  /** When it was created or changed, to the second. */
  readonly changedAt: Date | null;
}

/** Limits of System V semaphores (`struct seminfo`). */
export interface SemaphoreLimits {
  /** How many sets there may be. */
  readonly maxSets: number;
  /** How many semaphores there may be over all sets. */
  readonly maxSemaphores: number;
  /** How many semaphores a set may have. */
  readonly maxPerSet: number;
  /** How many operations one call may have. */
  readonly maxOperations: number;
  /** Largest value of a semaphore. */
  readonly maxValue: number;
}

/** Creates or finds a set (`semget(2)`). */
export function getSet(
  key: number,
  count: number,
  flags: number,
  act: string,
): number {
  return checkNotMinusOne(
    libc().semget(key, count, flags),
    errnoCell[0],
    "semget",
    act,
  );
}

/** Packs operations for libc. */
export function packOperations(
  operations: readonly SemaphoreOperation[],
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(operations.length * SEMBUF_SIZE);
  const view = new DataView(bytes.buffer);
  operations.forEach(({ index, delta, undo, noWait }, place) => {
    const offset = place * SEMBUF_SIZE;
    const flags = (undo ? SEM_UNDO : 0) | (noWait ? IPC_NOWAIT : 0);
    view.setUint16(offset, index, true);
    view.setInt16(offset + 2, delta, true);
    view.setInt16(offset + 4, flags, true);
  });
  return bytes;
}

/**
 * Does operations, all or none (`semtimedop(2)`).
 *
 * @param ms How long to wait on this thread; 0 not at all.
 * @returns Whether they were done; false when that would take longer.
 */
export function operate(
  id: number,
  operations: Uint8Array<ArrayBuffer>,
  ms: number,
  act: string,
): boolean {
  const { semop, semtimedop } = libc();
  const count = BigInt(operations.byteLength / SEMBUF_SIZE);
  const call = () =>
    semtimedop === null || ms === Infinity
      ? semop(id, operations, count)
      : semtimedop(id, operations, count, timespecOf(ms));
  while (call() === -1) {
    const number = errnoCell[0] ?? 0;
    const code = errnoName(number);
    if (code === "EAGAIN") return false;
    if (code !== "EINTR") throw systemError("semop", number, act);
  }
  return true;
}

/**
 * The same on a thread of the pool.
 *
 * @returns Whether they were done; false for any other reason, which the caller
 * finds out by trying: the errno of another thread cannot be read.
 */
export async function operateOnPool(
  id: number,
  operations: Uint8Array<ArrayBuffer>,
  ms: number,
): Promise<boolean> {
  const semtimedop = present(libc().semtimedop_async, "semtimedop");
  const count = BigInt(operations.byteLength / SEMBUF_SIZE);
  return await semtimedop(id, operations, count, timespecOf(ms)) === 0;
}

/** Reads the status of a set (`IPC_STAT`). */
export function setStatus(id: number, act: string): SemaphoreSetStatus {
  const semidDs = new Struct(platform().layouts.semidDs);
  control(id, 0, IPC_STAT, addressOf(semidDs.bytes), act);
  return {
    id,
    key: semidDs.get("key"),
    count: semidDs.get("sem_nsems"),
    mode: semidDs.get("mode") & 0o777,
    uid: semidDs.get("uid"),
    gid: semidDs.get("gid"),
    creatorUid: semidDs.get("cuid"),
    creatorGid: semidDs.get("cgid"),
    operatedAt: toDate(semidDs.get("sem_otime")),
    changedAt: toDate(semidDs.get("sem_ctime")),
  };
}

/** Changes owner, group or mode of a set (`IPC_SET`). */
export function changeSet(
  id: number,
  changes: {
    readonly uid?: number;
    readonly gid?: number;
    readonly mode?: number;
  },
  act: string,
): void {
  const semidDs = new Struct(platform().layouts.semidDs);
  const address = addressOf(semidDs.bytes);
  // IPC_SET sets all three, so read those that stay.
  control(id, 0, IPC_STAT, address, act);
  const { uid, gid, mode } = changes;
  if (uid !== undefined) semidDs.set("uid", uid);
  if (gid !== undefined) semidDs.set("gid", gid);
  if (mode !== undefined) semidDs.set("mode", mode);
  control(id, 0, IPC_SET, address, act);
}

/** Removes a set; who waits for it is told (`IPC_RMID`). */
export function removeSet(id: number, act: string): void {
  control(id, 0, IPC_RMID, 0n, act);
}

/** Reads all values (`GETALL`). */
export function readValues(id: number, count: number, act: string): number[] {
  const values = new Uint16Array(count);
  control(id, 0, platform().semctl.GETALL, addressOf(values), act);
  return [...values];
}

/** Sets all values (`SETALL`). */
export function writeValues(
  id: number,
  values: readonly number[],
  act: string,
): void {
  const words = new Uint16Array(values);
  control(id, 0, platform().semctl.SETALL, addressOf(words), act);
}

/** Sets one value (`SETVAL`). */
export function writeValue(
  id: number,
  index: number,
  value: number,
  act: string,
): void {
  control(id, index, platform().semctl.SETVAL, BigInt(value), act);
}

/** What can be read of one semaphore besides its value. */
export type SemaphoreQuery = "GETPID" | "GETNCNT" | "GETZCNT";

/** Reads the last process, or how many wait for more or for zero. */
export function querySemaphore(
  id: number,
  index: number,
  query: SemaphoreQuery,
  act: string,
): number {
  return control(id, index, platform().semctl[query], 0n, act);
}

/** Reads the limits (`IPC_INFO`); Linux. */
export function setLimits(act: string): SemaphoreLimits {
  const layout = platform().layouts.seminfo;
  if (layout === null) {
    throw new Deno.errors.NotSupported(
      `Cannot ${act}: ${platform().name} has no such command`,
    );
  }
  const seminfo = new Struct(layout);
  control(0, 0, IPC_INFO, addressOf(seminfo.bytes), act);
  return {
    maxSets: seminfo.get("semmni"),
    maxSemaphores: seminfo.get("semmns"),
    maxPerSet: seminfo.get("semmsl"),
    maxOperations: seminfo.get("semopm"),
    maxValue: seminfo.get("semvmx"),
  };
}

/** The argument is a `union semun` by value: a number or an address. */
function control(
  id: number,
  index: number,
  command: number,
  argument: bigint,
  act: string,
): number {
  const result = libc().semctl(
    id,
    index,
    command,
    argument,
    0n,
    0n,
    0n,
    0n,
    argument,
  );
  return checkNotMinusOne(result, errnoCell[0], "semctl", act);
}

function addressOf(array: Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>) {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(array));
}

function toDate(seconds: number): Date | null {
  return seconds === 0 ? null : new Date(seconds * 1000);
}

/**
 * System V semaphore sets: `semget(2)`, `semop(2)`.
 *
 * @module
 */

import { checkNotMinusOne, requireSymbol } from "../libc/check.ts";
import { timespecOf } from "../sync/clock.ts";
import { errnoName } from "../errors/errno.ts";
import { errnoCell, libc } from "../libc/library.ts";
import { IPC_NOWAIT } from "../platforms/constants.ts";
import { systemError } from "../errors/system_error.ts";
import { requireStack } from "../libc/stack_room.ts";

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

/** Creates or finds a set (`semget(2)`). */
export function getSet(
  key: number,
  count: number,
  flags: number,
  operation: string,
): number {
  requireStack("create");
  return checkNotMinusOne(
    libc().semget(key | 0, count, flags | 0),
    errnoCell[0],
    "semget",
    operation,
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
  operation: string,
): boolean {
  const { semop, semtimedop } = libc();
  const count = BigInt(operations.byteLength / SEMBUF_SIZE);
  const end = performance.now() + ms;
  let leftMs = ms;
  const call = () =>
    semtimedop === null || ms === Infinity
      ? semop(id, operations, count)
      : semtimedop(id, operations, count, timespecOf(leftMs));
  while (call() === -1) {
    const number = errnoCell[0] ?? 0;
    const code = errnoName(number);
    if (code === "EAGAIN") return false;
    if (code !== "EINTR") throw systemError("semop", number, operation);
    // A signal handler ran. With the whole time again, signals would keep it waiting.
    leftMs = Math.max(0, end - performance.now());
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
  const semtimedop = requireSymbol(libc().semtimedop_async, "semtimedop");
  const count = BigInt(operations.byteLength / SEMBUF_SIZE);
  return await semtimedop(id, operations, count, timespecOf(ms)) === 0;
}

/**
 * Segments of tests in terms of calls.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "../../../deps.ts";
import {
  IPC_CREAT,
  IPC_EXCL,
  IPC_RMID,
  isSystemError,
  shmctl,
  shmget,
} from "../../../mod.ts";

/** Asserts that a call fails with a code, and what its message says. */
export function assertFails(
  call: () => unknown,
  code: string,
  includes: string,
): Error {
  const error = assertThrows(call, Error, includes);
  assert(isSystemError(error), String(error));
  assertEquals(error.code, code);
  return error;
}

/** A segment that the end of a block removes. */
export function temporary(
  key: number,
  size: number,
  flags = 0o600,
): TemporaryId {
  const id = shmget(key, size, IPC_CREAT | IPC_EXCL | flags);
  return { id, [Symbol.dispose]: () => shmctl(id, IPC_RMID) };
}

/** An identifier, up to the end of its `using` block. */
export interface TemporaryId extends Disposable {
  readonly id: number;
}
